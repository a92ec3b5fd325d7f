package io.millrace.runtime.schedule;

import io.millrace.api.Configuration;
import io.millrace.runtime.config.RestartOptions;
import java.time.Duration;
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
     */
    record Memory(int restarts, long delayNanos, long lastDelayNanos) {
        public static final Memory NONE = new Memory(0, 0, 0);
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
            } else if (this instanceof ExponentialDelay exponential) {
                return new ExponentialDelayRestart(exponential, random, memory, lastFailureNanos);
            }
            return new NoRestart();
        }
    }
}
