package io.millrace.api;

/** How a bounded program shows its results. */
public enum RuntimeExecutionMode {
    /** Every update is emitted as it happens. */
    STREAMING,
    /** A keyed aggregate emits one result a key, at the end of its bounded input. */
    BATCH,
    /** BATCH if every source is bounded, else STREAMING. */
    AUTOMATIC
}
