package io.millrace.client;

import io.millrace.runtime.control.Failure;

/** The user's main threw in the launcher; nothing was submitted. */
public final class ProgramFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public ProgramFailedException(Failure failure, Throwable cause) {
        super(failure.summary(), cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
