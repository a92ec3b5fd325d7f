package io.millrace.api.function;

import io.millrace.api.time.Watermark;

/**
 * Produces records on a thread of its own until {@link #run} returns.
 *
 * @param <T> type of the records
 */
public interface SourceFunction<T> extends Function {

    /** Emits records; returns when there are no more, or soon after {@link #cancel}. */
    void run(SourceContext<T> ctx) throws Exception;

    /** Asks {@link #run} to return; called by another thread. */
    void cancel();

    /** What {@link SourceFunction#run} emits through. */
    interface SourceContext<T> {
        void collect(T element);

        void collectWithTimestamp(T element, long timestamp);

        void emitWatermark(Watermark mark);

        /** Watermarks downstream no longer wait for this source until it emits again. */
        void markAsTemporarilyIdle();

        /** Held while emitting and changing state together, so that both are in one checkpoint. */
        Object getCheckpointLock();

        void close();
    }
}
