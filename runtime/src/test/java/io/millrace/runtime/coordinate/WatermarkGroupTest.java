package io.millrace.runtime.coordinate;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.graph.JobVertex.Alignment;
import io.millrace.runtime.loop.ManualTime;
import io.millrace.runtime.schedule.AttemptId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How far sources may go that wait for each other. */
class WatermarkGroupTest {
    private static final String JOB = "0000000000000000000000000000000a";
    private static final Duration UPDATE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ManualTime<Runnable> time = new ManualTime<>();
    private final WatermarkGroup group = new WatermarkGroup("all", ports());

    private final List<Long> toFast = new ArrayList<>();
    private final WatermarkGroup.Member fast = group.join(drift(10), toFast::add);

    private final List<Long> toSlow = new ArrayList<>();
    private final WatermarkGroup.Member slow = group.join(drift(50), toSlow::add);

    private static Alignment drift(long millis) {
        return new Alignment("all", millis, UPDATE.toMillis());
    }

    private static AttemptId attempt(int vertex, int subtask, int counter) {
        return new AttemptId(JOB, vertex, subtask, 1, counter);
    }

    private static final AttemptId FAST = attempt(0, 0, 1);
    private static final AttemptId SLOW = attempt(1, 0, 1);
    private static final AttemptId SLOW_TOO = attempt(1, 1, 1);

    private CoordinatorPorts ports() {
        time.owner(Runnable::run);
        return new CoordinatorPorts(time, new ManualLoop(time), null, null, null, null);
    }

    private void begin() {
        fast.begin(List.of(FAST));
        slow.begin(List.of(SLOW, SLOW_TOO));
    }

    /** All tell, and hear. */
    private void begun(long ofFast, long ofSlow, long ofSlowToo) {
        begin();
        fast.reported(FAST, ofFast);
        slow.reported(SLOW, ofSlow);
        slow.reported(SLOW_TOO, ofSlowToo);
    }

    private void pass(Duration duration) {
        time.pass(duration);
    }

    @Test
    void shouldAnnounceTheLeastAndTheDriftOfEachSourceWhenTheLastReaderHasTold() {
        begin();
        fast.reported(FAST, 100);
        slow.reported(SLOW, 30);
        assertThat(toFast).isEmpty();

        slow.reported(SLOW_TOO, 40);

        assertThat(toFast).containsExactly(40L);
        assertThat(toSlow).containsExactly(80L);
    }

    @Test
    void shouldAnnounceOnceAnIntervalWhateverIsTold() {
        begun(100, 30, 40);
        slow.reported(SLOW, 45);
        slow.reported(SLOW_TOO, 50);
        assertThat(toFast).containsExactly(40L);

        pass(UPDATE);
        pass(UPDATE);

        assertThat(toFast).containsExactly(40L, 55L, 55L);
    }

    @Test
    void shouldLetNobodyGoOnWhileAReaderHasNoWatermark() {
        begun(100, Long.MIN_VALUE, 40);

        assertThat(toFast).containsExactly(Long.MIN_VALUE + 10);
    }

    @Test
    void shouldLeaveOutIdleReaders() {
        begun(100, Long.MAX_VALUE, 40);
        assertThat(toFast).containsExactly(50L);

        slow.reported(SLOW_TOO, Long.MAX_VALUE);
        pass(UPDATE);
        assertThat(toFast).endsWith(110L);

        fast.reported(FAST, Long.MAX_VALUE);
        pass(UPDATE);
        assertThat(toFast).endsWith(Long.MAX_VALUE);
    }

    @Test
    void shouldLeaveOutReadersThatHaveEnded() {
        begun(100, 30, 40);

        slow.ended(SLOW);
        pass(UPDATE);
        assertThat(toFast).endsWith(50L);

        slow.ended(SLOW_TOO);
        pass(UPDATE);
        assertThat(toFast).endsWith(110L);
    }

    @Test
    void shouldNotLetOthersRunAwayFromReadersThatBeginAnew() {
        begun(100, 30, 40);
        AttemptId again = attempt(1, 0, 2);

        slow.begin(List.of(again, SLOW_TOO));
        slow.reported(SLOW, 1000); // of the attempt that is no more
        slow.reported(SLOW_TOO, 500);
        pass(UPDATE);
        assertThat(toFast).endsWith(40L);

        slow.reported(again, 20);
        assertThat(toFast).endsWith(30L);
    }

