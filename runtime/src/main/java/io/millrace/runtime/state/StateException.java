package io.millrace.runtime.state;

import io.millrace.runtime.control.Failure;

/** State cannot be read, written or restored; says whose, what and the cure. */
public final class StateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Failure.Category category;

    public StateException(Failure.Category category, String message) {
        this(category, message, null);
    }

    public StateException(Failure.Category category, String message, Throwable cause) {
        super(message, cause);
        this.category = category;
    }

    public Failure.Category category() {
        return category;
    }
}
