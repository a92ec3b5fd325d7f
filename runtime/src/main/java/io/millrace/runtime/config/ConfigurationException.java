package io.millrace.runtime.config;

import io.millrace.runtime.control.Failure;

/**
 * A setting or an argument cannot be obeyed. The message is one sentence for the user: what, which
 * value, which limit, what to do, with option keys as they are written. Repeating does not help.
 */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigurationException(String sentence) {
        super(sentence);
    }

    public ConfigurationException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    public Failure.Category category() {
        return Failure.Category.CONFIG;
    }
}
