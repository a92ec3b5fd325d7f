package io.millrace.runtime.exchange;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks output channels to flush every so often, so that what was written is seen after {@code
 * execution.buffer-timeout} at the latest, also while their writers are inside user code. One for
 * each worker.
 *
 * <p>Threads: methods may be called by any thread; one thread of its own calls {@link
 * OutputChannel#requestFlush}.
 */
public final class OutputFlusher implements AutoCloseable {

    /** Ends a registration; idempotent. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    private static final Registration NOTHING = () -> {};

    private final ScheduledThreadPoolExecutor timer;
    private final Map<Long, Round> rounds = new ConcurrentHashMap<>();

    /** Channels that share an interval. */
    private static final class Round {
        final List<OutputChannel> channels = new CopyOnWriteArrayList<>();
        ScheduledFuture<?> schedule;

        void flush() {
            for (OutputChannel channel : channels) {
                channel.requestFlush();
            }
        }
    }

    /**
     * @param name of the thread
     */
    public OutputFlusher(String name) {
        timer =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, name);
                            thread.setDaemon(true);
                            return thread;
                        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Flushes channels from now on until the registration is closed.
     *
     * @param intervalMillis -1: never (full segments only), 0: never here, the writer flushes after
     *     each record
     */
    public Registration register(List<? extends OutputChannel> channels, long intervalMillis) {
        if (intervalMillis <= 0 || channels.isEmpty()) {
            return NOTHING;
        }
        List<OutputChannel> added = List.copyOf(channels);
        rounds.compute(
                intervalMillis,
                (interval, known) -> {
                    Round round = known == null ? new Round() : known;
                    round.channels.addAll(added);
                    if (round.schedule == null) {
                        round.schedule =
                                timer.scheduleWithFixedDelay(
                                        round::flush, interval, interval, TimeUnit.MILLISECONDS);
                    }
                    return round;
                });
        return () ->
                rounds.computeIfPresent(
                        intervalMillis,
                        (interval, round) -> {
                            round.channels.removeAll(added);
                            if (!round.channels.isEmpty()) {
                                return round;
                            }
                            round.schedule.cancel(false);
                            return null;
                        });
    }

    /** Flushes one channel from now on. */
    public Registration register(OutputChannel channel, long intervalMillis) {
        return register(List.of(channel), intervalMillis);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
