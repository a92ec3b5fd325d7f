package io.millrace.runtime.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.master.MasterEvent.Container;
import io.millrace.runtime.schedule.RestartStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContainerLedgerTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final List<String> calls = new ArrayList<>();
    private final Set<String> busy = new HashSet<>();
    private final ContainerLedger ledger = ledger(1);

    private ContainerLedger ledger(int epoch) {
        MasterSettings settings =
                MasterSettings.defaults("app", epoch, "here", 2, new RestartStrategy.Spec.None())
                        .withMaxStartFailures(2);
        ContainerLedger made = new ContainerLedger(new RecordingPort(), settings, busy::contains);
        made.start(0);
        made.reachable(0);
        return made;
    }

    private static List<Container> containers(String... ids) {
        return Arrays.stream(ids).map(id -> new Container(id, "host")).toList();
    }

    @Test
    void shouldAskForWhatIsMissingAndNoMore() {
        ledger.need(3);
        ledger.granted(containers("a"), 0);
        ledger.need(3);
        ledger.reported("a", 0);
        ledger.tick(SECOND, (id, cause) -> {});

        assertThat(calls).containsExactly("request 3");
        assertThat(ledger.asked()).isEqualTo(2);
    }

    @Test
    void shouldAskForNothingBeforeTheNeedIsKnown() {
        ledger.granted(containers("a"), 0);
        ledger.completed("a", "gone", 0);
        ledger.previous(containers("b"), 0);

        assertThat(calls).isEmpty();
    }

    @Test
    void shouldReturnAtOnceWhatIsGrantedInExcess() {
        ledger.need(1);
        List<Container> kept = ledger.granted(containers("a", "b"), 0);

        assertThat(calls).containsExactly("request 1", "release b");
        assertThat(kept).extracting(Container::id).containsExactly("a");
    }

    @Test
    void shouldCountContainerOnceWhenItIsGrantedTwice() {
        ledger.need(2);
        ledger.granted(containers("a"), 0);
        ledger.granted(containers("a"), 0);

        assertThat(ledger.asked()).isEqualTo(1);
        assertThat(calls).containsExactly("request 2");
    }

    @Test
    void shouldWaitForWhatTheClusterHasSaidWhileTheMasterStoodStill() {
        ContainerLedger second = ledger(2);
        second.need(2);
        second.previous(containers("a"), 0);
        second.reported("a", SECOND);
        long now = 20 * SECOND;

        second.stoodStill(now);

        assertThat(second.isPreviousSettled(now)).isFalse();
        second.previous(containers("b"), now);
        assertThat(second.isPreviousSettled(now + 11 * SECOND)).isFalse();
        second.reported("b", now);
        assertThat(second.isPreviousSettled(now + 11 * SECOND)).isTrue();
    }

    @Test
    void shouldGiveNobodyUpWhoseReportMayHaveComeWhileTheMasterStoodStill() {
        ContainerLedger second = ledger(2);
        second.need(1);
        second.previous(containers("a"), 0);
        long now = 100 * SECOND;

        second.stoodStill(now);
        second.tick(now, (id, cause) -> {});

        assertThat(calls).isEmpty();
        second.reported("a", now);
        assertThat(second.isHeld("a")).isTrue();
    }

    @Test
    void shouldReplaceContainerThatIsGone() {
        ledger.need(1);
        ledger.granted(containers("a"), 0);
        ledger.reported("a", 0);
        ledger.completed("a", "killed", 0);

        assertThat(calls).containsExactly("request 1", "request 1");
        assertThat(ledger.reported("a", 0)).as("its worker talks on").isFalse();
    }

    @Test
    void shouldNotReturnBusyWorkerWhenLessIsNeeded() {
        ledger.need(2);
        ledger.granted(containers("a", "b"), 0);
        ledger.reported("a", 0);
        ledger.reported("b", 0);
        busy.add("b");
        ledger.need(1);

        assertThat(calls).containsExactly("request 2", "release a");
    }

    @Test
    void shouldCountContainersOfEarlierAttemptsAgainstItsAsks() {
        ContainerLedger second = ledger(2);
        second.need(3);
        assertThat(calls).as("before the cluster has told").isEmpty();

        second.previous(containers("a", "b"), 0);

        assertThat(calls).containsExactly("request 1");
        assertThat(second.awaitedOfEarlierAttempts()).isEqualTo(2);
    }

    @Test
    void shouldAskWhenNobodyTellsOfEarlierAttempts() {
        ContainerLedger second = ledger(2);
        second.need(1);
        second.tick(4 * SECOND, (id, cause) -> {});
        assertThat(calls).isEmpty();

        second.tick(5 * SECOND, (id, cause) -> {});

        assertThat(calls).containsExactly("request 1");
    }

    @Test
    void shouldWithdrawItsAskWhenContainerOfEarlierAttemptIsToldLate() {
        ContainerLedger second = ledger(2);
        second.need(2);
        second.previous(containers(), 0);
        second.previous(containers("a"), 0);

        assertThat(calls).containsExactly("request 2", "withdraw 1");
    }

    @Test
    void shouldReturnContainerOfEarlierAttemptWhoseWorkerIsSilent() {
        ContainerLedger second = ledger(2);
        second.need(1);
        second.previous(containers("a"), 0);
        second.tick(59 * SECOND, (id, cause) -> {});
        assertThat(calls).isEmpty();

        second.tick(60 * SECOND, (id, cause) -> {});

        assertThat(calls).containsExactly("release a", "request 1");
        assertThat(second.reported("a", 61 * SECOND)).as("too late").isFalse();
    }

    @Test
    void shouldHoldWorkerThatTheClusterHasNotVouchedForUntilItDoes() {
        ContainerLedger second = ledger(2);
        assertThat(second.reported("a", 0)).isTrue();
        assertThat(second.isHeld("a")).isFalse();

        second.previous(containers("a"), 0);

        assertThat(second.isHeld("a")).isTrue();
    }

    @Test
    void shouldReturnWorkerThatTheClusterNeverVouchesFor() {
        ledger.need(1);
        ledger.granted(containers("a"), 0);
        ledger.reported("stranger", 0);
        List<String> expired = new ArrayList<>();
        ledger.reported("a", 0);

        ledger.tick(61 * SECOND, (id, cause) -> expired.add(id));

        assertThat(calls).containsExactly("request 1", "release stranger");
        assertThat(expired).containsExactly("stranger");
    }

    @Test
    void shouldFailWhenTooManyEndBeforeTheirWorkersReport() {
        ledger.need(1);
        List<Failure> failures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ledger.granted(containers("c" + i), i * SECOND);
            ledger.completed("c" + i, "exit status 1", i * SECOND).ifPresent(failures::add);
        }

        assertThat(failures).hasSize(1);
        assertThat(failures.get(0).cause().message())
                .isEqualTo(
                        "3 containers ended within a minute before their workers had reported, the"
                                + " limit is 2 (resourcemanager.start-worker.max-failure-rate). The"
                                + " last, c2: exit status 1");
        assertThat(calls).as("asks no more").containsExactly("request 1", "request 1", "request 1");
    }

    @Test
    void shouldForgetFailuresOfOlderMinutes() {
        ledger.need(1);
        for (int i = 0; i < 10; i++) {
            long now = i * 31L * SECOND;
            ledger.granted(containers("c" + i), now);
            assertThat(ledger.completed("c" + i, "exit status 1", now)).isEmpty();
        }
    }

    @Test
    void shouldCountContainerWhoseWorkerNeverReportsAsFailedStart() {
        ledger.need(1);
        ledger.granted(containers("a"), 0);
        List<String> expired = new ArrayList<>();

        ledger.tick(301 * SECOND, (id, cause) -> expired.add(cause));

        assertThat(calls).containsExactly("request 1", "release a", "request 1");
        assertThat(expired).containsExactly("its worker did not report within 300 s; see its log");
    }

    @Test
    void shouldReturnEverythingWhenClosed() {
        ledger.need(3);
        ledger.granted(containers("a", "b"), 0);
        ledger.reported("a", 0);
        busy.add("a");
        ledger.close();

        assertThat(calls).containsExactly("request 3", "withdraw 1", "release a", "release b");
    }

    private final class RecordingPort implements ContainerPort {
        @Override
        public void request(int more) {
            calls.add("request " + more);
        }

        @Override
        public void withdraw(int fewer) {
            calls.add("withdraw " + fewer);
        }

        @Override
        public void release(String containerId) {
            calls.add("release " + containerId);
        }
    }
}
