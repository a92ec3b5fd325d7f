package io.millrace.dist;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what other processes do, as they cannot tell us. */
final class Conditions {
    private static final long BETWEEN_LOOKS_NANOS = Duration.ofMillis(50).toNanos();

    private Conditions() {}

    /**
     * Returns when the condition holds.
     *
     * @param state is printed if it does not within the limit
     */
    static void await(
            String what, Duration limit, Callable<Boolean> condition, Supplier<String> state)
            throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "Waited for " + limit.toSeconds() + " s for " + what + "; " + state.get());
            }
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
        }
    }
}