    @Test
    void shouldHoldToWhatWasToldWhileASourceIsStartedAgain() {
        begun(100, 30, 40);

        slow.stop();
        pass(UPDATE);
        assertThat(toFast).endsWith(40L);

        slow.begin(List.of(attempt(1, 0, 2), attempt(1, 1, 2)));
        slow.reported(attempt(1, 0, 2), 20);
        slow.reported(attempt(1, 1, 2), 25);
        assertThat(toFast).endsWith(30L);
    }

    @Test
    void shouldNotWaitForeverForAReaderThatDoesNotComeBack() {
        begun(100, 30, 40);
        slow.stop();

        for (Duration passed = Duration.ZERO;
                passed.compareTo(PATIENCE) < 0;
                passed = passed.plus(Duration.ofSeconds(1))) {
            assertThat(toFast).endsWith(40L);
            fast.reported(FAST, 100);
            pass(Duration.ofSeconds(1));
        }

        assertThat(toFast).endsWith(110L);
    }

    @Test
    void shouldWaitAgainForAReaderThatWasSilentForLong() {
        begun(100, 30, 40);
        pass(PATIENCE.minus(UPDATE));
        fast.reported(FAST, 100);
        slow.reported(SLOW_TOO, 40);
        pass(UPDATE);
        assertThat(toFast).endsWith(50L);

        slow.reported(SLOW, 31);
        pass(UPDATE);

        assertThat(toFast).endsWith(41L);
    }

    @Test
    void shouldHoldToWhatWasToldWhenAllFallSilentTogether() {
        begun(100, 30, 40);
        try (LoggedWarnings warnings = new LoggedWarnings(WatermarkGroup.class)) {
            // the job is being stopped, and its savepoint takes long
            pass(Duration.ofSeconds(2));
            slow.reported(SLOW, 35);

            pass(PATIENCE.multipliedBy(3));

            assertThat(toFast).endsWith(45L);
            assertThat(warnings.texts()).isEmpty();
        }
    }

    /** The fast reader and one of the slow ones report each second, and the third is silent. */
    private void passWhileTwoReport(Duration time, AttemptId slowReader, long watermark) {
        for (Duration passed = Duration.ZERO;
                passed.compareTo(time) < 0;
                passed = passed.plus(Duration.ofSeconds(1))) {
            fast.reported(FAST, 100);
            slow.reported(slowReader, watermark);
            pass(Duration.ofSeconds(1));
        }
    }

    @Test
    void shouldSayNothingOfReadersThatAreIdleOrAtTheirEnd() {
        begun(100, 30, Long.MAX_VALUE);
        try (LoggedWarnings warnings = new LoggedWarnings(WatermarkGroup.class)) {
            passWhileTwoReport(PATIENCE.multipliedBy(3), SLOW, 30);

            assertThat(toFast).endsWith(40L);
            assertThat(warnings.texts()).isEmpty();
        }
    }

    @Test
    void shouldNameAReaderOnceThatIsSilentWhileOthersAreNot() {
        begun(100, 30, 40);
        try (LoggedWarnings warnings = new LoggedWarnings(WatermarkGroup.class)) {
            passWhileTwoReport(PATIENCE.multipliedBy(2), SLOW_TOO, 40);

            assertThat(toFast).endsWith(50L);
            assertThat(warnings.texts())
                    .singleElement()
                    .asString()
                    .contains("Reader " + SLOW + " ", "'all'", "60 s");
        }
    }

    @Test
    void shouldTellNothingUntilAllHaveToldAnotherMaster() {
        begun(100, 30, 40);
        toFast.clear();
        WatermarkGroup next = new WatermarkGroup("all", ports());
        WatermarkGroup.Member fastThere = next.join(drift(10), toFast::add);
        WatermarkGroup.Member slowThere = next.join(drift(50), toSlow::add);
        fastThere.begin(List.of(FAST));
        slowThere.begin(List.of(SLOW, SLOW_TOO));
        fast.stop();
        slow.stop();

        fastThere.reported(FAST, 100);
        slowThere.reported(SLOW, 60);
        pass(UPDATE.multipliedBy(3));
        assertThat(toFast).isEmpty();

        slowThere.reported(SLOW_TOO, 55);
        assertThat(toFast).containsExactly(65L);
    }

    @Test
    void shouldHaveNothingToDoWhenAllHaveStopped() {
        begun(100, 30, 40);

        fast.stop();
        slow.stop();
        pass(PATIENCE.multipliedBy(2));

        assertThat(toFast).containsExactly(40L);
    }
}
