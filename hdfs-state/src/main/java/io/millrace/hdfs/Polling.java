package io.millrace.hdfs;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Asks again and again for what HDFS does by itself and tells nobody of.
 *
 * <p>Threads: any; blocks.
 */
final class Polling {
    private final LongSupplier nanoClock;
    private final Pause pause;
    private final Duration interval;
    private final Duration most;

    /** Lets time go by. */
    @FunctionalInterface
    interface Pause {
        void pause(Duration duration) throws InterruptedException;
    }

    /** Whether it has come. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /**
     * @param interval between two questions
     * @param most that one wait may take
     */
    Polling(LongSupplier nanoClock, Pause pause, Duration interval, Duration most) {
        this.nanoClock = nanoClock;
        this.pause = pause;
        this.interval = interval;
        this.most = most;
    }

    /**
     * @param what is waited for, as in "Waited 180 s for ..."
     * @throws IOException if it does not come in time, or the thread is interrupted
     */
    void until(Condition condition, URI path, String what) throws IOException {
        long deadlineNanos = nanoClock.getAsLong() + most.toNanos();
        while (!condition.holds()) {
            if (nanoClock.getAsLong() - deadlineNanos > 0) {
                throw new IOException(
                        "Waited " + most.toSeconds() + " s for " + what + ": " + path);
            }
            try {
                pause.pause(interval);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Interrupted while it waited for " + what);
            }
        }
    }
}
