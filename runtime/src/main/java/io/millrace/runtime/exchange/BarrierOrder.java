package io.millrace.runtime.exchange;

/** Where a barrier is among the records of a channel. */
public enum BarrierOrder {
    /** Behind all records that were written before it. */
    IN_LINE,
    /** In front of records that were written before it, which belong to the checkpoint. */
    OVERTAKING
}
