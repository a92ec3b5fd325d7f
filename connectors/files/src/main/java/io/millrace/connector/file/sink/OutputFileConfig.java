package io.millrace.connector.file.sink;

import java.io.Serializable;

/** How the names of a sink's files begin and end. */
public class OutputFileConfig implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String partPrefix;
    private final String partSuffix;

    /**
     * @param partPrefix what names begin with; {@code part} by default
     * @param partSuffix what they end with, such as {@code .txt}; empty by default
     * @throws IllegalArgumentException if there is a slash in one of them
     */
    public OutputFileConfig(String partPrefix, String partSuffix) {
        this.partPrefix = checked("prefix", partPrefix);
        this.partSuffix = checked("suffix", partSuffix);
    }

    private static String checked(String what, String text) {
        if (text == null || text.contains("/")) {
            throw new IllegalArgumentException(
                    "The "
                            + what
                            + " of part files is "
                            + text
                            + "; it must not have a slash in it: folders are the bucket"
                            + " assigner's.");
        }
        return text;
    }

    public String getPartPrefix() {
        return partPrefix;
    }

    public String getPartSuffix() {
        return partSuffix;
    }

    public static OutputFileConfigBuilder builder() {
        return new OutputFileConfigBuilder();
    }

    /** Collects prefix and suffix. */
    public static class OutputFileConfigBuilder {
        private String partPrefix = "part";
        private String partSuffix = "";

        private OutputFileConfigBuilder() {}

        public OutputFileConfigBuilder withPartPrefix(String prefix) {
            this.partPrefix = prefix;
            return this;
        }

        public OutputFileConfigBuilder withPartSuffix(String suffix) {
            this.partSuffix = suffix;
            return this;
        }

        public OutputFileConfig build() {
            return new OutputFileConfig(partPrefix, partSuffix);
        }
    }
}
