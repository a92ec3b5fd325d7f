package io.millrace.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.runtime.schedule.RestartStrategy.Spec;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RestartStrategyTest {
    private static final Spec UNSET = new Spec.FixedDelay(7, Duration.ofSeconds(7));

    private static Spec spec(Map<String, String> options) {
        return Spec.of(Configuration.fromMap(options), UNSET);
    }

    @Test
    void shouldTakeTheProcessesStrategyWhenTheJobChoosesNone() {
        assertThat(spec(Map.of("restart-strategy.fixed-delay.attempts", "1"))).isEqualTo(UNSET);
    }

    @Test
    void shouldReadEachStrategyFromItsKeys() {
        assertThat(spec(Map.of("restart-strategy.type", "none"))).isEqualTo(new Spec.None());
        assertThat(
                        spec(
                                Map.of(
                                        "restart-strategy.type", "fixed-delay",
                                        "restart-strategy.fixed-delay.attempts", "5",
                                        "restart-strategy.fixed-delay.delay", "10 s")))
                .isEqualTo(new Spec.FixedDelay(5, Duration.ofSeconds(10)));
        assertThat(
                        spec(
                                Map.of(
                                        "restart-strategy.type", "failure-rate",
                                        "restart-strategy.failure-rate.max-failures-per-interval",
                                                "4",
                                        "restart-strategy.failure-rate.failure-rate-interval",
                                                "5 min",
                                        "restart-strategy.failure-rate.delay", "2 s")))
                .isEqualTo(new Spec.FailureRate(4, Duration.ofMinutes(5), Duration.ofSeconds(2)));
        assertThat(
                        spec(
                                Map.of(
                                        "restart-strategy.type", "exponential-delay",
                                        "restart-strategy.exponential-delay.initial-backoff", "2 s",
                                        "restart-strategy.exponential-delay.max-backoff", "20 s",
                                        "restart-strategy.exponential-delay.backoff-multiplier",
                                                "3",
                                        "restart-strategy.exponential-delay.reset-backoff-threshold",
                                                "5 min",
                                        "restart-strategy.exponential-delay.jitter-factor", "0.5")))
                .isEqualTo(
                        new Spec.ExponentialDelay(
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(20),
                                3,
                                Duration.ofMinutes(5),
                                0.5,
                                Integer.MAX_VALUE));
    }

    @Test
    void shouldRefuseFirstPauseThatIsLongerThanTheLongest() {
        Map<String, String> options =
                Map.of(
                        "restart-strategy.type", "exponential-delay",
                        "restart-strategy.exponential-delay.initial-backoff", "2 min");

        assertThatThrownBy(() -> spec(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("120000 ms")
                .hasMessageContaining("restart-strategy.exponential-delay.max-backoff");
    }

    @Test
    void shouldGiveUpAtOnceWithoutStrategy() {
        assertThat(new Spec.None().strategy(new Random(1)).afterFailure(0)).isEmpty();
    }

    @Test
    void shouldGiveUpWhenFixedDelaysAreSpent() {
        RestartStrategy strategy =
                new Spec.FixedDelay(2, Duration.ofSeconds(3)).strategy(new Random(1));

        assertThat(strategy.afterFailure(0)).contains(Duration.ofSeconds(3));
        assertThat(strategy.afterFailure(1)).contains(Duration.ofSeconds(3));
        assertThat(strategy.afterFailure(2)).isEmpty();
    }

    @Test
    void shouldGiveUpWhenThereAreTooManyFailuresWithinTheInterval() {
        RestartStrategy strategy = rate().strategy(new Random(1));

        assertThat(strategy.afterFailure(0)).contains(Duration.ofSeconds(3));
        assertThat(strategy.afterFailure(minutes(1))).contains(Duration.ofSeconds(3));
        assertThat(strategy.afterFailure(minutes(10))).isEmpty();
    }

    @Test
    void shouldGoOnForEverWhenFailuresAreRare() {
        RestartStrategy strategy = rate().strategy(new Random(1));

        for (int failure = 0; failure < 100; failure++) {
            assertThat(strategy.afterFailure(minutes(6L * failure)))
                    .contains(Duration.ofSeconds(3));
        }
    }

    @Test
    void shouldCountFailuresThatAnotherProcessHasSeen() {
        RestartStrategy first = rate().strategy(new Random(1));
        first.afterFailure(minutes(100));
        first.afterFailure(minutes(104));

        // the last failure was at -1 min by the clock of the process that takes over
        assertThat(rate().strategy(new Random(1), first.memory(), minutes(-1)).afterFailure(0))
                .isEmpty();
        assertThat(
                        rate().strategy(new Random(1), first.memory(), minutes(-1))
                                .afterFailure(minutes(6)))
                .contains(Duration.ofSeconds(3));
    }

    private static Spec rate() {
        return new Spec.FailureRate(2, Duration.ofMinutes(10), Duration.ofSeconds(3));
    }

    private static long minutes(long minutes) {
        return Duration.ofMinutes(minutes).toNanos();
    }

    private static RestartStrategy exponential(double jitter, int attempts) {
        return new Spec.ExponentialDelay(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        2,
                        Duration.ofMinutes(1),
                        jitter,
                        attempts)
                .strategy(new Random(1));
    }

    @Test
    void shouldWaitLongerAfterEachFailureUpToALimit() {
        RestartStrategy strategy = exponential(0, Integer.MAX_VALUE);

        assertThat(strategy.afterFailure(0)).contains(Duration.ofSeconds(1));
        assertThat(strategy.afterFailure(1)).contains(Duration.ofSeconds(2));
        assertThat(strategy.afterFailure(2)).contains(Duration.ofSeconds(4));
        assertThat(strategy.afterFailure(3)).contains(Duration.ofSeconds(5));
    }

    @Test
    void shouldBeginAnewAfterTimeWithoutFailure() {
        RestartStrategy strategy = exponential(0, 2);
        strategy.afterFailure(0);
        strategy.afterFailure(Duration.ofSeconds(2).toNanos());
        long calm = Duration.ofSeconds(2 + 2 + 60).toNanos();

        assertThat(strategy.afterFailure(calm)).contains(Duration.ofSeconds(1));
    }

    @Test
    void shouldNotCountThePauseBeforeTheStartAsTimeWithoutFailure() {
        RestartStrategy strategy = exponential(0, 2);
        strategy.afterFailure(0);
        strategy.afterFailure(Duration.ofSeconds(2).toNanos());

        assertThat(strategy.afterFailure(Duration.ofSeconds(2 + 2 + 59).toNanos())).isEmpty();
    }

    @Test
    void shouldVaryPausesByItsJitterOnly() {
        RestartStrategy strategy = exponential(0.25, Integer.MAX_VALUE);

        assertThat(strategy.afterFailure(0).orElseThrow())
                .isBetween(Duration.ofMillis(750), Duration.ofMillis(1250));
        assertThat(strategy.afterFailure(1).orElseThrow())
                .isBetween(Duration.ofMillis(1500), Duration.ofMillis(2500));
    }

    @Test
    void shouldCountOnWhereAnotherProcessHasStopped() {
        Spec fixed = new Spec.FixedDelay(2, Duration.ofSeconds(1));
        RestartStrategy first = fixed.strategy(new Random(1));
        first.afterFailure(0);
        RestartStrategy second = fixed.strategy(new Random(1), first.memory(), 0);

        assertThat(second.afterFailure(0)).contains(Duration.ofSeconds(1));
        assertThat(second.afterFailure(0)).isEmpty();
    }

    @Test
    void shouldGoOnWithTheDelayOfAnotherProcessUnlessAllWasCalmSince() {
        Spec growing =
                new Spec.ExponentialDelay(
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        2,
                        Duration.ofHours(1),
                        0,
                        Integer.MAX_VALUE);
        RestartStrategy first = growing.strategy(new Random(1));
        first.afterFailure(0);
        first.afterFailure(0);
        long failed = -Duration.ofMinutes(30).toNanos();
        long failedLongAgo = -Duration.ofDays(60).toNanos();

        assertThat(growing.strategy(new Random(1), first.memory(), failed).afterFailure(0))
                .contains(Duration.ofSeconds(4));
        assertThat(growing.strategy(new Random(1), first.memory(), failedLongAgo).afterFailure(0))
                .contains(Duration.ofSeconds(1));
    }
}
