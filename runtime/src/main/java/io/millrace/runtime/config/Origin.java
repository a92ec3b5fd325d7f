package io.millrace.runtime.config;

/** Where a value comes from; a later one overrides the earlier ones. */
public enum Origin {
    DEFAULT("default"),
    FILE("file"),
    COMMAND_LINE("command line"),
    PROGRAM("program");

    private final String words;

    Origin(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
