package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.FINISHED;
import static io.millrace.runtime.master.MasterFixture.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.worker.WorkerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How a job starts, runs on its workers and finishes, as long as nothing fails. */
class JobMasterTest {
    private final MasterFixture f = new MasterFixture();

    @Test
    void shouldTakeEachStepInItsOrderWhenNothingFails() {
        String w1 = f.running();
        f.allEnd(w1, FINISHED);
        f.on(new MasterEvent.Received(w1, new ToMaster.Leaving("told to")));

        assertThat(f.journal)
                .containsExactly(
                        "take over 1",
                        "write address-1",
                        "recovered nothing",
                        "write graph-" + JOB,
                        "prepare",
                        "write input-" + JOB,
                        "request 1",
                        "deploy v0[0]#1.1",
                        "deploy v0[1]#1.1",
                        "deploy v1[0]#1.1",
                        "deploy v1[1]#1.1",
                        "write finished-1.1",
                        "write finished-1.2",
                        "write finished-1.3",
                        "write intent-commit-" + JOB,
                        "commit app-1-0",
                        "write end-" + JOB,
                        "leave w1",
                        "release w1",
                        "ended FINISHED");
        assertThat(f.result.failure()).isNull();
    }

    @Test
    void shouldEndAfterLeaveTimeoutWhenWorkerDoesNotSayThatItLeaves() {
        f.allEnd(f.running(), FINISHED);
        assertThat(f.result).isNull();

        f.time.pass(Duration.ofSeconds(4));

        assertThat(f.result.state()).isEqualTo(JobState.FINISHED);
        assertThat(f.journal).endsWith("release w1", "ended FINISHED");
    }

    @Test
    void shouldFailBeforeAskingForContainersWhenFilesAreRefused() {
        f.prepareRefusal = "Input path in does not exist.";
        f.submitted();
        f.time.settle();

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.failure().category()).isEqualTo(Category.CONFIG);
        assertThat(f.result.failure().summary())
                .isEqualTo("Input path in does not exist. (Job 'count')");
        assertThat(f.journal).noneMatch(line -> line.startsWith("request"));
    }

    @Test
    void shouldFailWithProgramsFailureWhenItMakesNoGraph() {
        f.started();
        f.on(new MasterEvent.NotSubmitted(Failure.of(Category.CONFIG, "main", "no such option")));

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.failure().cause().message()).isEqualTo("no such option");
    }

    @Test
    void shouldWaitForTheRecordWhenGraphIsSubmittedBeforeItIsTakenOver() {
        f.on(new MasterEvent.Submitted(MasterFixture.graph(Map.of())));
        assertThat(f.journal).isEmpty();

        f.started();

        assertThat(f.journal).startsWith("take over 1").contains("write graph-" + JOB, "prepare");
    }

    @Test
    void shouldDoNothingUntilOutcomeIsKnownWhenRecordDoesNotAnswer() {
        f.started();
        f.unknownOutcomes = 2;
        f.on(new MasterEvent.Submitted(MasterFixture.graph(Map.of())));
        assertThat(f.state()).isEqualTo(JobState.CREATED);
        assertThat(f.journal).doesNotContain("prepare");

        f.time.pass(Duration.ofSeconds(1));

        assertThat(f.journal)
                .containsSubsequence(
                        "write graph-" + JOB,
                        "write graph-" + JOB,
                        "write graph-" + JOB,
                        "prepare");
    }

    @Test
    void shouldNotDeployBeforeEverySlotIsThere() {
        f.submitted(
                new JobGraph(
                        JOB,
                        "wide",
                        List.of(
                                new JobVertex(
                                        0,
                                        "v",
                                        3,
                                        128,
                                        "default",
                                        new byte[0],
                                        List.of(),
                                        List.of())),
                        List.of(),
                        Map.of()));
        assertThat(f.status().waitingFor()).isEqualTo("2 containers to be granted (of 1 GiB each)");

        f.grant("w1", "w2");
        f.report("w1");
        assertThat(f.deployed).isEmpty();
        assertThat(f.status().waitingFor()).isEqualTo("1 worker to start in its container");

        f.report("w2");

        assertThat(f.deployed).hasSize(3);
    }

    @Test
    void shouldNotDeployTwiceWhenWorkerComesBackRunning() {
        f.running();
        f.journal.clear();
        f.report(
                "w1",
                f.deployed.keySet().stream().map(a -> MasterFixture.runs(a)).toList(),
                List.of(),
                List.copyOf(f.deployed.keySet()));

        assertThat(f.journal).noneMatch(line -> line.startsWith("deploy"));
        assertThat(f.state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void shouldDeployAgainWhatGotLostWithItsConnection() {
        f.submitted();
        f.grant("w1");
        f.report("w1");
        f.journal.clear();
        AttemptId seen = f.attempt(0, 0);

        f.report("w1", List.of(MasterFixture.runs(seen)), List.of(), List.of(seen));

        assertThat(f.journal)
                .containsExactly(
                        "close w1#1",
                        "deploy v0[1]#1.1",
                        "deploy v1[0]#1.1",
                        "deploy v1[1]#1.1",
                        "adopt [v0[0]#1.1] up to 0");
    }

    @Test
    void shouldHearOfEndsThatWereNotAcknowledgedWhenWorkerComesBack() {
        f.running();
        f.report(
                "w1",
                List.of(),
                f.deployed.keySet().stream().map(a -> f.ended(a, FINISHED)).toList(),
                List.copyOf(f.deployed.keySet()));

        assertThat(f.state()).isEqualTo(JobState.FINISHED);
        assertThat(f.sent).filteredOn(m -> m instanceof ToWorker.EndKnown).hasSize(4);
    }

    @Test
    void shouldIgnoreReportOfAnOlderConnection() {
        f.submitted();
        f.grant("w1");
        f.report("w1");
        f.journal.clear();

        f.on(new MasterEvent.Connected("late", "w1"));
        f.on(new MasterEvent.Received("late", reportOfW1(0)));

        assertThat(f.journal).containsExactly("close late");
    }

    private static ToMaster.Report reportOfW1(int link) {
        return new ToMaster.Report(
                new WorkerAddress("w1", "host", 1),
                link,
                1,
                2,
                new ToMaster.WorkerStart(0, 0, 0),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void shouldCloseConnectionOfWorkerThatClaimsAnothersName() {
        f.submitted();
        f.grant("w1");
        f.on(new MasterEvent.Connected("c", "w2"));
        f.on(new MasterEvent.Received("c", reportOfW1(1)));

        assertThat(f.journal).endsWith("close c");
        assertThat(f.deployed).isEmpty();
    }
}
