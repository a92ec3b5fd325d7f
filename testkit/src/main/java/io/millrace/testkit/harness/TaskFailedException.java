package io.millrace.testkit.harness;

import io.millrace.runtime.control.Failure;

/**
 * The task under test has failed, or could not take a snapshot. The message has what was thrown, in
 * which operator and on which record; the exception itself stays where the task runs, as it does in
 * a cluster.
 */
public final class TaskFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    TaskFailedException(Failure failure) {
        super(failure.report());
        this.failure = failure;
    }

    /** With category, place and causes. */
    public Failure failure() {
        return failure;
    }
}
