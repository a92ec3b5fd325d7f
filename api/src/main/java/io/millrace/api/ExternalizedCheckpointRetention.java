package io.millrace.api;

/** What becomes of the checkpoints of a job that was cancelled. */
public enum ExternalizedCheckpointRetention {
    DELETE_ON_CANCELLATION,
    RETAIN_ON_CANCELLATION,
    NO_EXTERNALIZED_CHECKPOINTS
}
