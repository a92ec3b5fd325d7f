package io.millrace.api.source;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Permits that come evenly by the clock. Who did not take them for a while finds those of one
 * second at the most.
 *
 * <p>Whoever waits is woken once in a millisecond at the most, and finds what has come until then.
 */
final class PacedLimiter implements RateLimiter {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final double perNano;
    private final LongSupplier nanoClock;

    /** Permits are counted from here. */
    private long startNanos;

    /** Taken since then. */
    private long taken;

    private CompletableFuture<Void> waiting;
    private boolean started;

    PacedLimiter(double perSecond, LongSupplier nanoClock) {
        this.perNano = perSecond / SECOND_NANOS;
        this.nanoClock = nanoClock;
    }

    @Override
    public int acquire(int most) {
        long now = nanoClock.getAsLong();
        if (!started) {
            started = true;
            startNanos = now;
        }
        // one is there at the start
        long come = (long) ((now - startNanos) * perNano) + 1;
        long atMost = Math.max(1, (long) (SECOND_NANOS * perNano));
        if (come - taken > atMost || taken > 1L << 40) {
            // begin to count anew, with what is left of the last second
            long left = Math.min(come - taken, atMost);
            startNanos = now;
            taken = 1 - left;
            come = 1;
        }
        int permits = (int) Math.max(0, Math.min(most, come - taken));
        taken += permits;
        return permits;
    }

    @Override
    public CompletableFuture<Void> available() {
        if (waiting != null && !waiting.isDone()) {
            return waiting;
        }
        // the next permit is number taken + 1, which comes when taken of them have passed
        long dueNanos = startNanos + (long) Math.ceil(taken / perNano);
        long wait = Math.max(LEAST_WAIT_NANOS, dueNanos - nanoClock.getAsLong());
        waiting =
                CompletableFuture.runAsync(
                        () -> {},
                        CompletableFuture.delayedExecutor(
                                wait, TimeUnit.NANOSECONDS, Runnable::run));
        return waiting;
    }
}
