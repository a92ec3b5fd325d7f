package io.millrace.api;

/** The ranges of the numbers that programs set; each check returns the value it accepts. */
public final class Limits {
    /** Number of key groups that a job can have at most. */
    public static final int MAX_PARALLELISM = 1 << 15;

    private Limits() {}

    /**
     * Refuses a number of subtasks out of range.
     *
     * @param whose the operator or the environment, for the message
     */
    public static int parallelism(int parallelism, String whose) {
        if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
            throw new InvalidProgramException(
                    "The parallelism of "
                            + whose
                            + " was set to "
                            + parallelism
                            + ", but it must be 1 to "
                            + MAX_PARALLELISM
                            + ". Leave it unset to use parallelism.default.");
        }
        return parallelism;
    }

    /**
     * Refuses a number of key groups out of range.
     *
     * @param whose the operator or the environment, for the message
     */
    public static int maxParallelism(int maxParallelism, String whose) {
        if (maxParallelism < 1 || maxParallelism > MAX_PARALLELISM) {
            throw new InvalidProgramException(
                    "The maximum parallelism of "
                            + whose
                            + " was set to "
                            + maxParallelism
                            + ", but it must be 1 to "
                            + MAX_PARALLELISM
                            + ". Leave it unset to use pipeline.max-parallelism.");
        }
        return maxParallelism;
    }

    /**
     * Refuses a negative time.
     *
     * @param what for the message
     */
    public static long notNegativeMillis(long millis, String what) {
        if (millis < 0) {
            throw new InvalidProgramException(
                    what + " was set to " + millis + " ms, but it must be 0 or more.");
        }
        return millis;
    }

    /**
     * Refuses a time that is none.
     *
     * @param whose the operator or the environment, for the message
     */
    public static long bufferTimeoutMillis(long timeoutMillis, String whose) {
        if (timeoutMillis < -1) {
            throw new InvalidProgramException(
                    "The buffer timeout of "
                            + whose
                            + " was set to "
                            + timeoutMillis
                            + " ms, but it must be 0 or more, or -1 to wait for full buffers.");
        }
        return timeoutMillis;
    }
}
