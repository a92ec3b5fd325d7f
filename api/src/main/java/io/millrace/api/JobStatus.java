package io.millrace.api;

/** Where a job is in its life, as its program sees it. */
public enum JobStatus {
    /** It is being looked at: its files, its plan, its record. */
    INITIALIZING(false),
    /** It waits for workers, or its subtasks are being started. */
    CREATED(false),
    RUNNING(false),
    /** It failed, and what runs of it still is being ended. */
    FAILING(false),
    FAILED(true),
    CANCELLING(false),
    CANCELED(true),
    FINISHED(true),
    /** It failed and will start again. */
    RESTARTING(false),
    /** Another master owns it now. */
    SUSPENDED(false);

    private final boolean terminal;

    JobStatus(boolean terminal) {
        this.terminal = terminal;
    }

    /** Whether it will never change again. */
    public boolean isGloballyTerminalState() {
        return terminal;
    }

    /** Whether nobody here will see it change again. */
    public boolean isTerminalState() {
        return terminal || this == SUSPENDED;
    }
}
