package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.JOB;

import io.millrace.api.ConfigOption;
import java.time.Duration;

/** What happens after a failure. */
public final class RestartOptions {
    private RestartOptions() {}

    /** The ways to restart a job. */
    public enum Strategy {
        NONE("none"),
        FIXED_DELAY("fixed-delay"),
        FAILURE_RATE("failure-rate"),
        EXPONENTIAL_DELAY("exponential-delay");

        private final String key;

        Strategy(String key) {
            this.key = key;
        }

        @Override
        public String toString() {
            return key;
        }
    }

    public static final ConfigOption<Strategy> STRATEGY =
            ConfigOption.named("restart-strategy.type", Strategy.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("restart-strategy")
                    .withDescription(
                            "Whether and how a failed job is started again. Unset:"
                                    + " exponential-delay for a job that takes checkpoints; for"
                                    + " others none locally, fixed-delay on YARN.");

    public static final ConfigOption<Integer> FIXED_DELAY_ATTEMPTS =
            ConfigOption.named("restart-strategy.fixed-delay.attempts", Integer.class)
                    .readBy(JOB)
                    .defaultValue(3)
                    .atLeast(0)
                    .withDescription("Restarts before the job counts as failed.");

    public static final ConfigOption<Duration> FIXED_DELAY =
            ConfigOption.named("restart-strategy.fixed-delay.delay", Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ofSeconds(1))
                    .atLeast(Duration.ZERO)
                    .withDescription("Pause before each restart.");

    public static final ConfigOption<Integer> FAILURE_RATE_MAX =
            ConfigOption.named(
                            "restart-strategy.failure-rate.max-failures-per-interval",
                            Integer.class)
                    .readBy(JOB)
                    .defaultValue(1)
                    .between(1, 1000)
                    .withDescription(
                            "Failures within restart-strategy.failure-rate.failure-rate-interval"
                                    + " after which the job starts again; one more and it counts"
                                    + " as failed.");

    public static final ConfigOption<Duration> FAILURE_RATE_INTERVAL =
            ConfigOption.named(
                            "restart-strategy.failure-rate.failure-rate-interval", Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ofMinutes(1))
                    .atLeast(Duration.ofMillis(1))
                    .withDescription("How far back failures count.");

    public static final ConfigOption<Duration> FAILURE_RATE_DELAY =
            ConfigOption.named("restart-strategy.failure-rate.delay", Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ofSeconds(1))
                    .atLeast(Duration.ZERO)
                    .withDescription("Pause before each restart.");

    public static final ConfigOption<Duration> EXPONENTIAL_INITIAL_BACKOFF =
            ConfigOption.named("restart-strategy.exponential-delay.initial-backoff", Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ofSeconds(1))
                    .atLeast(Duration.ofMillis(1))
                    .withDescription("Pause before the first restart.");

    public static final ConfigOption<Duration> EXPONENTIAL_MAX_BACKOFF =
            ConfigOption.named("restart-strategy.exponential-delay.max-backoff", Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ofMinutes(1))
                    .atLeast(Duration.ofMillis(1))
                    .withDescription("Longest pause before a restart.");

    public static final ConfigOption<Double> EXPONENTIAL_MULTIPLIER =
            ConfigOption.named(
                            "restart-strategy.exponential-delay.backoff-multiplier", Double.class)
                    .readBy(JOB)
                    .defaultValue(1.5)
                    .between(1.0, 100.0)
                    .withDescription("How much longer each pause is than the one before.");

    public static final ConfigOption<Duration> EXPONENTIAL_RESET =
            ConfigOption.named(
                            "restart-strategy.exponential-delay.reset-backoff-threshold",
                            Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ofHours(1))
                    .atLeast(Duration.ofMillis(1))
                    .withDescription("A run this long makes the next pause the first one again.");

    public static final ConfigOption<Double> EXPONENTIAL_JITTER =
            ConfigOption.named("restart-strategy.exponential-delay.jitter-factor", Double.class)
                    .readBy(JOB)
                    .defaultValue(0.1)
                    .between(0.0, 1.0)
                    .withDescription(
                            "Share of a pause by which chance makes it shorter or longer.");

    public static final ConfigOption<Integer> EXPONENTIAL_ATTEMPTS =
            ConfigOption.named(
                            "restart-strategy.exponential-delay.attempts-before-reset-backoff",
                            Integer.class)
                    .readBy(JOB)
                    .defaultValue(Integer.MAX_VALUE)
                    .atLeast(0)
                    .withDescription(
                            "Restarts without such a run between them before the job counts as"
                                    + " failed.");
}
