package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.CANCELED;
import static io.millrace.runtime.master.MasterFixture.FINISHED;
import static io.millrace.runtime.master.MasterFixture.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.task.SubtaskMetrics;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A job master that goes on where an earlier one ended, and one that must make room. */
class JobMasterTakeoverTest {
    private final MasterFixture f = new MasterFixture();

    @Test
    void shouldKeepWhatRunsWhenMasterBeforeItDied() {
        f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = f.next();
        second.startedBeside("w1");
        assertThat(second.state()).isEqualTo(JobState.WAITING_FOR_WORKERS);
        assertThat(second.status().waitingFor())
                .isEqualTo("1 worker of an earlier attempt to come back");

        second.reportRunning("w1", attempts, attempts);

        assertThat(second.state()).isEqualTo(JobState.RUNNING);
        assertThat(second.journal)
                .containsExactly(
                        "take over 2",
                        "write address-2",
                        "recovered count",
                        "adopt " + attempts + " up to 0");
    }

    @Test
    void shouldFinishTheRunOfTheMasterBeforeIt() {
        String w1 = f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        f.ends(w1, attempts.get(0), FINISHED);
        assertThat(f.sent).contains(new ToWorker.EndKnown(1, attempts.get(0)));
        MasterFixture second = f.next();
        second.deployed.putAll(f.deployed);
        second.startedBeside("w1");
        String again =
                second.report(
                        "w1",
                        attempts.subList(2, 4).stream().map(MasterFixture::runs).toList(),
                        List.of(f.ended(attempts.get(1), FINISHED)),
                        attempts);
        assertThat(second.state()).isEqualTo(JobState.RUNNING);
        assertThat(second.journal).endsWith("write finished-2.1");
        assertThat(second.sent).contains(new ToWorker.EndKnown(2, attempts.get(1)));

        second.ends(again, attempts.get(2), FINISHED);
        second.ends(again, attempts.get(3), FINISHED);

        assertThat(second.journal)
                .containsSubsequence("write intent-commit-" + JOB, "commit app-1-0");
        assertThat(second.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldStartWhatIsOnlyPartlyThereAgainWhenMasterBeforeItDied() {
        f.running();
        MasterFixture second = f.next();
        second.startedBeside("w1");
        AttemptId old = f.attempt(0, 0);
        String w1 = second.reportRunning("w1", List.of(old), List.of(old));
        second.time.pass(Duration.ofSeconds(10));

        assertThat(second.recovered.jobName()).isEqualTo("count");
        assertThat(second.journal).endsWith("write intent-restart-2.1", "cancel v0[0]#1.1");
        assertThat(second.journal).noneMatch(line -> line.startsWith("request"));
        assertThat(second.deployed).isEmpty();

        second.on(
                new MasterEvent.Received(
                        w1,
                        new ToMaster.TaskEnded(
                                old, new Generation(1, 1), CANCELED, SubtaskMetrics.NONE)));

        assertThat(second.deployed).hasSize(4);
        assertThat(second.deployed.get(second.attempt(0, 0)).run()).isEqualTo("app-2-0");
    }

    @Test
    void shouldOnlyFinishTheCommitWhenItIsOnRecord() {
        String w1 = f.running();
        f.finishWithoutAnswerToTheCommit(w1);
        MasterFixture second = f.next();
        second.started();
        second.time.settle();

        assertThat(second.journal)
                .containsExactly(
                        "take over 2",
                        "write address-2",
                        "commit app-1-0",
                        "write end-" + JOB,
                        "ended FINISHED");
    }

    @Test
    void shouldOnlySweepWhenTheEndIsOnRecord() {
        String w1 = f.running();
        f.allEnd(w1, FINISHED);
        MasterFixture second = f.next();
        second.started();

        assertThat(second.journal)
                .containsExactly("take over 2", "write address-2", "ended FINISHED");
        assertThat(second.result.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldCarryTheCancellingOnThatIsOnRecord() {
        f.running();
        f.on(new MasterEvent.CancelRequested("somebody"));
        MasterFixture second = f.next();
        second.started();
        second.time.settle();

        assertThat(second.journal)
                .containsExactly(
                        "take over 2",
                        "write address-2",
                        "discard app-1-0",
                        "write end-" + JOB,
                        "ended CANCELED");
    }

    @Test
    void shouldReplaceWorkerOfEarlierAttemptThatDoesNotReport() {
        f.running();
        MasterFixture second = f.next();
        second.startedBeside("w1");
        second.time.pass(Duration.ofSeconds(59));
        assertThat(second.journal).noneMatch(line -> line.startsWith("re") && line.endsWith(" 1"));

        second.time.pass(Duration.ofSeconds(2));

        assertThat(second.journal).endsWith("release w1", "request 1");
    }

    @Test
    void shouldSayNothingMoreWhenFenced() {
        String w1 = f.running();
        f.fenced = true;
        f.allEnd(w1, FINISHED);
        assertThat(f.journal).endsWith("fenced");
        f.journal.clear();
        f.sent.clear();

        f.report("w1");
        f.on(new MasterEvent.CancelRequested("somebody"));
        f.time.pass(Duration.ofMinutes(5));

        assertThat(f.journal).isEmpty();
        assertThat(f.sent).isEmpty();
        assertThat(f.result).isNull();
    }

    @Test
    void shouldFindOutThatItIsFencedWhenItHasNothingToWrite() {
        f.running();
        f.fenced = true;
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.journal).endsWith("fenced");
    }

    private static void failOnce(MasterFixture fixture, String connection) {
        fixture.ends(
                connection,
                fixture.attempt(0, 0),
                MasterFixture.failed(Category.USER_CODE, "boom"));
        fixture.allEnd(connection, CANCELED);
        fixture.time.pass(Duration.ofSeconds(1));
    }

    @Test
    void shouldCountTheFailuresOfEarlierMasters() {
        failOnce(f, f.running());
        MasterFixture second = f.next();
        String w1 = second.takeOver(f);
        assertThat(second.state()).isEqualTo(JobState.RUNNING);
        assertThat(second.status().restarts()).isEqualTo(1);

        failOnce(second, w1);
        assertThat(second.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(second.status().restarts()).isEqualTo(2);
        failOnce(second, w1);

        assertThat(second.result == null ? second.state() : second.result.state())
                .isIn(JobState.FAILING, JobState.FAILED);
    }

    @Test
    void shouldBringDownWhatAnEarlierMasterWasBringingDown() {
        String before = f.running();
        AttemptId failing = f.attempt(0, 0);
        f.ends(before, failing, MasterFixture.failed(Category.USER_CODE, "boom"));
        List<AttemptId> left =
                f.deployed.keySet().stream().filter(a -> !a.equals(failing)).toList();
        MasterFixture second = f.next();
        second.deployed.putAll(f.deployed);
        second.startedBeside("w1");
        String w1 = second.reportRunning("w1", left, List.copyOf(f.deployed.keySet()));
        second.time.pass(Duration.ofSeconds(10));
        assertThat(second.state()).isEqualTo(JobState.RESTARTING);
        left.forEach(attempt -> second.ends(w1, attempt, CANCELED));

        assertThat(second.deployed.get(second.attempt(1, 1)).run()).isEqualTo("app-2-0");
        assertThat(second.status().restarts()).as("counted once").isEqualTo(1);
    }

    @Test
    void shouldNotCommitWhatHasFinishedAfterItsRestartWasDecided() {
        f.running();
        f.on(new MasterEvent.ContainerCompleted("w1", "its node is lost"));
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        assertThat(f.journal).contains("discard app-1-0");
        MasterFixture second = f.next();
        second.deployed.putAll(f.deployed);
        second.startedBeside("w1");
        second.report(
                "w1",
                List.of(),
                attempts.stream().map(attempt -> f.ended(attempt, FINISHED)).toList(),
                attempts);
        second.time.pass(Duration.ofSeconds(11));

        assertThat(second.journal).doesNotContain("write intent-commit-" + JOB);
        assertThat(second.deployed.get(second.attempt(1, 1)).run()).isEqualTo("app-2-0");
    }

    @Test
    void shouldNotWaitForTasksOfAWorkerThatTheClusterNeverVouchesFor() {
        f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = f.next();
        second.startedBeside();
        second.reportRunning("w1", attempts, attempts);
        second.time.pass(Duration.ofMinutes(2));
        assertThat(second.journal).contains("release w1", "leave w1");

        second.grant("w2");
        second.report("w2");

        assertThat(second.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(second.deployed).hasSize(4);
    }

    @Test
    void shouldTellAgainWhatItKeepsWhenAWorkerComesBack() {
        f.running();
        MasterFixture second = f.next();
        String w1 = second.takeOver(f);
        second.on(new MasterEvent.Disconnected(w1, "the network"));
        second.journal.clear();

        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        second.reportRunning("w1", attempts, attempts);

        assertThat(second.journal).containsExactly("adopt " + attempts + " up to 0");
    }

    @Test
    void shouldCountAFailureThatNoMasterWasThereFor() {
        f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = f.next();
        second.startedBeside("w1");
        second.report(
                "w1",
                List.of(),
                attempts.stream()
                        .map(a -> f.ended(a, MasterFixture.failed(Category.USER_CODE, "boom")))
                        .toList(),
                attempts);
        second.time.pass(Duration.ofSeconds(11));

        assertThat(second.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(second.status().restarts()).isEqualTo(1);
        assertThat(second.status().failure().cause().message()).isEqualTo("boom");
    }

    @Test
    void shouldCancelWhatItHasNotDecidedOnYet() {
        f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = f.next();
        second.deployed.putAll(f.deployed);
        second.startedBeside("w1", "w2");
        String w1 = second.reportRunning("w1", attempts.subList(0, 2), attempts);
        second.on(new MasterEvent.CancelRequested("somebody"));
        second.ends(w1, attempts.get(0), CANCELED);
        assertThat(second.journal).contains("cancel v0[0]#1.1").doesNotContain("discard app-1-0");

        second.ends(w1, attempts.get(1), CANCELED);

        assertThat(second.journal)
                .containsSubsequence(
                        "write intent-cancel-" + JOB, "discard app-1-0", "write end-" + JOB);
    }

    @Test
    void shouldNotHurryWorkersBeforeTheyCanFindIt() {
        f.running();
        MasterFixture second = f.next();
        second.unknownOutcomes = 12;
        second.startedBeside("w1");
        second.time.pass(Duration.ofSeconds(65));
        assertThat(second.journal).doesNotContain("release w1");
        second.unknownOutcomes = 0;
        second.time.pass(Duration.ofSeconds(30));
        assertThat(second.journal).contains("write address-2").doesNotContain("release w1");

        second.time.pass(Duration.ofSeconds(60));

        assertThat(second.journal).endsWith("release w1", "request 1");
    }

    @Test
    void shouldDecideNothingByTheFirstEventAfterAStandstill() {
        f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = f.next();
        second.startedBeside("w0");
        second.report("w0");
        second.time.standStill(Duration.ofSeconds(30));

        second.grant("w9");
        assertThat(second.journal).noneMatch(line -> line.startsWith("write intent-restart"));
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
        second.reportRunning("w1", attempts, attempts);

        assertThat(second.state()).isEqualTo(JobState.RUNNING);
    }
}
