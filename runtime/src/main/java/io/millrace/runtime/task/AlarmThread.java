package io.millrace.runtime.task;

import io.millrace.runtime.operator.Alarms;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The alarms of a worker, rung by one thread.
 *
 * <p>Waits by a clock that never jumps; a wall clock that does is noticed when an alarm rings, as
 * its subtask looks again and sets it anew.
 *
 * <p>Threads: any.
 */
public final class AlarmThread implements Alarms, AutoCloseable {
    /** The longest wait for one alarm: after it the subtask looks whether the wall clock jumped. */
    private static final long MOST_MILLIS = 60_000;

    private final LongSupplier wallMillis;
    private final ScheduledThreadPoolExecutor thread;

    public AlarmThread(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread made = new Thread(task, "alarms");
                            made.setDaemon(true);
                            return made;
                        });
        thread.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Alarm at(long millis, Runnable ring) {
        long delayMillis = Math.min(millis - wallMillis.getAsLong(), MOST_MILLIS);
        try {
            Future<?> set = thread.schedule(ring, Math.max(0, delayMillis), TimeUnit.MILLISECONDS);
            return () -> set.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {}; // the worker closes, and with it the subtask
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
