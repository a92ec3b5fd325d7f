package io.millrace.api.time;

/**
 * The wall clock of one subtask, and timers by it.
 *
 * <p>Unit: milliseconds since 1970.
 *
 * <p>Threads: the subtask's.
 */
public interface ProcessingTimeService {

    long getCurrentProcessingTime();

    /**
     * Has a callback called once, when the clock has reached the time, between two records; never
     * once the input has ended.
     */
    void registerTimer(long timestamp, ProcessingTimeCallback target);

    /** Called when a timer rings. */
    @FunctionalInterface
    interface ProcessingTimeCallback {
        /**
         * @param time that was asked for
         */
        void onProcessingTime(long time) throws Exception;
    }
}
