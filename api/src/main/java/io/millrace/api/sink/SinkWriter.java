package io.millrace.api.sink;

import io.millrace.api.time.Watermark;
import java.io.IOException;

/**
 * Takes the records of one subtask.
 *
 * <p>Order of calls: any number of {@code write} and {@code writeWatermark}; {@code flush(false)}
 * at each checkpoint; {@code flush(true)} at the end of the input; {@code close}. After a failure
 * only {@code close} follows.
 *
 * <p>Threads: the subtask's.
 *
 * <p>Errors: whatever is thrown fails the subtask.
 *
 * @param <InputT> type of the records
 */
public interface SinkWriter<InputT> extends AutoCloseable {

    void write(InputT element, Context context) throws IOException, InterruptedException;

    /**
     * Brings all records so far where they survive the subtask, or into what {@link
     * CommittingSinkWriter#prepareCommit} or {@link StatefulSinkWriter#snapshotState} gives next.
     *
     * @param endOfInput whether no record follows
     */
    void flush(boolean endOfInput) throws IOException, InterruptedException;

    /** No record with a timestamp at or below this one is expected any more. */
    default void writeWatermark(Watermark watermark) throws IOException, InterruptedException {}

    /** About the record at hand; valid only during the call. */
    interface Context {
        /** In milliseconds; {@code Long.MIN_VALUE} before the first one. */
        long currentWatermark();

        /** In milliseconds, or null if the record has none. */
        Long timestamp();
    }
}
