package io.millrace.api;

/**
 * A program cannot be run as it is; the message says what, which value, which limit and what to do.
 */
public class InvalidProgramException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidProgramException(String message) {
        super(message);
    }

    public InvalidProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}
