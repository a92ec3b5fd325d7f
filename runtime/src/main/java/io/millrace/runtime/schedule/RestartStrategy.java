package io.millrace.runtime.schedule;

import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether and when a job that failed is started again.
 *
 * <p>Threads: owned by the master's loop.
 */
public interface RestartStrategy {

    /**
     * A failure happened.
     *
     * @param nowNanos reading of the monotonic clock
     * @return how long to wait before the next start, or empty: give up
     */
    Optional<Duration> afterFailure(long nowNanos);

    /** For the log: the strategy with its figures, and its option keys. */
    String describe();

    /** Which strategy, with which figures. */
    sealed interface Spec {

        /** The first failure is the last. */
        record None() implements Spec {}

        /** So often, each time after the same delay. */
        record FixedDelay(int attempts, Duration delay) implements Spec {}

        /**
         * For ever, each time after a longer delay.
         *
         * @param multiplier of the delay, at least 1
         * @param resetThreshold time without failure after which the delay is the initial one again
         * @param jitter part of the delay that chance adds or takes, 0 to 1
         */
        record ExponentialDelay(
                Duration initial,
                Duration max,
                double multiplier,
                Duration resetThreshold,
                double jitter)
                implements Spec {}
    }
}
