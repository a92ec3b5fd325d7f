package io.millrace.api.time;

/**
 * Time, and timers of the key at hand.
 *
 * <p>A timer is known by its time: registered twice it fires once. Timers are a part of the state
 * and survive failures.
 *
 * <p>Unit: milliseconds since 1970.
 *
 * <p>Threads: to be used by the subtask's thread during a call of the function.
 *
 * <p>Errors: {@link UnsupportedOperationException} for timers on a stream without keys.
 */
public interface TimerService {

    long currentProcessingTime();

    /** {@code Long.MIN_VALUE} before the first watermark. */
    long currentWatermark();

    /** Fires when the clock of the machine has reached the time. */
    void registerProcessingTimeTimer(long time);

    /** Fires when the watermark has reached the time. */
    void registerEventTimeTimer(long time);

    /** Nothing happens if there is no such timer. */
    void deleteProcessingTimeTimer(long time);

    /** Nothing happens if there is no such timer. */
    void deleteEventTimeTimer(long time);
}
