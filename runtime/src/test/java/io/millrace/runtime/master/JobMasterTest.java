package io.millrace.runtime.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.accumulator.LongCounter;
import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.metrics.AccumulatorPart;
import io.millrace.runtime.metrics.JobValues;
import io.millrace.runtime.metrics.SubtaskValues;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JobMasterTest {
    private static final String JOB = MasterFixture.JOB;
    private static final SubtaskEnd FINISHED = new SubtaskEnd.Finished();
    private static final SubtaskEnd CANCELED = new SubtaskEnd.Canceled();

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
        f.started();
        f.on(
                new MasterEvent.Submitted(
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
                                Map.of())));
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
        f.on(
                new MasterEvent.Received(
                        "late",
                        new ToMaster.Report(
                                new WorkerAddress("w1", "host", 1),
                                0,
                                1,
                                2,
                                new ToMaster.WorkerStart(0, 0, 0),
                                List.of(),
                                List.of(),
                                List.of())));

        assertThat(f.journal).containsExactly("close late");
    }

    @Test
    void shouldCloseConnectionOfWorkerThatClaimsAnothersName() {
        f.submitted();
        f.grant("w1");
        f.on(new MasterEvent.Connected("c", "w2"));
        f.on(
                new MasterEvent.Received(
                        "c",
                        new ToMaster.Report(
                                new WorkerAddress("w1", "host", 1),
                                1,
                                1,
                                2,
                                new ToMaster.WorkerStart(0, 0, 0),
                                List.of(),
                                List.of(),
                                List.of())));

        assertThat(f.journal).endsWith("close c");
        assertThat(f.deployed).isEmpty();
    }

    // ---------------------------------------------------------------- failures

    @Test
    void shouldStartNothingBeforeAllAttemptsAreGoneWhenOneFails() {
        String w1 = f.running();
        f.journal.clear();
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        assertThat(f.journal)
                .containsExactly(
                        "write intent-restart-1.1",
                        "cancel v0[1]#1.1",
                        "cancel v1[0]#1.1",
                        "cancel v1[1]#1.1");

        f.ends(w1, f.attempt(0, 1), CANCELED);
        f.ends(w1, f.attempt(1, 0), CANCELED);
        f.time.pass(Duration.ofSeconds(10));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        assertThat(f.journal).doesNotContain("discard app-1-0");

        f.ends(w1, f.attempt(1, 1), CANCELED);
        assertThat(f.journal).endsWith("discard app-1-0");
        f.time.pass(Duration.ofMillis(999));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        f.time.pass(Duration.ofMillis(1));

        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(f.journal).endsWith("deploy v1[1]#1.2");
        assertThat(f.deployed.get(f.attempt(1, 1)).run()).isEqualTo("app-1-1");
        assertThat(f.deployed.get(f.attempt(1, 1)).generation()).isEqualTo(new Generation(1, 2));
        assertThat(f.status().restarts()).isEqualTo(1);
        assertThat(f.status().failure().cause().message()).isEqualTo("boom");
    }

    @Test
    void shouldFailWithTheLastRootWhenRestartsAreSpent() {
        String w1 = f.running();
        for (int start = 0; start < 3; start++) {
            f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom " + start));
            f.allEnd(w1, CANCELED);
            f.time.pass(Duration.ofSeconds(2));
        }
        f.time.pass(Duration.ofSeconds(4));

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.restarts()).isEqualTo(2);
        assertThat(f.result.failure().cause().message()).isEqualTo("boom 2");
        assertThat(f.journal)
                .containsSubsequence(
                        "write intent-fail-" + JOB, "discard app-1-2", "write end-" + JOB);
    }

    @Test
    void shouldNotStartAgainWhenFailureIsTheConfigurations() {
        String w1 = f.running();
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.CONFIG, "no such codec"));
        f.allEnd(w1, CANCELED);
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.restarts()).isZero();
    }

    @Test
    void shouldFollowTheJobsOwnRestartStrategy() {
        f.started();
        f.on(
                new MasterEvent.Submitted(
                        MasterFixture.graph(Map.of("restart-strategy.type", "none"))));
        f.grant("w1");
        String w1 = f.report("w1");
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.allEnd(w1, CANCELED);
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
    }

    @Test
    void shouldNameUsersExceptionWhenBrokenChannelIsHeardOfFirst() {
        String w1 = f.running();
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.CLUSTER, "channel broke"));
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.allEnd(w1, CANCELED);

        assertThat(f.status().failure().cause().message()).isEqualTo("boom");
    }

    @Test
    void shouldNameContainersEndWhenBrokenChannelIsHeardOfFirst() {
        f.started();
        f.on(new MasterEvent.Submitted(twoWorkers()));
        f.grant("w1", "w2");
        String w1 = f.report("w1");
        f.report("w2");
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.CLUSTER, "channel broke"));
        f.allEnd(w1, CANCELED);

        f.on(new MasterEvent.ContainerCompleted("w2", "killed: beyond its memory"));

        assertThat(f.status().failure().summary())
                .isEqualTo("killed: beyond its memory (Worker w2 on host)");
        assertThat(f.journal).endsWith("request 1", "leave w2", "discard app-1-0");
    }

    private static JobGraph twoWorkers() {
        return new JobGraph(
                JOB,
                "wide",
                List.of(
                        new JobVertex(
                                0, "v", 4, 128, "default", new byte[0], List.of(), List.of())),
                List.of(),
                Map.of());
    }

    @Test
    void shouldReplaceWorkerAndStartAgainWhenItIsSilent() {
        f.running();
        f.journal.clear();
        f.time.pass(Duration.ofSeconds(52));

        assertThat(f.journal)
                .containsSubsequence("leave w1", "release w1", "request 1", "discard app-1-0");
        assertThat(f.status().failure().summary())
                .isEqualTo("it was silent for 50 s (heartbeat.timeout) (Worker w1 on host)");
    }

    @Test
    void shouldGiveUpWorkerWhoseTasksDoNotEndWhenCancelled() {
        String w1 = f.running();
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        for (int second = 0; second < 181; second++) {
            f.on(new MasterEvent.Received(w1, new ToMaster.WorkerBeat(second, List.of())));
            f.time.pass(Duration.ofSeconds(1));
        }

        assertThat(f.journal).contains("release w1", "request 1", "discard app-1-0");
        assertThat(f.status().failure().cause().message()).isEqualTo("boom");
    }

    @Test
    void shouldNameTaskWhoseLoopStandsStill() {
        String w1 = f.running();
        for (int second = 0; second < 60; second++) {
            f.on(new MasterEvent.Received(w1, beat(f.attempt(0, 0), 7)));
            f.time.pass(Duration.ofSeconds(1));
        }

        assertThat(f.status().warnings())
                .contains("Task source[0] on w1 has not gone round its loop for 60 s");
    }

    private static ToMaster.WorkerBeat beat(AttemptId attempt, long loops) {
        return new ToMaster.WorkerBeat(
                1,
                List.of(
                        new ToMaster.TaskBeat(
                                attempt,
                                new SubtaskMetrics(
                                        1, 2, 3, 4, 5, 6, loops, List.of(), List.of()))));
    }

    @Test
    void shouldFailWithContainersWordsWhenTooManyEndAtTheirStart() {
        f.submitted();
        for (int i = 1; i <= 3; i++) {
            f.grant("c" + i);
            f.on(new MasterEvent.ContainerCompleted("c" + i, "exit status 1: no java"));
        }
        f.time.settle();

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.failure().cause().message())
                .contains("the limit is 2", "start-worker.max-failure-rate", "no java");
    }

    // ---------------------------------------------------------------- cancel and clients

    @Test
    void shouldRecordIntentBeforeTheFirstCommandWhenCancelled() {
        String w1 = f.running();
        f.journal.clear();
        f.on(new MasterEvent.Connected("client#1", "client"));
        f.on(new MasterEvent.Received("client#1", new FromClient.CancelJob("r1", "")));
        f.allEnd(w1, CANCELED);
        f.on(new MasterEvent.Received(w1, new ToMaster.Leaving("told to")));

        assertThat(f.journal)
                .containsExactly(
                        "write intent-cancel-" + JOB,
                        "cancel v0[0]#1.1",
                        "cancel v0[1]#1.1",
                        "cancel v1[0]#1.1",
                        "cancel v1[1]#1.1",
                        "discard app-1-0",
                        "write end-" + JOB,
                        "leave w1",
                        "release w1",
                        "ended CANCELED");
        assertThat(f.sent)
                .contains(new ToClient.CancelReply("r1", true, "Job 'count' is being cancelled."));
    }

    @Test
    void shouldNotCommitWhenTasksFinishWhileIntentToCancelIsOnItsWay() {
        String w1 = f.running();
        f.unknownOutcomes = 1;
        f.on(new MasterEvent.CancelRequested("Ctrl-C"));
        f.allEnd(w1, FINISHED);
        assertThat(f.state()).isEqualTo(JobState.CANCELLING);
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.result.state()).isEqualTo(JobState.CANCELED);
        assertThat(f.journal).noneMatch(line -> line.startsWith("commit"));
    }

    @Test
    void shouldRefuseToCancelWhenResultIsBeingMadeVisible() {
        String w1 = f.running();
        finishWithoutAnswerToTheCommit(w1);
        f.on(new MasterEvent.Connected("client#1", "client"));
        f.on(new MasterEvent.Received("client#1", new FromClient.CancelJob("r1", "")));
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.sent)
                .contains(new ToClient.CancelReply("r1", false, "The job is COMMITTING already."));
        assertThat(f.result.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldAnswerHowTheJobEndedAfterItsEnd() {
        f.allEnd(f.running(), FINISHED);
        f.time.pass(Duration.ofSeconds(4));
        f.sent.clear();

        f.on(new MasterEvent.Connected("client#1", "client"));
        f.on(new MasterEvent.Received("client#1", new FromClient.GetStatus("r1", "")));

        assertThat(f.sent)
                .singleElement()
                .satisfies(
                        m ->
                                assertThat(((ToClient.Status) m).status().state())
                                        .isEqualTo(JobState.FINISHED));
    }

    @Test
    void shouldTellCountersOfItsTasks() {
        String w1 = f.running();
        f.on(new MasterEvent.Received(w1, beat(f.attempt(0, 0), 7)));

        JobStatus status = f.status();

        assertThat(status.inputBytesRead()).isEqualTo(6);
        assertThat(status.inputBytesTotal()).isEqualTo(15);
        assertThat(status.vertices().get(0).recordsIn()).isEqualTo(4);
        assertThat(status.vertices().get(0).recordsOut()).isEqualTo(5);
        assertThat(status.vertices().get(0).running()).isEqualTo(2);
        assertThat(status.timeline())
                .extracting(JobStatus.TimelineEvent::name)
                .containsSubsequence(
                        "master started",
                        "graph ready",
                        "containers asked",
                        "container granted",
                        "worker registered",
                        "deploy sent",
                        "first task running",
                        "first record");
    }

    // ---------------------------------------------------------------- takeover

    @Test
    void shouldKeepWhatRunsWhenMasterBeforeItDied() {
        f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = next(f.record);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
        assertThat(second.state()).isEqualTo(JobState.WAITING_FOR_WORKERS);
        assertThat(second.status().waitingFor())
                .isEqualTo("1 worker of an earlier attempt to come back");

        second.report(
                "w1", attempts.stream().map(MasterFixture::runs).toList(), List.of(), attempts);

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
        MasterFixture second = next(f.record);
        second.deployed.putAll(f.deployed);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
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
        MasterFixture second = next(f.record);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
        AttemptId old = f.attempt(0, 0);
        String w1 = second.report("w1", List.of(MasterFixture.runs(old)), List.of(), List.of(old));
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

    private void finishWithoutAnswerToTheCommit(String connection) {
        for (AttemptId attempt : List.copyOf(f.deployed.keySet())) {
            f.unknownOutcomes = attempt.equals(f.attempt(1, 1)) ? 1 : 0;
            f.ends(connection, attempt, FINISHED);
        }
    }

    @Test
    void shouldOnlyFinishTheCommitWhenItIsOnRecord() {
        String w1 = f.running();
        finishWithoutAnswerToTheCommit(w1);
        MasterFixture second = next(f.record);
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
    void shouldKeepWhatFinishedSubtasksAddedUpWhenMasterDiesWithTheCommit() {
        String w1 = f.running();
        f.unknownOutcomes = 1;
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        for (AttemptId attempt : attempts) {
            f.on(
                    new MasterEvent.Received(
                            w1,
                            new ToMaster.TaskEnded(
                                    attempt,
                                    f.deployed.get(attempt).generation(),
                                    FINISHED,
                                    counted("count", 10))));
        }
        assertThat(f.status().values()).containsExactly(new JobValues.Shown("count", "40"));
        MasterFixture second = next(f.record);
        second.started();
        second.time.settle();

        assertThat(JobValues.results(second.result.accumulators(), getClass().getClassLoader()))
                .containsExactly(Map.entry("count", 40L));
        assertThat(second.status().values()).containsExactly(new JobValues.Shown("count", "40"));
    }

    @Test
    void shouldForgetWhatARunThatFailedHadAddedUp() {
        String w1 = f.running();
        for (AttemptId attempt : List.copyOf(f.deployed.keySet())) {
            f.on(
                    new MasterEvent.Received(
                            w1,
                            new ToMaster.WorkerBeat(
                                    1,
                                    List.of(
                                            new ToMaster.TaskBeat(
                                                    attempt, counted("count", 10))))));
        }
        assertThat(accumulators()).containsExactly(Map.entry("count", 40L));

        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Failure.Category.USER_CODE, "no"));

        assertThat(accumulators()).isEmpty();
    }

    private Map<String, Object> accumulators() {
        List<AccumulatorPart> parts = new ArrayList<>();
        f.on(new MasterEvent.AccumulatorsRequested(parts::addAll));
        // what is being cancelled does not count
        return JobValues.results(parts, getClass().getClassLoader());
    }

    /** Of a subtask whose function has counted to a number. */
    private static SubtaskMetrics counted(String name, long count) {
        SubtaskValues values = new SubtaskValues(1 << 20, "some.limit");
        LongCounter counter = new LongCounter();
        counter.add(count);
        values.add(name, counter);
        return new SubtaskMetrics(1, 2, 3, 4, 5, 6, 7, List.of(), List.of(), values.snapshot(0));
    }

    @Test
    void shouldOnlySweepWhenTheEndIsOnRecord() {
        String w1 = f.running();
        f.allEnd(w1, FINISHED);
        MasterFixture second = next(f.record);
        second.started();

        assertThat(second.journal)
                .containsExactly("take over 2", "write address-2", "ended FINISHED");
        assertThat(second.result.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldCarryTheCancellingOnThatIsOnRecord() {
        f.running();
        f.on(new MasterEvent.CancelRequested("somebody"));
        MasterFixture second = next(f.record);
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
        MasterFixture second = next(f.record);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
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

    private static MasterFixture next(Map<String, byte[]> record) {
        return new MasterFixture(
                2, record, new RestartStrategy.Spec.FixedDelay(2, Duration.ofSeconds(1)));
    }

    private static final Map<String, String> CHECKPOINTS =
            Map.of(
                    "execution.checkpointing.interval", "10 s",
                    "execution.checkpointing.dir", "/checkpoints");

    /** All subtasks of a job with checkpoints run, and a first one is complete. */
    private static String checkpointed(MasterFixture fixture) {
        return checkpointed(fixture, CHECKPOINTS);
    }

    private static String checkpointed(MasterFixture fixture, Map<String, String> options) {
        fixture.started();
        fixture.on(new MasterEvent.Submitted(MasterFixture.graph(options)));
        fixture.grant("w1");
        String connection = fixture.report("w1");
        for (AttemptId attempt : List.copyOf(fixture.deployed.keySet())) {
            fixture.on(new MasterEvent.Received(connection, new ToMaster.TaskRunning(attempt)));
        }
        fixture.time.pass(Duration.ofSeconds(10));
        store(fixture, connection, 1);
        return connection;
    }

    private static void store(MasterFixture fixture, String connection, long id) {
        fixture.on(
                new MasterEvent.Received(
                        connection,
                        new ToMaster.CheckpointStored(
                                id,
                                1,
                                new WorkerFile("chk-" + id + "/worker-w1", 1, 1),
                                fixture.deployed.keySet().stream()
                                        .map(a -> new SubtaskState(a, false, 0, 0, List.of()))
                                        .toList())));
    }

    @Test
    void shouldDeployFromTheLastCompleteCheckpointAfterAFailure() {
        MasterFixture fixture = new MasterFixture();
        String connection = checkpointed(fixture);
        assertThat(fixture.journal)
                .containsSubsequence("write metadata 1", "write chk-1", "publish 1", "retain [1]");

        AttemptId failing = fixture.attempt(0, 0);
        fixture.ends(connection, failing, MasterFixture.failed(Category.USER_CODE, "bad"));
        for (AttemptId attempt : List.copyOf(fixture.deployed.keySet())) {
            if (!attempt.equals(failing)) {
                fixture.ends(connection, attempt, new SubtaskEnd.Canceled());
            }
        }
        fixture.time.pass(Duration.ofSeconds(70));

        TaskDeployment again = fixture.deployed.get(fixture.attempt(0, 0));
        assertThat(again.attempt().counter()).isEqualTo(2);
        assertThat(again.restored().checkpointId()).isEqualTo(1);
        assertThat(again.restored().folder()).isEqualTo("/checkpoints/" + MasterFixture.JOB);
    }

    private static void failAndStartAgain(
            MasterFixture fixture, String connection, SubtaskEnd end) {
        AttemptId failing = fixture.attempt(0, 0);
        fixture.ends(connection, failing, end);
        for (AttemptId attempt : List.copyOf(fixture.deployed.keySet())) {
            if (!attempt.equals(failing)) {
                fixture.ends(connection, attempt, new SubtaskEnd.Canceled());
            }
        }
        fixture.time.pass(Duration.ofSeconds(5));
    }

    private static Map<String, String> with(Map<String, String> options, String... more) {
        Map<String, String> all = new java.util.HashMap<>(options);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void shouldBeginFromTheSavepointItIsToldOfUntilItHasACheckpointOfItsOwn() {
        MasterFixture fixture = new MasterFixture();
        fixture.checkpoints.stored.put("/sp/one", stored(41));
        fixture.started();
        fixture.on(
                new MasterEvent.Submitted(
                        MasterFixture.graph(
                                with(CHECKPOINTS, "execution.state-recovery.path", "/sp/one"))));
        fixture.grant("w1");
        String connection = fixture.report("w1");
        assertThat(fixture.deployed.values())
                .allSatisfy(d -> assertThat(d.restored().checkpointId()).isEqualTo(41));

        failAndStartAgain(
                fixture, connection, MasterFixture.failed(Category.USER_CODE, "before the first"));

        TaskDeployment again = fixture.deployed.get(fixture.attempt(0, 0));
        assertThat(again.attempt().counter()).isEqualTo(2);
        assertThat(again.restored().checkpointId()).isEqualTo(41);
        assertThat(again.restored().folder()).isEqualTo("/sp");
        for (AttemptId attempt : List.copyOf(fixture.deployed.keySet())) {
            fixture.on(new MasterEvent.Received(connection, new ToMaster.TaskRunning(attempt)));
        }
        fixture.time.pass(Duration.ofSeconds(10));
        assertThat(fixture.journal).contains("write ids-upto-1041");
        // the next master knows it, too
        MasterFixture second =
                new MasterFixture(2, fixture.record, new RestartStrategy.Spec.None());
        second.checkpoints.stored.putAll(fixture.checkpoints.stored);
        second.started();
        assertThat(second.journal).contains("find /sp/one");
    }

    private static StoredCheckpoint stored(long id) {
        return new StoredCheckpoint(
                new CheckpointMetadata(id, 1, "other", "other", 1, List.of(), List.of()),
                new CheckpointFolder("/sp"),
                "/sp/one");
    }

    @Test
    void shouldAskForNoContainerWhenTheSavepointIsNotThere() {
        MasterFixture fixture = new MasterFixture();
        fixture.started();
        fixture.on(
                new MasterEvent.Submitted(
                        MasterFixture.graph(
                                with(CHECKPOINTS, "execution.state-recovery.path", "/sp/none"))));

        assertThat(fixture.result.state()).isEqualTo(JobState.FAILED);
        assertThat(fixture.result.failure().category()).isEqualTo(Category.CONFIG);
        assertThat(fixture.result.failure().summary()).contains("nothing at /sp/none");
        assertThat(fixture.journal).noneMatch(line -> line.startsWith("request"));
    }

    @Test
    void shouldGoBackToTheCheckpointBeforeWhenASubtaskFindsTheNewestDamaged() {
        MasterFixture fixture = new MasterFixture();
        String connection =
                checkpointed(
                        fixture, with(CHECKPOINTS, "execution.checkpointing.num-retained", "2"));
        fixture.time.pass(Duration.ofSeconds(10));
        store(fixture, connection, 2);
        failAndStartAgain(fixture, connection, MasterFixture.failed(Category.USER_CODE, "bad"));
        assertThat(fixture.deployed.get(fixture.attempt(0, 0)).restored().checkpointId())
                .isEqualTo(2);

        failAndStartAgain(
                fixture,
                connection,
                new SubtaskEnd.Failed(
                        Failure.of(
                                Category.STATE,
                                "source[0]",
                                new IOException(
                                        new DamagedCheckpointException("file x is damaged")))));

        assertThat(fixture.deployed.get(fixture.attempt(0, 0)).restored().checkpointId())
                .isEqualTo(1);
        failAndStartAgain(
                fixture,
                connection,
                new SubtaskEnd.Failed(
                        Failure.of(
                                Category.STATE,
                                "source[0]",
                                new DamagedCheckpointException("file y is damaged"))));
        assertThat(fixture.result.state()).isEqualTo(JobState.FAILED);
        assertThat(fixture.result.failure().summary())
                .contains("file y is damaged. No checkpoint before 1 is retained");
    }

    @Test
    void shouldBeginFromTheNewestCheckpointOnRecordWhenItTakesOver() {
        MasterFixture first = new MasterFixture();
        checkpointed(first);

        MasterFixture second = new MasterFixture(2, first.record, new RestartStrategy.Spec.None());
        second.checkpoints.complete.putAll(first.checkpoints.complete);
        second.started();
        second.on(new MasterEvent.PreviousContainers(List.of()));
        second.grant("w2");
        second.report("w2");

        assertThat(second.journal).containsSubsequence("read 1", "publish 1");
        assertThat(second.deployed).isNotEmpty();
        assertThat(second.deployed.values())
                .allSatisfy(d -> assertThat(d.restored().checkpointId()).isEqualTo(1));
    }

    @Test
    void shouldRemoveTheCheckpointsOfAJobThatFinishedAndKeepThoseOfOneThatWasCancelled() {
        MasterFixture finished = new MasterFixture();
        finished.allEnd(checkpointed(finished), new SubtaskEnd.Finished());
        assertThat(finished.journal).contains("remove all");

        MasterFixture cancelled = new MasterFixture();
        String connection = checkpointed(cancelled);
        cancelled.on(new MasterEvent.CancelRequested("a test"));
        cancelled.allEnd(connection, new SubtaskEnd.Canceled());
        assertThat(cancelled.journal).contains("write end-" + MasterFixture.JOB);
        assertThat(cancelled.journal).doesNotContain("remove all");
    }

    @Test
    void shouldRefuseToTakeCheckpointsWithoutAFolder() {
        MasterFixture fixture = new MasterFixture();
        fixture.started();
        fixture.on(
                new MasterEvent.Submitted(
                        MasterFixture.graph(Map.of("execution.checkpointing.interval", "10 s"))));

        assertThat(fixture.status().failure().summary())
                .contains("execution.checkpointing.dir is not set");
    }

    // ---------------------------------------------------------------- regions

    /** Two vertices that nothing connects, in one slot. */
    private static JobGraph twoRegions() {
        return new JobGraph(JOB, "two", List.of(lonely(0), lonely(1)), List.of(), Map.of());
    }

    private static JobVertex lonely(int id) {
        return new JobVertex(
                id,
                "v" + id,
                1,
                128,
                "default",
                new byte[0],
                List.of(),
                List.of(new JobVertex.FileOutput(id, "out" + id, false)));
    }

    private String runningTwoRegions(MasterFixture fixture) {
        fixture.started();
        fixture.on(new MasterEvent.Submitted(twoRegions()));
        fixture.grant("w1");
        String w1 = fixture.report("w1");
        for (AttemptId attempt : List.copyOf(fixture.deployed.keySet())) {
            fixture.on(new MasterEvent.Received(w1, new ToMaster.TaskRunning(attempt)));
        }
        assertThat(fixture.state()).isEqualTo(JobState.RUNNING);
        return w1;
    }

    @Test
    void shouldStartOnlyTheRegionAgainInWhichATaskFailed() {
        String w1 = runningTwoRegions(f);
        f.journal.clear();
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        assertThat(f.status().vertices()).extracting(v -> v.running()).containsExactly(1, 0);

        f.time.pass(Duration.ofSeconds(1));
        f.on(new MasterEvent.Received(w1, new ToMaster.TaskRunning(f.attempt(1, 0))));

        assertThat(f.state()).isEqualTo(JobState.RUNNING);
        assertThat(f.journal)
                .containsExactly("write intent-restart-1.1", "discard app-1-1", "deploy v1[0]#1.3");
        assertThat(f.status().restarts()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheHighestCountOfRestartsThoughItWasWrittenBeforeAnOlderOne() {
        String w1 = runningTwoRegions(f);
        f.late = new ArrayList<>();
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.late = null;
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.time.pass(Duration.ofSeconds(5));
        assertThat(f.journal)
                .containsSubsequence("write intent-restart-1.2", "write intent-restart-1.1");
        assertThat(f.status().restarts()).isEqualTo(2);

        MasterFixture second = next(f.record);
        second.started();

        assertThat(second.status().restarts()).isEqualTo(2);
    }

    @Test
    void shouldCommitTheRunOfEachRegion() {
        String w1 = runningTwoRegions(f);
        f.ends(w1, f.attempt(0, 0), FINISHED);
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.time.pass(Duration.ofSeconds(1));
        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);

        f.ends(w1, f.attempt(1, 0), FINISHED);

        assertThat(f.journal)
                .containsSubsequence(
                        "write intent-commit-" + JOB, "commit app-1-0", "commit app-1-2");
        assertThat(f.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldCountOneFailureWhenALostWorkerStrikesManyRegions() {
        runningTwoRegions(f);
        f.on(new MasterEvent.ContainerCompleted("w1", "killed"));
        f.grant("w2");
        f.report("w2");
        f.time.pass(Duration.ofSeconds(1));

        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(f.status().restarts()).isEqualTo(1);
        assertThat(f.deployed).hasSize(4);
    }

    @Test
    void shouldGiveUpOnceWhenALostWorkerStrikesManyRegions() {
        MasterFixture last = new MasterFixture(1, new TreeMap<>(), new RestartStrategy.Spec.None());
        runningTwoRegions(last);

        last.on(new MasterEvent.ContainerCompleted("w1", "killed"));

        assertThat(last.result.state()).isEqualTo(JobState.FAILED);
        assertThat(last.journal).containsOnlyOnce("write intent-fail-" + JOB);
    }

    @Test
    void shouldKeepOneRegionAndStartTheOtherAgainWhenMasterBeforeItDied() {
        runningTwoRegions(f);
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = next(f.record);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
        String w1 =
                second.report(
                        "w1",
                        List.of(MasterFixture.runs(attempts.get(0)), starting(attempts.get(1))),
                        List.of(),
                        attempts);
        second.time.pass(Duration.ofSeconds(10));
        assertThat(second.journal)
                .endsWith(
                        "adopt [v0[0]#1.1] up to 0",
                        "write intent-restart-2.1",
                        "cancel v1[0]#1.2");
        assertThat(second.state()).isEqualTo(JobState.RESTARTING);

        second.deployed.putAll(f.deployed);
        second.ends(w1, attempts.get(1), CANCELED);

        assertThat(second.journal).endsWith("discard app-1-1", "deploy v1[0]#2.1");
        assertThat(second.status().restarts()).as("nothing has failed").isZero();
    }

    private static ToMaster.TaskReport starting(AttemptId attempt) {
        return new ToMaster.TaskReport(
                attempt,
                new Generation(attempt.epoch(), attempt.counter()),
                ToMaster.Phase.STARTING,
                0,
                0);
    }

    // ---------------------------------------------------------------- counts over masters

    /** What the one before has deployed goes on under it, on one worker; returns its connection. */
    private static String takeOver(MasterFixture second, MasterFixture first) {
        int newest = first.deployed.keySet().stream().mapToInt(AttemptId::counter).max().orElse(0);
        List<AttemptId> attempts =
                first.deployed.keySet().stream().filter(a -> a.counter() == newest).toList();
        second.deployed.putAll(first.deployed);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
        return second.report(
                "w1", attempts.stream().map(MasterFixture::runs).toList(), List.of(), attempts);
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
    void shouldNotLookAtOutputsAgainThatTheJobWritesAlready() {
        f.splits = List.of();
        runningTwoRegions(f);
        MasterFixture second = next(f.record);
        second.prepareRefusal = "The output folder out0 exists.";

        takeOver(second, f);

        assertThat(second.journal).doesNotContain("prepare");
        assertThat(second.state()).isEqualTo(JobState.WAITING_FOR_WORKERS);
    }

    @Test
    void shouldWaitForWhatTheJobHasBegunFromWhenItTakesOverWhatRuns() {
        f.checkpoints.stored.put("/sp/one", stored(7));
        f.started();
        f.on(
                new MasterEvent.Submitted(
                        MasterFixture.graph(Map.of("execution.state-recovery.path", "/sp/one"))));
        f.grant("w1");
        String w1 = f.report("w1");
        for (AttemptId attempt : List.copyOf(f.deployed.keySet())) {
            f.on(new MasterEvent.Received(w1, new ToMaster.TaskRunning(attempt)));
        }
        assertThat(f.state()).isEqualTo(JobState.RUNNING);
        MasterFixture second = next(f.record);
        second.checkpoints.stored.putAll(f.checkpoints.stored);
        second.checkpoints.failures = 6;

        takeOver(second, f);
        second.time.pass(Duration.ofSeconds(15));

        assertThat(second.state()).isEqualTo(JobState.RUNNING);
        assertThat(second.journal).noneMatch(line -> line.startsWith("cancel"));
    }

    @Test
    void shouldCountTheFailuresOfEarlierMasters() {
        failOnce(f, f.running());
        MasterFixture second = next(f.record);
        String w1 = takeOver(second, f);
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
        MasterFixture second = next(f.record);
        second.deployed.putAll(f.deployed);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
        String w1 =
                second.report(
                        "w1",
                        left.stream().map(MasterFixture::runs).toList(),
                        List.of(),
                        List.copyOf(f.deployed.keySet()));
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
        MasterFixture second = next(f.record);
        second.deployed.putAll(f.deployed);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
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
        MasterFixture second = next(f.record);
        second.started();
        second.on(new MasterEvent.PreviousContainers(List.of()));
        second.report(
                "w1", attempts.stream().map(MasterFixture::runs).toList(), List.of(), attempts);
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
        MasterFixture second = next(f.record);
        String w1 = takeOver(second, f);
        second.on(new MasterEvent.Disconnected(w1, "the network"));
        second.journal.clear();

        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        second.report(
                "w1", attempts.stream().map(MasterFixture::runs).toList(), List.of(), attempts);

        assertThat(second.journal).containsExactly("adopt " + attempts + " up to 0");
    }

    @Test
    void shouldCountAFailureThatNoMasterWasThereFor() {
        f.running();
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = next(f.record);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
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
        MasterFixture second = next(f.record);
        second.deployed.putAll(f.deployed);
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(
                                new MasterEvent.Container("w1", "host"),
                                new MasterEvent.Container("w2", "host"))));
        String w1 =
                second.report(
                        "w1",
                        attempts.subList(0, 2).stream().map(MasterFixture::runs).toList(),
                        List.of(),
                        attempts);
        second.on(new MasterEvent.CancelRequested("somebody"));
        second.ends(w1, attempts.get(0), CANCELED);
        assertThat(second.journal).contains("cancel v0[0]#1.1").doesNotContain("discard app-1-0");

        second.ends(w1, attempts.get(1), CANCELED);

        assertThat(second.journal)
                .containsSubsequence(
                        "write intent-cancel-" + JOB, "discard app-1-0", "write end-" + JOB);
    }

    @Test
    void shouldGoOnWithCheckpointsOfItsOwnWhenItKeepsWhatRuns() {
        MasterFixture first = new MasterFixture();
        checkpointed(first);
        MasterFixture second = next(first.record);
        second.checkpoints.complete.putAll(first.checkpoints.complete);
        String w1 = takeOver(second, first);
        List<AttemptId> attempts = List.copyOf(first.deployed.keySet());
        assertThat(second.journal)
                .containsSubsequence("publish 1", "adopt " + attempts + " up to 1");

        second.sent.clear();
        second.time.pass(Duration.ofSeconds(10));

        assertThat(second.sent)
                .filteredOn(m -> m instanceof ToWorker.TriggerCheckpoint)
                .singleElement()
                .satisfies(
                        m -> {
                            ToWorker.TriggerCheckpoint trigger = (ToWorker.TriggerCheckpoint) m;
                            assertThat(trigger.checkpointId()).isEqualTo(1001);
                            assertThat(trigger.attempts()).hasSameElementsAs(attempts);
                        });
        assertThat(w1).isNotNull();
    }

    @Test
    void shouldNotHurryWorkersBeforeTheyCanFindIt() {
        f.running();
        MasterFixture second = next(f.record);
        second.unknownOutcomes = 12;
        second.started();
        second.on(
                new MasterEvent.PreviousContainers(
                        List.of(new MasterEvent.Container("w1", "host"))));
        second.time.pass(Duration.ofSeconds(65));
        assertThat(second.journal).doesNotContain("release w1");
        second.unknownOutcomes = 0;
        second.time.pass(Duration.ofSeconds(30));
        assertThat(second.journal).contains("write address-2").doesNotContain("release w1");

        second.time.pass(Duration.ofSeconds(60));

        assertThat(second.journal).endsWith("release w1", "request 1");
    }

    private static MasterFixture withOneRestartAndTwoRegions() {
        MasterFixture f =
                new MasterFixture(
                        1,
                        new TreeMap<>(),
                        new RestartStrategy.Spec.FixedDelay(1, Duration.ofSeconds(1)));
        f.started();
        f.on(
                new MasterEvent.Submitted(
                        new JobGraph(
                                MasterFixture.JOB,
                                "two",
                                List.of(lonely(0, "one"), lonely(1, "other")),
                                List.of(),
                                Map.of())));
        f.grant("w1");
        String w1 = f.report("w1");
        for (AttemptId attempt : List.copyOf(f.deployed.keySet())) {
            f.on(new MasterEvent.Received(w1, new ToMaster.TaskRunning(attempt)));
        }
        return f;
    }

    private static JobVertex lonely(int id, String name) {
        return new JobVertex(id, name, 1, 128, "default", new byte[] {1}, List.of(), List.of());
    }

    @Test
    void shouldCountALostConnectionOnceThoughItStrikesSeveralRegions() {
        MasterFixture f = withOneRestartAndTwoRegions();

        f.ends("w1#1", f.attempt(0, 0), MasterFixture.failed(Category.CLUSTER, "w2 died"));
        f.ends("w1#1", f.attempt(1, 0), MasterFixture.failed(Category.CLUSTER, "w2 died"));
        f.time.pass(Duration.ofSeconds(2));

        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(f.status().restarts()).isEqualTo(1);
    }

    @Test
    void shouldCountFailuresOfTheProgramInSeveralRegionsOneByOne() {
        MasterFixture f = withOneRestartAndTwoRegions();

        f.ends("w1#1", f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "bad"));
        f.ends("w1#1", f.attempt(1, 0), MasterFixture.failed(Category.USER_CODE, "bad, too"));
        f.time.pass(Duration.ofSeconds(2));

        assertThat(f.state()).isEqualTo(JobState.FAILED);
    }
}
