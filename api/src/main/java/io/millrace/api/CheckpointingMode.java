package io.millrace.api;

/** What a checkpoint promises. */
public enum CheckpointingMode {
    /** Each record counts once in the state. */
    EXACTLY_ONCE,
    /** Records may count several times after a failure; nothing waits for alignment. */
    AT_LEAST_ONCE
}
