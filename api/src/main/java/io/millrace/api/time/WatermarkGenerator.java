package io.millrace.api.time;

/**
 * Tells from the records seen how far event time has come.
 *
 * <p>Threads: all calls come from the subtask's thread.
 *
 * @param <T> type of the records
 */
public interface WatermarkGenerator<T> {

    /**
     * Called for each record; may emit a watermark.
     *
     * @param eventTimestamp in milliseconds, {@link TimestampAssigner#NO_TIMESTAMP} for none
     */
    void onEvent(T event, long eventTimestamp, WatermarkOutput output);

    /** Called every {@code pipeline.auto-watermark-interval}; may emit a watermark. */
    void onPeriodicEmit(WatermarkOutput output);
}
