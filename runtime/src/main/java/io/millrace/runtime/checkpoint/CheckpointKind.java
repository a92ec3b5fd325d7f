package io.millrace.runtime.checkpoint;

/** Why a job's state is saved, and what becomes of the job behind it. The order is the format. */
public enum CheckpointKind {
    /** Now and then, to begin from after a failure; the job runs on. */
    CHECKPOINT,
    /** Because somebody asked; the job runs on, and nothing outside is told of it. */
    SAVEPOINT,
    /**
     * Because the job is to be stopped here: its sources emit nothing behind the barrier, and its
     * subtasks end as soon as the savepoint is complete.
     */
    STOP,
    /**
     * Because the job is to be stopped for good: its sources end as if they had come to the end of
     * their input, the operators emit what is left, and the barrier comes behind all that.
     */
    DRAIN;

    /**
     * Whether it goes into a folder of its own, with all in it, in the canonical form, and no
     * retention deletes it.
     */
    public boolean isSavepoint() {
        return this != CHECKPOINT;
    }

    /** Whether the job ends with it. */
    public boolean endsJob() {
        return this == STOP || this == DRAIN;
    }
}
