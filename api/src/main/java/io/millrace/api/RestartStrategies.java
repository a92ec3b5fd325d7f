package io.millrace.api;

import io.millrace.api.time.Time;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What becomes of a job that has failed, as a program says it; the same can be set by the options
 * {@code restart-strategy.*}.
 */
public final class RestartStrategies {
    private static final String TYPE = "restart-strategy.type";
    private static final String FIXED = "restart-strategy.fixed-delay.";
    private static final String EXPONENTIAL = "restart-strategy.exponential-delay.";
    private static final String RATE = "restart-strategy.failure-rate.";

    private RestartStrategies() {}

    /**
     * A choice.
     *
     * @param options what it sets, by key
     */
    public record RestartStrategyConfiguration(Map<String, String> options)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        public RestartStrategyConfiguration {
            options = Map.copyOf(options);
        }

        /** For people. */
        public String getDescription() {
            return options.isEmpty() ? "as the cluster is set" : options.toString();
        }
    }

    /** The first failure is the last. */
    public static RestartStrategyConfiguration noRestart() {
        return new RestartStrategyConfiguration(Map.of(TYPE, "none"));
    }

    /** What the options of the launcher say. */
    public static RestartStrategyConfiguration fallBackRestart() {
        return new RestartStrategyConfiguration(Map.of());
    }

    /**
     * Starts again after a pause, so often.
     *
     * @param delayBetweenAttempts milliseconds, not negative
     */
    public static RestartStrategyConfiguration fixedDelayRestart(
            int restartAttempts, long delayBetweenAttempts) {
        return fixedDelayRestart(restartAttempts, Duration.ofMillis(delayBetweenAttempts));
    }

    /** As {@link #fixedDelayRestart(int, Duration)}, for older programs. */
    public static RestartStrategyConfiguration fixedDelayRestart(
            int restartAttempts, Time delayInterval) {
        return fixedDelayRestart(restartAttempts, delayInterval.toDuration());
    }

    /** Starts again after a pause, so often. */
    public static RestartStrategyConfiguration fixedDelayRestart(
            int restartAttempts, Duration delayInterval) {
        if (restartAttempts < 0 || delayInterval.isNegative()) {
            throw new InvalidProgramException(
                    "A job cannot be restarted "
                            + restartAttempts
                            + " times, "
                            + delayInterval
                            + " after a failure: neither may be negative. Use noRestart() for a job"
                            + " that is not to be restarted.");
        }
        Map<String, String> options = new LinkedHashMap<>();
        options.put(TYPE, "fixed-delay");
        options.put(FIXED + "attempts", Integer.toString(restartAttempts));
        options.put(FIXED + "delay", millis(delayInterval));
        return new RestartStrategyConfiguration(options);
    }

    /**
     * Starts again after pauses that grow with each failure.
     *
     * @param resetBackoffThreshold after this time without a failure the next pause is the first
     *     one again
     * @param jitterFactor share of a pause that chance adds or takes, 0 to 1
     */
    public static RestartStrategyConfiguration exponentialDelayRestart(
            Duration initialBackoff,
            Duration maxBackoff,
            double backoffMultiplier,
            Duration resetBackoffThreshold,
            double jitterFactor) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(TYPE, "exponential-delay");
        options.put(EXPONENTIAL + "initial-backoff", millis(initialBackoff));
        options.put(EXPONENTIAL + "max-backoff", millis(maxBackoff));
        options.put(EXPONENTIAL + "backoff-multiplier", Double.toString(backoffMultiplier));
        options.put(EXPONENTIAL + "reset-backoff-threshold", millis(resetBackoffThreshold));
        options.put(EXPONENTIAL + "jitter-factor", Double.toString(jitterFactor));
        return new RestartStrategyConfiguration(options);
    }

    /** As {@link #failureRateRestart(int, Duration, Duration)}, for older programs. */
    public static RestartStrategyConfiguration failureRateRestart(
            int failureRate, Time failureInterval, Time delayInterval) {
        return failureRateRestart(
                failureRate, failureInterval.toDuration(), delayInterval.toDuration());
    }

    /**
     * Starts again after a pause, unless the job has failed too often of late.
     *
     * @param failureRate failures within the interval after which the job starts again, at least 1;
     *     one more ends it
     */
    public static RestartStrategyConfiguration failureRateRestart(
            int failureRate, Duration failureInterval, Duration delayInterval) {
        if (failureRate < 1
                || failureInterval.isNegative()
                || failureInterval.isZero()
                || delayInterval.isNegative()) {
            throw new InvalidProgramException(
                    "A job cannot be restarted after "
                            + failureRate
                            + " failures in "
                            + failureInterval
                            + ", "
                            + delayInterval
                            + " after each: there must be at least one, in a time that is longer"
                            + " than 0. Use noRestart() for a job that is not to be restarted.");
        }
        Map<String, String> options = new LinkedHashMap<>();
        options.put(TYPE, "failure-rate");
        options.put(RATE + "max-failures-per-interval", Integer.toString(failureRate));
        options.put(RATE + "failure-rate-interval", millis(failureInterval));
        options.put(RATE + "delay", millis(delayInterval));
        return new RestartStrategyConfiguration(options);
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
