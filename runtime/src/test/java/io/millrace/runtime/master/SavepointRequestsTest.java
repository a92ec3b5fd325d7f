package io.millrace.runtime.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.task.SubtaskEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SavepointRequestsTest {
    private static final String JOB = MasterFixture.JOB;
    private static final FromClient STOP = new FromClient.StopJob("r1", "", "/s", false);
    private static final FromClient DRAIN = new FromClient.StopJob("r1", "", "/s", true);

    private final MasterFixture f = new MasterFixture();

    private static JobGraph graph() {
        return new JobGraph(
                JOB,
                "count",
                List.of(vertex(0, "source"), vertex(1, "sink")),
                List.of(new JobEdge(0, 0, 1, 0, JobEdge.Pattern.ALL_TO_ALL, "HASH")),
                Map.of());
    }

    private static JobVertex vertex(int id, String name) {
        return new JobVertex(id, name, 2, 128, "default", new byte[] {1}, List.of(), List.of());
    }

    /** All subtasks run on one worker; returns its connection. */
    private static String running(MasterFixture fixture, String worker) {
        fixture.startedBeside();
        fixture.on(new MasterEvent.Submitted(graph()));
        fixture.grant(worker);
        String connection = fixture.report(worker);
        fixture.allRun(connection);
        return connection;
    }

    private static void ask(MasterFixture fixture, String connection, FromClient request) {
        fixture.on(new MasterEvent.Connected(connection, "client"));
        fixture.on(new MasterEvent.Received(connection, request));
    }

    private static List<ToWorker.TriggerCheckpoint> triggers(MasterFixture fixture) {
        return fixture.sent.stream()
                .filter(ToWorker.TriggerCheckpoint.class::isInstance)
                .map(ToWorker.TriggerCheckpoint.class::cast)
                .toList();
    }

    private static List<ToClient.SavepointEnded> answers(MasterFixture fixture) {
        return fixture.sent.stream()
                .filter(ToClient.SavepointEnded.class::isInstance)
                .map(ToClient.SavepointEnded.class::cast)
                .toList();
    }

    private static void store(MasterFixture fixture, String connection, long id) {
        fixture.on(new MasterEvent.Received(connection, stored(fixture, id, 1)));
    }

    private static ToMaster.CheckpointStored stored(MasterFixture fixture, long id, int epoch) {
        return new ToMaster.CheckpointStored(
                id,
                epoch,
                new WorkerFile("worker-w1", 1, 1),
                fixture.deployed.keySet().stream()
                        .map(a -> new SubtaskState(a, false, 0, 0, List.of()))
                        .toList());
    }

    private static void decline(MasterFixture fixture, String connection, long id) {
        fixture.on(
                new MasterEvent.Received(
                        connection,
                        new ToMaster.CheckpointDeclined(
                                id, 1, Failure.of(Category.USER_CODE, "Task", "cannot"))));
    }

    @Test
    void shouldPutTheWishToStopOnRecordBeforeTheFirstCommand() {
        running(f, "w1");
        f.journal.clear();

        ask(f, "client#1", STOP);

        assertThat(f.journal.get(0)).isEqualTo("write intent-stop-1.1");
        assertThat(f.journal.get(1)).matches("make /s/savepoint-" + JOB.substring(0, 6) + "-.{12}");
        assertThat(triggers(f)).singleElement().returns(CheckpointKind.STOP, t -> t.kind());
    }

    @Test
    void shouldAnswerAndEndWhenTheSavepointIsComplete() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);
        f.journal.clear();

        store(f, w1, 1);

        assertThat(f.journal).containsExactly("write metadata 1", "write savepoint-1", "publish 1");
        assertThat(answers(f)).singleElement().returns(triggers(f).get(0).folder(), a -> a.path());
        assertThat(f.sent).contains(new ToWorker.CheckpointComplete(1, 1));
        f.allEnd(w1, new SubtaskEnd.Finished());
        assertThat(f.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldTakeTheWishToStopUpWhenItTakesOver() {
        running(f, "w1");
        ask(f, "client#1", STOP);

        MasterFixture second = new MasterFixture(2, f.record, new RestartStrategy.Spec.None());
        running(second, "w2");

        assertThat(triggers(second))
                .singleElement()
                .returns(CheckpointKind.STOP, t -> t.kind())
                .returns(1001L, t -> t.checkpointId());
    }

    @Test
    void shouldOnlyEndWhatWasStoppedWhenItTakesOver() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);
        store(f, w1, 1);

        MasterFixture second = new MasterFixture(2, f.record, new RestartStrategy.Spec.None());
        second.checkpoints.savepoints.putAll(f.checkpoints.savepoints);
        String w2 = running(second, "w2");

        assertThat(second.deployed.values())
                .isNotEmpty()
                .allSatisfy(d -> assertThat(d.restored().checkpointId()).isEqualTo(1))
                .allSatisfy(d -> assertThat(d.restored().finished()).isTrue());
        assertThat(triggers(second)).isEmpty();
        ask(second, "client#2", STOP);
        assertThat(answers(second))
                .singleElement()
                .returns(answers(f).get(0).path(), a -> a.path());
        second.allEnd(w2, new SubtaskEnd.Finished());
        assertThat(second.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldForgetTheWishAndRunOnWhenTheSavepointFails() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);
        f.journal.clear();

        decline(f, w1, 1);

        assertThat(f.journal)
                .containsExactly(
                        "remove " + triggers(f).get(0).folder(),
                        "write intent-stop-1.2",
                        "remove intent-stop-1.1");
        assertThat(f.sent).contains(new ToWorker.CheckpointAborted(1, 1));
        assertThat(answers(f))
                .singleElement()
                .returns("cannot (Task). The job runs on.", a -> a.failure());
        assertThat(f.state()).isEqualTo(JobState.RUNNING);
        ask(f, "client#1", new FromClient.StopJob("r2", "", "/s", false));
        assertThat(triggers(f)).hasSize(2);
    }

    @Test
    void shouldStartAgainWhenSubtasksMayHaveBeenDrainedInVain() {
        String w1 = running(f, "w1");
        ask(f, "client#1", DRAIN);
        assertThat(triggers(f)).singleElement().returns(CheckpointKind.DRAIN, t -> t.kind());

        decline(f, w1, 1);

        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        f.allEnd(w1, new SubtaskEnd.Canceled());
        f.time.pass(Duration.ofSeconds(2));
        assertThat(f.record).as("drained subtasks may run on").containsKey("intent-stop-1.1");
        assertThat(answers(f)).isEmpty();
        f.allRun(w1);

        assertThat(f.state()).isEqualTo(JobState.RUNNING);
        assertThat(f.record).doesNotContainKey("intent-stop-1.1");
        assertThat(answers(f))
                .singleElement()
                .asString()
                .contains("has started again from its last checkpoint");
        assertThat(triggers(f)).hasSize(1);
    }

    @Test
    void shouldTellAWorkerThatComesBackThatTheSavepointItStandsAtHasFailed() {
        String w1 = running(f, "w1");
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        ask(f, "client#1", STOP);
        f.on(new MasterEvent.Disconnected(w1, "the network"));
        f.time.pass(Duration.ofSeconds(9));
        w1 = f.reportRunning("w1", attempts, attempts);
        decline(f, w1, 1);
        f.on(new MasterEvent.Disconnected(w1, "the network"));
        f.sent.clear();

        f.reportRunning("w1", attempts, attempts);

        assertThat(f.sent).contains(new ToWorker.CheckpointAborted(1, 1));
    }

    @Test
    void shouldStartAgainBeforeACheckpointTakesDrainedSubtasksForEndedOnes() {
        String w1 = running(f, "w1");
        ask(f, "client#1", DRAIN);
        f.journal.clear();

        decline(f, w1, 1);

        assertThat(f.journal)
                .doesNotContain("write intent-stop-1.2", "remove intent-stop-1.1")
                .filteredOn(line -> line.startsWith("write "))
                .first()
                .asString()
                .startsWith("write intent-restart-");
    }

    @Test
    void shouldStartAgainWhatAnEarlierMasterMayHaveDrained() {
        running(f, "w1");
        ask(f, "client#1", DRAIN);
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());

        MasterFixture second = new MasterFixture(2, f.record, new RestartStrategy.Spec.None());
        second.startedBeside("w1");
        second.reportRunning("w1", attempts, attempts);

        assertThat(second.state()).isEqualTo(JobState.RESTARTING);
        assertThat(second.journal).contains("cancel " + attempts.get(0));
    }

    @Test
    void shouldStartARegionAgainThatWasDrainedWhenAnotherFailsBeforeTheSavepointIsComplete() {
        f.startedBeside();
        f.on(
                new MasterEvent.Submitted(
                        new JobGraph(
                                JOB,
                                "count",
                                List.of(vertex(0, "one"), vertex(1, "other")),
                                List.of(),
                                Map.of())));
        f.grant("w1");
        String w1 = f.report("w1");
        f.allRun(w1);
        ask(f, "client#1", DRAIN);
        assertThat(triggers(f)).hasSize(1);
        f.journal.clear();

        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "bad"));

        assertThat(f.journal).contains("cancel " + f.attempt(1, 0), "cancel " + f.attempt(1, 1));
    }

    @Test
    void shouldStopAgainWhenATaskHasFailedBeforeTheSavepointWasComplete() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);

        AttemptId failing = f.attempt(0, 0);
        f.ends(w1, failing, MasterFixture.failed(Category.USER_CODE, "bad"));
        for (AttemptId attempt : List.copyOf(f.deployed.keySet())) {
            if (!attempt.equals(failing)) {
                f.ends(w1, attempt, new SubtaskEnd.Canceled());
            }
        }
        f.time.pass(Duration.ofSeconds(2));
        assertThat(answers(f)).isEmpty();
        f.allRun(w1);

        assertThat(triggers(f)).hasSize(2);
        assertThat(triggers(f).get(1).checkpointId()).isEqualTo(2);
    }

    @Test
    void shouldCarryARequestOutOnceThoughItIsRepeated() {
        String w1 = running(f, "w1");
        FromClient request = new FromClient.TriggerSavepoint("r1", "", "/s");
        ask(f, "client#1", request);
        f.on(new MasterEvent.Disconnected("client#1", "the network"));
        ask(f, "client#2", request);
        assertThat(triggers(f)).hasSize(1);

        store(f, w1, 1);
        ask(f, "client#3", request);

        assertThat(triggers(f)).hasSize(1);
        assertThat(answers(f)).hasSize(2);
        assertThat(f.state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void shouldTakeASavepointAsSoonAsTheJobRuns() {
        f.submitted(graph());
        ask(f, "client#1", new FromClient.TriggerSavepoint("r1", "", "/s"));
        assertThat(answers(f)).isEmpty();

        f.grant("w1");
        f.allRun(f.report("w1"));

        assertThat(triggers(f)).singleElement().returns(CheckpointKind.SAVEPOINT, t -> t.kind());
    }

    @Test
    void shouldRefuseWhatCannotBeSaved() {
        running(f, "w1");
        ask(f, "client#1", new FromClient.StopJob("r1", "", "", false));
        MasterFixture files = new MasterFixture();
        files.running();
        ask(files, "client#1", STOP);

        assertThat(answers(f))
                .singleElement()
                .asString()
                .contains("execution.checkpointing.savepoint-dir");
        assertThat(answers(files)).singleElement().asString().contains("writeAsText");
        assertThat(f.record.keySet()).noneMatch(name -> name.startsWith("intent-stop-"));
    }

    @Test
    void shouldAnswerWhoWaitsWhenTheJobIsCancelled() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);

        f.on(new MasterEvent.CancelRequested("somebody"));
        f.allEnd(w1, new SubtaskEnd.Canceled());

        assertThat(answers(f)).singleElement().returns("The job is CANCELED.", a -> a.failure());
    }

    private static MasterFixture next(MasterFixture former) {
        MasterFixture next = new MasterFixture(2, former.record, new RestartStrategy.Spec.None());
        next.checkpoints.savepoints.putAll(former.checkpoints.savepoints);
        return next;
    }

    /** Calls of the record are not answered; whoever calls repeats them when time passes. */
    private static void loseCalls(MasterFixture fixture, Runnable step) {
        fixture.late = new ArrayList<>();
        step.run();
    }

    /** From now on calls are answered again; what was lost is not executed yet. */
    private static List<Runnable> answerAgain(MasterFixture fixture) {
        List<Runnable> lost = fixture.late;
        fixture.late = null;
        fixture.time.pass(Duration.ofSeconds(5));
        return lost;
    }

    @Test
    void shouldKeepANewerWishThoughCallsForAnOlderOneAreExecutedLate() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);
        loseCalls(f, () -> decline(f, w1, 1));
        List<Runnable> lost = answerAgain(f);
        assertThat(answers(f)).singleElement().asString().contains("runs on");
        ask(f, "client#1", new FromClient.StopJob("r2", "", "/s", false));
        assertThat(triggers(f)).hasSize(2);

        lost.forEach(Runnable::run);

        MasterFixture second = next(f);
        running(second, "w2");
        assertThat(lost).isNotEmpty();
        assertThat(triggers(second)).hasSize(1);
    }

    @Test
    void shouldNotStopTheJobForAWithdrawnWishThatIsWrittenLate() {
        String w1 = running(f, "w1");
        loseCalls(f, () -> ask(f, "client#1", STOP));
        List<Runnable> lost = answerAgain(f);
        decline(f, w1, 1);
        assertThat(answers(f)).singleElement().asString().contains("runs on");

        lost.forEach(Runnable::run);

        MasterFixture second = next(f);
        running(second, "w2");
        assertThat(lost).isNotEmpty();
        assertThat(triggers(second)).isEmpty();
        assertThat(second.record.keySet())
                .filteredOn(name -> name.startsWith("intent-stop-"))
                .as("of the wish and its withdrawal the newer one")
                .hasSize(1);
    }

    @Test
    void shouldAnswerWithTheSavepointOfAnEarlierMasterWhenTheSameIsAskedAgain() {
        String w1 = running(f, "w1");
        FromClient request = new FromClient.TriggerSavepoint("r1", "", "/s");
        ask(f, "client#1", request);
        store(f, w1, 1);

        MasterFixture second = next(f);
        running(second, "w2");
        ask(second, "client#1", request);

        assertThat(triggers(second)).isEmpty();
        assertThat(answers(second)).isEqualTo(answers(f)).hasSize(1);
    }

    @Test
    void shouldAnswerWithTheSavepointOfAnEarlierMasterThoughItsOwnerHasMovedIt() {
        String w1 = running(f, "w1");
        FromClient request = new FromClient.TriggerSavepoint("r1", "", "/s");
        ask(f, "client#1", request);
        store(f, w1, 1);
        f.checkpoints.savepoints.clear();

        MasterFixture second = next(f);
        running(second, "w2");
        ask(second, "client#1", request);

        assertThat(answers(second)).isEqualTo(answers(f)).hasSize(1);
    }

    @Test
    void shouldAnswerWithTheCauseWhenTheSavepointOfAnEarlierMasterIsGoneBeforeItHadItsName() {
        String w1 = running(f, "w1");
        FromClient request = new FromClient.TriggerSavepoint("r1", "", "/s");
        ask(f, "client#1", request);
        store(f, w1, 1);
        f.record.remove("named-1"); // as if the master had died before, or found it gone
        f.checkpoints.savepoints.clear();

        MasterFixture second = next(f);
        running(second, "w2");
        ask(second, "client#1", request);

        assertThat(triggers(second)).isEmpty();
        assertThat(answers(second))
                .singleElement()
                .returns("", a -> a.path())
                .returns("no metadata of 1 (Checkpoint 1 of job 'count').", a -> a.failure());
        assertThat(second.record.keySet()).noneMatch(name -> name.startsWith("savepoint-"));
        assertThat(second.state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void shouldTellTheCauseWhenTheSavepointThatTheJobEndsWithIsGoneBeforeItHasItsName() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);
        f.checkpoints.hold();
        store(f, w1, 1);
        f.checkpoints.pending.clear();
        f.checkpoints.release();
        f.time.settle();
        f.allEnd(w1, new SubtaskEnd.Canceled());

        assertThat(f.state()).isEqualTo(JobState.FAILED);
        assertThat(answers(f))
                .singleElement()
                .returns(
                        "The job is FAILED: no metadata of 1 (Checkpoint 1 of job 'count').",
                        a -> a.failure());
        ask(f, "client#2", new FromClient.StopJob("r2", "", "/s", false));
        assertThat(answers(f).get(1).failure())
                .isEqualTo(
                        "Job 'count' is FAILED already: no metadata of 1 (Checkpoint 1 of job"
                                + " 'count').");
    }

    @Test
    void shouldTellTheCauseAndTheFolderWhenTheSavepointThatStopsTheJobCannotBeWritten() {
        String w1 = running(f, "w1");
        f.checkpoints.failures = 1;
        ask(f, "client#1", STOP);
        assertThat(answers(f))
                .singleElement()
                .asString()
                .contains("no file system (The savepoint's folder /s/savepoint-", "runs on");
        ask(f, "client#1", new FromClient.StopJob("r2", "", "/s", false));
        f.checkpoints.failures = 1;

        store(f, w1, 1);

        assertThat(answers(f).get(1).failure())
                .contains(
                        "its metadata cannot be written to " + triggers(f).get(0).folder(),
                        ": no file system");
        assertThat(f.state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void shouldTakeTheJobOverThoughTheFolderOfAnOlderSavepointCannotBeReached() {
        String w1 = running(f, "w1");
        FromClient request = new FromClient.TriggerSavepoint("r1", "", "/s");
        ask(f, "client#1", request);
        store(f, w1, 1);
        f.record.remove("named-1"); // as if the master had died before
        MasterFixture second = next(f);
        second.checkpoints.failures = 100;
        ask(second, "client#1", request);

        running(second, "w2");

        assertThat(second.state()).isEqualTo(JobState.RUNNING);
        assertThat(triggers(second)).isEmpty();
        assertThat(answers(second)).isEmpty();
        ask(second, "client#2", request);
        second.checkpoints.failures = 0;
        second.time.pass(Duration.ofMinutes(1));
        assertThat(answers(second))
                .hasSize(2)
                .allSatisfy(a -> assertThat(a).isEqualTo(answers(f).get(0)));
        assertThat(triggers(second)).isEmpty();
    }

    @Test
    void shouldRememberButTheLastSavepointsOnRecord() {
        String w1 = running(f, "w1");
        for (int id = 1; id <= RecordedCheckpoints.SAVEPOINTS_KEPT + 3; id++) {
            ask(f, "client#1", new FromClient.TriggerSavepoint("r" + id, "", "/s"));
            store(f, w1, id);
        }

        assertThat(answers(f)).hasSize(RecordedCheckpoints.SAVEPOINTS_KEPT + 3);
        assertThat(f.record.keySet())
                .filteredOn(name -> name.startsWith("savepoint-"))
                .hasSize(RecordedCheckpoints.SAVEPOINTS_KEPT)
                .doesNotContain("savepoint-3")
                .contains("savepoint-4");
        assertThat(f.record).doesNotContainKey("named-3").containsKey("named-4");
    }

    @Test
    void shouldHoldARequestThatComesBeforeItIsKnownWhatWasLeft() {
        running(f, "w1");
        ask(f, "client#1", STOP);
        MasterFixture second = next(f);
        ask(second, "client#1", STOP);
        ask(second, "client#2", new FromClient.StopJob("r2", "", "/s", false));
        ask(second, "client#3", new FromClient.TriggerSavepoint("r3", "", "/s"));
        assertThat(answers(second)).isEmpty();

        String w2 = running(second, "w2");

        assertThat(triggers(second))
                .extracting(t -> t.kind())
                .containsExactlyInAnyOrder(CheckpointKind.STOP, CheckpointKind.SAVEPOINT);
        second.checkpoints.savepoints.clear();
        for (ToWorker.TriggerCheckpoint trigger : triggers(second)) {
            second.on(new MasterEvent.Received(w2, stored(second, trigger.checkpointId(), 2)));
        }
        assertThat(answers(second))
                .extracting(a -> a.request())
                .containsExactlyInAnyOrder("r1", "r2", "r3");
        assertThat(answers(second)).allSatisfy(a -> assertThat(a.failure()).isEmpty());
    }

    @Test
    void shouldAnswerWhoeverWantsTheJobToStopWithTheSavepointItHasStoppedWith() {
        String w1 = running(f, "w1");
        ask(f, "client#1", STOP);
        store(f, w1, 1);
        String path = answers(f).get(0).path();

        MasterFixture second = next(f);
        String w2 = running(second, "w2");
        ask(second, "client#2", new FromClient.StopJob("r2", "", "/s", false));
        ask(second, "client#3", new FromClient.StopJob("r3", "", "/s", true));

        assertThat(answers(second)).hasSize(2);
        assertThat(answers(second).get(0)).returns("r2", a -> a.request());
        assertThat(answers(second).get(0)).returns(path, a -> a.path());
        assertThat(answers(second).get(1).failure()).contains("is about to end");
        second.allEnd(w2, new SubtaskEnd.Finished());
        MasterFixture third = new MasterFixture(3, second.record, new RestartStrategy.Spec.None());
        third.started();
        ask(third, "client#1", STOP);
        assertThat(third.state()).isEqualTo(JobState.FINISHED);
        assertThat(answers(third)).singleElement().returns(path, a -> a.path());
    }
}
