package io.millrace.runtime.exchange;

/**
 * Records as a channel hands them to the task that reads it.
 *
 * <p>Shape: {@code values[from..to)} with {@code timestamps[from..to)}. The reader owns the batch
 * once it was polled and clears nothing; {@code from} moves on as records are taken, so that what
 * is left stays the head of the input.
 */
public final class RecordBatch {
    /** Timestamp of a record that has none. */
    public static final long NO_TIMESTAMP = Long.MIN_VALUE;

    public final Object[] values;
    public final long[] timestamps;
    public int from;
    public int to;

    public RecordBatch(Object[] values, long[] timestamps, int from, int to) {
        this.values = values;
        this.timestamps = timestamps;
        this.from = from;
        this.to = to;
    }

    public int size() {
        return to - from;
    }
}
