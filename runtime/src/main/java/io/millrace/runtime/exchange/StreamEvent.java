package io.millrace.runtime.exchange;

/** Travels in line with the records of a channel and keeps its place among them. */
public sealed interface StreamEvent {

    /** No record with a timestamp at or below this one is expected any more on the channel. */
    record Watermark(long timestampMillis) implements StreamEvent {}

    /**
     * Separates the records before a checkpoint from those after it.
     *
     * @param checkpointId never used twice
     * @param epoch of the application master that triggered it
     * @param wallMillis when that was, milliseconds since 1970
     */
    record Barrier(long checkpointId, int epoch, long wallMillis) implements StreamEvent {}

    /** Whether the channel takes part in the minimum of the watermarks. */
    enum Status implements StreamEvent {
        IDLE,
        ACTIVE
    }

    /** Nothing follows; the last element of every channel that ended well. */
    record EndOfData() implements StreamEvent {
        public static final EndOfData INSTANCE = new EndOfData();
    }
}
