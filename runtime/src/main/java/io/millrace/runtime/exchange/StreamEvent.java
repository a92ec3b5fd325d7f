package io.millrace.runtime.exchange;

import io.millrace.runtime.checkpoint.CheckpointKind;

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
    record Barrier(long checkpointId, int epoch, long wallMillis, CheckpointKind kind)
            implements StreamEvent {

        /** Of a checkpoint that is taken now and then. */
        public Barrier(long checkpointId, int epoch, long wallMillis) {
            this(checkpointId, epoch, wallMillis, CheckpointKind.CHECKPOINT);
        }
    }

    /** Whether the channel takes part in the minimum of the watermarks. */
    enum Status implements StreamEvent {
        IDLE,
        ACTIVE
    }

    /** No record and no watermark follows; barriers may. */
    record EndOfData() implements StreamEvent {
        public static final EndOfData INSTANCE = new EndOfData();
    }

    /** Nothing follows; the last element of every channel that ended well. */
    record EndOfChannel() implements StreamEvent {
        public static final EndOfChannel INSTANCE = new EndOfChannel();
    }
}
