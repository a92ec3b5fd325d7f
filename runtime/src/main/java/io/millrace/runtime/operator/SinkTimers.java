package io.millrace.runtime.operator;

import io.millrace.api.time.ProcessingTimeService;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Timers of a sink's writer by the wall clock.
 *
 * <p>Threads: owned by the subtask.
 */
final class SinkTimers implements ProcessingTimeService {
    private final ProcessingTime time;
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(
                    Comparator.comparingLong(Timer::millis).thenComparingLong(Timer::number));
    private long registered;

    SinkTimers(ProcessingTime time) {
        this.time = time;
    }

    /**
     * @param number orders timers of one time as they were registered
     */
    private record Timer(long millis, long number, ProcessingTimeCallback target) {}

    @Override
    public long getCurrentProcessingTime() {
        return time.nowMillis();
    }

    @Override
    public void registerTimer(long timestamp, ProcessingTimeCallback target) {
        timers.add(new Timer(timestamp, registered++, target));
        time.wakeAt(timestamp);
    }

    /** Rings all that is due, and asks to be called for the next. */
    void ring(long nowMillis) throws Exception {
        while (!timers.isEmpty() && timers.peek().millis() <= nowMillis) {
            Timer due = timers.poll();
            due.target().onProcessingTime(due.millis());
        }
        if (!timers.isEmpty()) {
            time.wakeAt(timers.peek().millis());
        }
    }
}
