package io.millrace.client;

/** How the launcher ended, for scripts. */
public enum ExitCode {
    /** The job finished, or the command was done. */
    FINISHED(0),
    /** The job failed, or something went wrong that is not the user's mistake. */
    FAILED(1),
    /**
     * What was asked for cannot be done; the one sentence on stderr says why. Nothing was started.
     */
    REFUSED(2),
    /** The job was cancelled. */
    CANCELLED(3),
    /** Ctrl-C; the JVM's own code for it. */
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
