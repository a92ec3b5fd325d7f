package io.millrace.runtime.schedule;

import io.millrace.api.Configuration;
import io.millrace.runtime.config.RestartOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

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

    /** What another process needs to count on. */
    Memory memory();

    /**
     * What a strategy knows of the failures so far.
     *
     * @param restarts that count against the limit
     * @param delayNanos the last delay without the part of chance; 0 if the strategy needs none
     * @param lastDelayNanos the last delay
     * @param agesNanos of the failures that still count, oldest first, when the last one was; empty
     *     if the strategy needs none
     */
    record Memory(int restarts, long delayNanos, long lastDelayNanos, List<Long> agesNanos) {
        public static final Memory NONE = new Memory(0, 0, 0, List.of());

        public Memory {
            agesNanos = List.copyOf(agesNanos);
        }
    }

    /** Which strategy, with which figures. */
    sealed interface Spec {

        /** The first failure is the last. */
        record None() implements Spec {
            @Override
            public String toString() {
                return "none";
            }
        }

        /** So often, each time after the same delay. */
        record FixedDelay(int attempts, Duration delay) implements Spec {
            public FixedDelay {
                if (attempts < 0 || delay.isNegative()) {
                    throw new IllegalArgumentException(
                            "fixed delay: " + attempts + " attempts, " + delay);
                }
            }

            @Override
            public String toString() {
                return "fixed-delay ("
                        + attempts
                        + " restarts, "
                        + delay.toMillis()
                        + " ms before each)";
            }
        }

        /**
         * Each time after the same delay, until there are too many failures within an interval.
         *
         * @param failures that may be within an interval, at least 1
         */
        record FailureRate(int failures, Duration interval, Duration delay) implements Spec {
            public FailureRate {
                if (failures < 1 || interval.isNegative() || delay.isNegative()) {
                    throw new IllegalArgumentException(
                            "failure rate: " + failures + " in " + interval + ", " + delay);
                }
            }

            @Override
            public String toString() {
                return "failure-rate ("
                        + failures
                        + " restarts in "
                        + interval.toMillis()
                        + " ms, "
                        + delay.toMillis()
                        + " ms before each)";
            }
        }

        /**
         * Each time after a longer delay.
         *
         * @param multiplier of the delay, at least 1
         * @param resetThreshold time without failure after which delay and count begin anew
         * @param jitter part of the delay that chance adds or takes, 0 to 1
         * @param attempts restarts without such a time between them
         */
        record ExponentialDelay(
                Duration initial,
                Duration max,
                double multiplier,
                Duration resetThreshold,
                double jitter,
                int attempts)
                implements Spec {
            public ExponentialDelay {
                if (!(multiplier >= 1) || !(jitter >= 0 && jitter <= 1) || attempts < 0) {
                    throw new IllegalArgumentException(
                            "exponential delay: multiplier "
                                    + multiplier
                                    + ", jitter "
                                    + jitter
                                    + ", "
                                    + attempts
                                    + " attempts");
                }
                if (initial.compareTo(max) > 0) {
                    throw new IllegalArgumentException(
                            "The first pause before a restart, "
                                    + initial.toMillis()
                                    + " ms ("
                                    + RestartOptions.EXPONENTIAL_INITIAL_BACKOFF.key()
                                    + "), is longer than the longest, "
                                    + max.toMillis()
                                    + " ms ("
                                    + RestartOptions.EXPONENTIAL_MAX_BACKOFF.key()
                                    + "): lower the one or raise the other");
                }
            }

            @Override
            public String toString() {
                return "exponential-delay ("
                        + initial.toMillis()
                        + " ms to "
                        + max.toMillis()
                        + " ms, times "
                        + multiplier
                        + ", "
                        + attempts
                        + " restarts)";
            }
        }

        /** With the figures of a configuration, or their defaults. */
        static Spec exponentialDelay(Configuration configuration) {
            return new ExponentialDelay(
                    configuration.get(RestartOptions.EXPONENTIAL_INITIAL_BACKOFF),
                    configuration.get(RestartOptions.EXPONENTIAL_MAX_BACKOFF),
                    configuration.get(RestartOptions.EXPONENTIAL_MULTIPLIER),
                    configuration.get(RestartOptions.EXPONENTIAL_RESET),
                    configuration.get(RestartOptions.EXPONENTIAL_JITTER),
                    configuration.get(RestartOptions.EXPONENTIAL_ATTEMPTS));
        }

        /** What a configuration asks for; where it chooses no strategy, the one given. */
        static Spec of(Configuration configuration, Spec unset) {
            Optional<RestartOptions.Strategy> chosen =
                    configuration.getOptional(RestartOptions.STRATEGY);
            if (chosen.isEmpty()) {
                return unset;
            }
            return switch (chosen.get()) {
                case NONE -> new None();
                case FIXED_DELAY ->
                        new FixedDelay(
                                configuration.get(RestartOptions.FIXED_DELAY_ATTEMPTS),
                                configuration.get(RestartOptions.FIXED_DELAY));
                case FAILURE_RATE ->
                        new FailureRate(
                                configuration.get(RestartOptions.FAILURE_RATE_MAX),
                                configuration.get(RestartOptions.FAILURE_RATE_INTERVAL),
                                configuration.get(RestartOptions.FAILURE_RATE_DELAY));
                case EXPONENTIAL_DELAY -> exponentialDelay(configuration);
            };
        }

        /** The strategy itself, with no failure so far. */
        default RestartStrategy strategy(Random random) {
            return strategy(random, Memory.NONE, 0);
        }

        /**
         * The strategy itself, where failures came before.
         *
         * @param lastFailureNanos when the last one was, by the clock of the calls to come
         */
        default RestartStrategy strategy(Random random, Memory memory, long lastFailureNanos) {
            if (this instanceof FixedDelay fixed) {
                return new FixedDelayRestart(fixed, memory);
            } else if (this instanceof FailureRate rate) {
                return new FailureRateRestart(rate, memory, lastFailureNanos);
            } else if (this instanceof ExponentialDelay exponential) {
                return new ExponentialDelayRestart(exponential, random, memory, lastFailureNanos);
            }
            return new NoRestart();
        }
    }
}
