package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointTask.Phase;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.loop.ManualTime;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CheckpointCoordinatorTest {
    private static final String JOB = "0000000000000000000000000000000a";

    private final List<String> journal = new ArrayList<>();
    private final ManualTime<Runnable> time = new ManualTime<>();
    private final InMemoryCheckpointStorage storage = new InMemoryCheckpointStorage(journal::add);
    private final List<Failure> jobFailures = new ArrayList<>();

    /** Answers of the record that are held back, or null. */
    private List<Runnable> heldRecords;

    private List<CheckpointTask> tasks =
            List.of(
                    task(0, 0, "w1", true, Phase.RUNNING),
                    task(0, 1, "w2", true, Phase.RUNNING),
                    task(1, 0, "w1", false, Phase.RUNNING));

    CheckpointCoordinatorTest() {
        time.owner(Runnable::run);
    }

    private static CheckpointTask task(
            int vertex, int subtask, String worker, boolean source, Phase phase) {
        return new CheckpointTask(attempt(vertex, subtask), worker, source, phase);
    }

    private static AttemptId attempt(int vertex, int subtask) {
        return new AttemptId(JOB, vertex, subtask, 1, 1);
    }

    private static CheckpointSettings settings(int maxConcurrent, int tolerable, int retained) {
        return new CheckpointSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                maxConcurrent,
                tolerable,
                retained,
                CheckpointOptions.Retention.RETAIN_ON_CANCELLATION,
                CheckpointOptions.Mode.EXACTLY_ONCE,
                "/checkpoints");
    }

    /** Whether the sums act on the completion of checkpoints. */
    private boolean acting;

    private CheckpointCoordinator coordinator(CheckpointSettings settings, int epoch) {
        JobGraph graph =
                new JobGraph(
                        JOB,
                        "job",
                        List.of(vertex(0, "source", 2), vertex(1, "sums", 1)),
                        List.of(),
                        Map.of());
        return new CheckpointCoordinator(
                settings,
                new CheckpointPorts(
                        time, new InLoop(), storage, new Record(), this::send, new Told()),
                graph,
                epoch);
    }

    private JobVertex vertex(int id, String name, int parallelism) {
        return new JobVertex(
                id,
                name,
                parallelism,
                128,
                "default",
                new byte[0],
                List.of(),
                List.of(),
                List.of(new JobVertex.Operator(name, name + " operator", "", acting && id == 1)));
    }

    private CheckpointCoordinator started(CheckpointSettings settings) {
        CheckpointCoordinator coordinator = coordinator(settings, 1);
        coordinator.recover(0, List.of(), () -> {});
        time.settle();
        coordinator.start(() -> tasks);
        return coordinator;
    }

    private void send(String worker, ToWorker message) {
        if (message instanceof ToWorker.TriggerCheckpoint trigger) {
            journal.add(
                    "trigger "
                            + trigger.checkpointId()
                            + " on "
                            + worker
                            + " with "
                            + trigger.attempts().size()
                            + " attempts, "
                            + trigger.sources().size()
                            + " sources");
        } else if (message instanceof ToWorker.CheckpointComplete complete) {
            journal.add("tell " + worker + " of " + complete.checkpointId());
        } else if (message instanceof ToWorker.SavepointComplete complete) {
            journal.add("savepoint " + complete.checkpointId() + " on " + worker);
        } else if (message instanceof ToWorker.CheckpointAborted aborted) {
            journal.add("abort " + aborted.checkpointId() + " on " + worker);
        }
    }

    private void store(CheckpointCoordinator coordinator, long id, String worker) {
        store(coordinator, id, 1, worker);
    }

    private void store(CheckpointCoordinator coordinator, long id, int epoch, String worker) {
        List<SubtaskState> states =
                tasks.stream()
                        .filter(t -> t.worker().equals(worker) && t.phase() == Phase.RUNNING)
                        .map(t -> new SubtaskState(t.attempt(), false, 0, 0, List.of()))
                        .toList();
        coordinator.stored(
                worker,
                new ToMaster.CheckpointStored(
                        id,
                        epoch,
                        new WorkerFile("chk-" + id + "/worker-" + worker, 1, 1),
                        states));
        time.settle();
    }

    /** A worker's answer whose keyed state consists of pieces of files. */
    private void storePieces(
            CheckpointCoordinator coordinator, long id, String worker, String... files) {
        List<StatePart.Piece> pieces = new ArrayList<>();
        for (String file : files) {
            pieces.add(new StatePart.Piece(new WorkerFile(file, 100, 1), 10, 50));
        }
        OperatorState keyed =
                new OperatorState("uid", List.of(StatePart.ofPieces("keyed", "", 0, 127, pieces)));
        List<SubtaskState> states =
                tasks.stream()
                        .filter(t -> t.worker().equals(worker))
                        .map(
                                t ->
                                        new SubtaskState(
                                                t.attempt(), false, 0, 0, 50, 100, List.of(keyed)))
                        .toList();
        coordinator.stored(worker, new ToMaster.CheckpointStored(id, 1, null, states));
        time.settle();
    }

    private void pass(int seconds) {
        time.pass(Duration.ofSeconds(seconds));
    }

    @Test
    void shouldReserveIdsAndMakeEachStepDurableBeforeTheNext() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));

        pass(10);
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");

        assertThat(journal)
                .containsExactly(
                        "make folder",
                        "reserve 1000",
                        "trigger 1 on w1 with 2 attempts, 1 sources",
                        "trigger 1 on w2 with 1 attempts, 1 sources",
                        "write metadata 1",
                        "record 1",
                        "publish 1",
                        "tell w1 of 1",
                        "tell w2 of 1",
                        "retain [1]");
        assertThat(coordinator.newestId()).isEqualTo(1);
        assertThat(storage.complete.get(1L).files()).hasSize(2);
    }

    @Test
    void shouldNotTellAnybodyBeforeTheRecordIsKnownToBeWritten() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        heldRecords = new ArrayList<>();

        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");
        pass(100);

        assertThat(journal).last().isEqualTo("record 1");
        assertThat(coordinator.newestId()).isZero();
        heldRecords.forEach(Runnable::run);
        time.settle();
        assertThat(journal).contains("publish 1", "tell w1 of 1");
    }

    @Test
    void shouldLetARestartWaitUntilItIsKnownWhetherTheLastCheckpointIsComplete() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        heldRecords = new ArrayList<>();
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");

        coordinator.stop("a task failed");
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));

        assertThat(begunFrom).isEmpty();
        heldRecords.forEach(Runnable::run);
        time.settle();
        assertThat(begunFrom).containsExactly(1L);
    }

    @Test
    void shouldLetARestartWaitUntilWhoeverLooksForTheLastCheckpointFindsIt() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        heldRecords = new ArrayList<>();
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");
        storage.hold();
        heldRecords.forEach(Runnable::run);
        time.settle();

        coordinator.stop("a task failed");
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));
        time.settle();
        assertThat(journal).contains("record 1");
        assertThat(begunFrom).isEmpty();

        storage.release();
        time.settle();
        assertThat(journal).contains("publish 1");
        assertThat(begunFrom).containsExactly(1L);
    }

    @Test
    void shouldGiveUpWhatHasNotBeenDecidedWhenTheJobStops() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        storage.hold();
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");

        coordinator.stop("a task failed");
        storage.release();
        time.settle();
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));

        assertThat(begunFrom).containsExactly(0L);
        assertThat(journal).doesNotContain("record 1");
    }

    @Test
    void shouldBeginBehindEveryIdThatWasEverReserved() {
        storage.complete.put(7L, new CheckpointMetadata(7, 1, JOB, "job", 1, List.of(), List.of()));
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(6L, 7L), () -> journal.add("goes on"));
        time.settle();
        coordinator.start(() -> tasks);
        pass(10);

        assertThat(journal)
                .containsSubsequence("read 7", "goes on", "reserve 2000")
                .contains("publish 7", "forget 6", "trigger 1001 on w1 with 2 attempts, 1 sources");
        assertThat(coordinator.newestId()).isEqualTo(7);
    }

    @Test
    void shouldFinishWhatAnEarlierMasterHadDecidedButNotPublished() {
        storage.pending.put(7L, new CheckpointMetadata(7, 1, JOB, "job", 1, List.of(), List.of()));
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(7L), () -> {});
        time.settle();

        assertThat(storage.complete).containsKey(7L);
        assertThat(coordinator.newestId()).isEqualTo(7);
    }

    private static CheckpointMetadata empty(long id) {
        return new CheckpointMetadata(id, 1, JOB, "job", 1, List.of(), List.of());
    }

    @Test
    void shouldGoBackBehindADamagedCheckpointWhenNothingHasActedOnIt() {
        storage.complete.put(6L, empty(6));
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 2), 2);

        coordinator.recover(1000, List.of(6L, 7L), () -> journal.add("goes on"));
        time.settle();

        assertThat(journal).contains("goes on");
        assertThat(jobFailures).isEmpty();
        assertThat(coordinator.newestId()).isEqualTo(6);
    }

    @Test
    void shouldEndTheJobWhenASinkMayHaveActedOnTheDamagedCheckpoint() {
        acting = true;
        storage.complete.put(6L, empty(6));
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 2), 2);

        coordinator.recover(1000, List.of(6L, 7L), () -> journal.add("goes on"));
        time.settle();

        assertThat(journal).doesNotContain("goes on");
        assertThat(jobFailures).hasSize(1);
        assertThat(jobFailures.get(0).summary())
                .contains("no metadata of 7")
                .contains("Checkpoint 6 is retained, but 'sums operator' may have made visible")
                .contains("-s /checkpoints/" + JOB + "/chk-6");
    }

    @Test
    void shouldEndTheJobWhenNoCheckpointIsLeftToGoBackTo() {
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(7L), () -> journal.add("goes on"));
        time.settle();

        assertThat(journal).doesNotContain("goes on");
        assertThat(jobFailures.get(0).summary())
                .contains("no metadata of 7")
                .contains("execution.checkpointing.num-retained is 1");
    }

    @Test
    void shouldRetainWhatEarlierMastersHaveRetainedAndGoBackOnceForOneDamage() {
        for (long id = 5; id <= 8; id++) {
            storage.complete.put(id, empty(id));
        }
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 3), 2);
        coordinator.recover(1000, List.of(5L, 6L, 7L, 8L), () -> {});
        time.settle();
        assertThat(storage.complete).containsOnlyKeys(6L, 7L, 8L);

        // two subtasks find the same
        assertThat(coordinator.unreadable(8, "a file of 8 is damaged")).isNull();
        assertThat(coordinator.unreadable(8, "a file of 8 is damaged")).isNull();

        assertThat(coordinator.newestId()).isEqualTo(7);
        assertThat(coordinator.unreadable(7, "a file of 7 is damaged")).isNull();
        assertThat(coordinator.unreadable(6, "a file of 6 is damaged").summary())
                .contains("a file of 6 is damaged")
                .contains("No checkpoint before 6 is retained");
    }

    @Test
    void shouldNotGoBackToWhatItCouldNotRemove() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        storage.refusesToRemove = true;
        for (long id = 1; id <= 2; id++) {
            pass(10);
            store(coordinator, id, "w1");
            store(coordinator, id, "w2");
        }
        assertThat(coordinator.newestId()).isEqualTo(2);

        Failure end = coordinator.unreadable(2, "a file of 2 is damaged");

        assertThat(end.summary()).contains("No checkpoint before 2 is retained");
    }

    @Test
    void shouldWaitForTheFileSystemWhenItTakesAJobOver() {
        storage.complete.put(7L, new CheckpointMetadata(7, 1, JOB, "job", 1, List.of(), List.of()));
        storage.failures = 5;
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(7L), () -> journal.add("goes on"));
        pass(60);

        assertThat(journal).contains("goes on");
        assertThat(jobFailures).isEmpty();
    }

    @Test
    void shouldIgnoreAnswersOfOtherEpochsAndOfCheckpointsThatAreOver() {
        CheckpointCoordinator coordinator = started(settings(1, 10, 1));
        pass(10);

        store(coordinator, 1, 2, "w1");
        store(coordinator, 9, "w1");
        store(coordinator, 1, "w2");

        assertThat(journal).doesNotContain("write metadata 1");
    }

    @Test
    void shouldTakeCheckpointsAgainWhenTheJobHasStoppedWhileIdsWereBeingReserved() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        heldRecords = new ArrayList<>();
        pass(10);
        assertThat(journal).last().isEqualTo("reserve 1000");
        coordinator.stop("a task failed");
        coordinator.start(() -> tasks);
        pass(10);

        heldRecords.forEach(Runnable::run);
        time.settle();

        assertThat(journal).contains("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldKeepTheMinimumPauseBetweenTwoCheckpoints() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(19);
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");
        journal.clear();

        pass(1);
        assertThat(journal).isEmpty();
        pass(1);
        assertThat(journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldGiveUpACheckpointThatTakesTooLong() {
        CheckpointCoordinator coordinator = started(settings(1, 10, 1));
        pass(10);
        store(coordinator, 1, "w1");

        pass(60);

        assertThat(journal).contains("abort 1 on w1", "abort 1 on w2");
        assertThat(coordinator.warning())
                .contains("1 of 3 subtasks had not answered: v0[1]")
                .contains("execution.checkpointing.timeout");
        assertThat(jobFailures).isEmpty();
        store(coordinator, 1, "w2");
        assertThat(journal).doesNotContain("write metadata 1");
    }

    @Test
    void shouldFailTheJobOnlyWhenMoreCheckpointsFailInARowThanAreTolerated() {
        CheckpointCoordinator coordinator = started(settings(1, 1, 1));
        pass(10);
        decline(coordinator, 1);
        assertThat(jobFailures).isEmpty();

        pass(10);
        decline(coordinator, 2);

        assertThat(jobFailures).hasSize(1);
        assertThat(coordinator.failures()).isEqualTo(2);
    }

    private void decline(CheckpointCoordinator coordinator, long id) {
        coordinator.declined(
                "w1",
                new ToMaster.CheckpointDeclined(
                        id, 1, Failure.of(Failure.Category.USER_CODE, "Task", "cannot")));
        time.settle();
    }

    @Test
    void shouldGoOnWithoutASubtaskThatFinishesMeanwhile() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        store(coordinator, 1, "w1");

        finish(coordinator, task(0, 1, "w2", true, Phase.FINISHED));
        store(coordinator, 1, "w2");

        assertThat(jobFailures).isEmpty();
        assertThat(storage.complete.get(1L).vertices().get(0).subtasks())
                .extracting(CheckpointMetadata.Subtask::finished)
                .containsExactly(false, true);
    }

    private void finish(CheckpointCoordinator coordinator, CheckpointTask finished) {
        tasks =
                tasks.stream()
                        .map(t -> t.attempt().equals(finished.attempt()) ? finished : t)
                        .toList();
        coordinator.finished(finished.attempt());
        time.settle();
    }

    @Test
    void shouldWaitForWhatAWorkerHasOfASubtaskThatHasFinishedBehindItsBarrier() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        List<CheckpointTask> before = tasks;
        store(coordinator, 1, "w1");
        finish(coordinator, task(0, 1, "w2", true, Phase.FINISHED));
        assertThat(journal).doesNotContain("write metadata 1");

        tasks = before;
        store(coordinator, 1, "w2");

        assertThat(storage.complete.get(1L).vertices().get(0).subtasks())
                .extracting(CheckpointMetadata.Subtask::finished)
                .containsExactly(false, false);
    }

    @Test
    void shouldLetBarriersBeginWhereAllThatIsReadHasFinished() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        journal.clear();

        finish(coordinator, task(0, 0, "w1", true, Phase.FINISHED));
        assertThat(journal).isEmpty();
        tasks =
                List.of(
                        tasks.get(0),
                        task(0, 1, "w2", true, Phase.FINISHED),
                        task(1, 0, "w1", true, Phase.RUNNING));
        coordinator.finished(attempt(0, 1));

        assertThat(journal).containsExactly("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    private void endInputs(CheckpointCoordinator coordinator) {
        tasks.forEach(task -> coordinator.inputEnded(task.attempt()));
        pass(0);
    }

    @Test
    void shouldTakeALastCheckpointAtOnceWhenAllInputHasEnded() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.inputEnded(attempt(0, 0));
        coordinator.inputEnded(attempt(0, 1));
        pass(0);
        assertThat(journal).doesNotContain("trigger 1 on w2 with 1 attempts, 1 sources");
        assertThat(coordinator.isLastAwaited()).isFalse();

        endInputs(coordinator);

        assertThat(journal).contains("trigger 1 on w2 with 1 attempts, 1 sources");
        assertThat(coordinator.isLastAwaited()).isTrue();
    }

    @Test
    void shouldNotTakeACheckpointThatHasBegunBeforeTheEndOfTheInputForTheLast() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);

        endInputs(coordinator);
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");

        assertThat(journal)
                .contains("trigger 2 on w2 with 1 attempts, 1 sources", "record 1", "tell w2 of 1");
    }

    @Test
    void shouldRepeatTheLastCheckpointUntilOneIsComplete() {
        CheckpointCoordinator coordinator = started(settings(1, 100, 1));
        endInputs(coordinator);
        decline(coordinator, 1);
        assertThat(journal).doesNotContain("trigger 2 on w2 with 1 attempts, 1 sources");

        pass(1);

        assertThat(journal).contains("trigger 2 on w2 with 1 attempts, 1 sources");
    }

    @Test
    void shouldTakeASavepointIntoAFolderOfItsOwnAndTellNobodyToActOnIt() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        journal.clear();

        coordinator.savepoint(CheckpointKind.SAVEPOINT, savepoint(), new Savepoint());
        time.settle();
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");

        assertThat(journal)
                .containsExactly(
                        "make /s/savepoint-000000-1",
                        "reserve 1000",
                        "trigger 1 on w1 with 2 attempts, 1 sources",
                        "trigger 1 on w2 with 1 attempts, 1 sources",
                        "write metadata 1",
                        "record " + record(CheckpointKind.SAVEPOINT),
                        "recorded 1",
                        "publish 1",
                        "savepoint 1 on w1",
                        "savepoint 1 on w2",
                        "forget savepoint 1",
                        "complete 1");
        assertThat(storage.savepoints.get(1L).kind()).isEqualTo(CheckpointKind.SAVEPOINT);
        assertThat(coordinator.newestId()).isZero();
        assertThat(coordinator.statistics())
                .extracting(CheckpointStatistics::path)
                .containsExactly("/s/savepoint-000000-1");
    }

    private static CheckpointFolder savepoint() {
        return CheckpointFolder.ofSavepoint("/s", JOB, "1");
    }

    private static SavepointRecord record(CheckpointKind kind) {
        return new SavepointRecord(1, kind, savepoint().path(), "r1");
    }

    @Test
    void shouldTellAWorkerAgainThatCheckpointsWereGivenUpWhileItWasNotConnected() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();
        store(coordinator, 1, "w1");
        pass(61);
        assertThat(journal).contains("abort 1 on w2");
        journal.clear();

        coordinator.reconnected("w2");
        assertThat(journal).contains("abort 1 on w2");

        pass(10);
        store(coordinator, 2, "w1");
        store(coordinator, 2, "w2");
        journal.clear();
        coordinator.reconnected("w2");
        assertThat(journal).isEmpty();
    }

    @Test
    void shouldGiveUpWhatAWorkerHasNotAnsweredWhenItComesBackOnAnotherConnection() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();
        store(coordinator, 1, "w1");

        coordinator.reconnected("w1");
        assertThat(journal).doesNotContain("abort 1 on w1");
        coordinator.reconnected("w2");

        assertThat(journal)
                .contains("abort 1 on w1", "abort 1 on w2")
                .last()
                .isEqualTo("interrupted: the connection to worker w2 was lost meanwhile");
        assertThat(coordinator.failures()).isZero();
    }

    @Test
    void shouldRememberTheLastCheckpointsAndTheSavepointsBetweenThem() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.SAVEPOINT, savepoint(), new Savepoint());
        time.settle();
        for (long id = 1; id <= 13; id++) {
            store(coordinator, id, "w1");
            store(coordinator, id, "w2");
            pass(20);
        }

        assertThat(coordinator.statistics())
                .extracting(CheckpointStatistics::id)
                .containsExactly(14L, 13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L, 5L, 4L, 1L);
        assertThat(coordinator.statistics().get(1))
                .returns(CheckpointStatistics.State.COMPLETE, CheckpointStatistics::state)
                .returns(3, CheckpointStatistics::answered);
    }

    @Test
    void shouldTakeSavepointsOfAJobThatTakesNoCheckpoints() {
        CheckpointCoordinator coordinator = started(onDemand());
        pass(1000);
        assertThat(journal).isEmpty();

        coordinator.savepoint(CheckpointKind.SAVEPOINT, savepoint(), new Savepoint());
        time.settle();
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");

        assertThat(journal).contains("complete 1").doesNotContain("make folder");
    }

    private static CheckpointSettings onDemand() {
        return new CheckpointSettings(
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(60),
                1,
                0,
                1,
                CheckpointOptions.Retention.RETAIN_ON_CANCELLATION,
                CheckpointOptions.Mode.EXACTLY_ONCE,
                null);
    }

    @Test
    void shouldNotBeginACheckpointBesideASavepoint() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.SAVEPOINT, savepoint(), new Savepoint());
        pass(30);
        assertThat(journal).doesNotContain("trigger 2 on w1 with 2 attempts, 1 sources");

        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");
        pass(2);

        assertThat(journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldKeepACheckpointOnItsWayWhenASavepointIsCompleteBeforeIt() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        coordinator.savepoint(CheckpointKind.SAVEPOINT, savepoint(), new Savepoint());
        time.settle();
        store(coordinator, 2, "w1");
        store(coordinator, 2, "w2");
        assertThat(journal).contains("complete 2").doesNotContain("abort 1 on w1");

        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");

        assertThat(journal).contains("publish 1");
    }

    @Test
    void shouldTellAllToEndOnlyWhenTheSavepointThatStopsTheJobIsOnRecordAndHasItsName() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        heldRecords = new ArrayList<>();
        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();
        heldRecords.forEach(Runnable::run); // of ids
        heldRecords.clear();
        time.settle();
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");
        assertThat(journal).last().isEqualTo("record " + record(CheckpointKind.STOP));

        heldRecords.forEach(Runnable::run);
        time.settle();

        assertThat(journal)
                .containsSubsequence("recorded 1", "publish 1", "tell w1 of 1", "complete 1")
                .doesNotContain("forget savepoint 1");
    }

    @Test
    void shouldTellWhyASavepointFailedAndCountNoFailureOfCheckpoints() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();

        decline(coordinator, 1);

        assertThat(journal).contains("abort 1 on w1", "abort 1 on w2", "failed: cannot (Task)");
        assertThat(jobFailures).isEmpty();
        assertThat(coordinator.failures()).isZero();
        assertThat(coordinator.statistics())
                .extracting(CheckpointStatistics::failure)
                .containsExactly("cannot (Task)");
    }

    @Test
    void shouldTakeNothingElseWhenSubtasksMayHaveBeenDrained() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.DRAIN, savepoint(), new Savepoint());
        time.settle();
        decline(coordinator, 1);
        assertThat(coordinator.isDraining()).isTrue();
        journal.clear();

        tasks.forEach(task -> coordinator.inputEnded(task.attempt()));
        coordinator.savepoint(CheckpointKind.SAVEPOINT, savepoint(), new Savepoint());
        pass(1000);
        assertThat(journal).containsExactly("interrupted: the job is being drained");

        coordinator.drainIsUndone();
        pass(20);
        assertThat(journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldTakeOnlyTheSavepointThatDrainsWhenAnEarlierMasterMayHaveBegunOne() {
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 1), 2);
        coordinator.recover(0, List.of(), () -> {});
        time.settle();
        coordinator.drainMayHaveBegun();
        coordinator.start(() -> tasks);
        tasks.forEach(task -> coordinator.inputEnded(task.attempt()));
        pass(1000);
        assertThat(journal).containsExactly("make folder");

        coordinator.savepoint(CheckpointKind.DRAIN, savepoint(), new Savepoint());
        time.settle();

        assertThat(journal).contains("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldTellAWorkerThatComesBackOfASavepointThatWasToStopTheJobAndFailed() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();
        decline(coordinator, 1);
        journal.clear();

        coordinator.reconnected("w2");

        assertThat(journal).containsExactly("abort 1 on w2");
    }

    @Test
    void shouldAskNothingOfTheSubtasksIfTheSavepointsFolderCannotBeMade() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        storage.failures = 1;

        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();

        assertThat(journal).last().asString().contains("failed: ", "/s/savepoint-000000-1");
        assertThat(journal).doesNotContain("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldTellThatASavepointWasInterruptedWhenTheJobStops() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();

        coordinator.stop("a task failed");

        assertThat(journal)
                .contains("abort 1 on w1")
                .last()
                .isEqualTo("interrupted: a task failed");
    }

    @Test
    void shouldFinishASavepointThatAnEarlierMasterHadDecided() {
        storage.pending.put(1L, new CheckpointMetadata(1, 1, JOB, "job", 1, List.of(), List.of()));
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 1), 2);

        coordinator.recover(
                record(CheckpointKind.STOP),
                content -> journal.add(content == null ? "goes on" : "ends"));
        time.settle();

        assertThat(storage.savepoints).containsKey(1L);
        assertThat(journal).last().isEqualTo("ends");
    }

    @Test
    void shouldGoOnWhenASavepointOfAnEarlierMasterWasMovedMeanwhile() {
        CheckpointCoordinator coordinator = coordinator(settings(1, 0, 1), 2);

        coordinator.recover(
                record(CheckpointKind.SAVEPOINT),
                content -> journal.add(content == null ? "goes on" : "ends"));
        time.settle();

        assertThat(jobFailures).isEmpty();
        assertThat(journal).endsWith("forget savepoint 1", "goes on");
    }

    @Test
    void shouldGoOnWithoutACheckpointThatWasRemovedBeforeItHadItsName() {
        CheckpointCoordinator coordinator = started(settings(1, 10, 1));
        pass(10);
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");
        pass(10);
        heldRecords = new ArrayList<>();
        store(coordinator, 2, "w1");
        store(coordinator, 2, "w2");
        coordinator.stop("a task failed");
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));

        storage.pending.clear();
        heldRecords.forEach(Runnable::run);
        heldRecords = null;
        time.settle();

        assertThat(begunFrom).containsExactly(1L);
        assertThat(journal).contains("forget 2", "abort 2 on w1").doesNotContain("tell w1 of 2");
        assertThat(jobFailures).isEmpty();
        assertThat(coordinator.failures()).isEqualTo(1);
        assertThat(coordinator.warning()).contains("no metadata of 2");
        coordinator.start(() -> tasks);
        pass(10);
        store(coordinator, 3, "w1");
        store(coordinator, 3, "w2");
        assertThat(coordinator.publishedId()).isEqualTo(3);
        assertThat(coordinator.warning()).isNull();
    }

    @Test
    void shouldGoOnWithoutASavepointThatWasRemovedBeforeItHadItsName() {
        CheckpointCoordinator coordinator = removedBeforeItHasItsName(CheckpointKind.SAVEPOINT);

        assertThat(journal)
                .contains(
                        "withdraw savepoint 1",
                        "abort 1 on w1",
                        "failed: no metadata of 1 (Checkpoint 1 of job 'job')");
        assertThat(jobFailures).isEmpty();
        pass(10);
        store(coordinator, 2, "w1");
        store(coordinator, 2, "w2");
        assertThat(coordinator.publishedId()).isEqualTo(2);
    }

    @Test
    void shouldEndTheJobWhenTheSavepointThatStopsItWasRemovedBeforeItHadItsName() {
        CheckpointCoordinator coordinator = removedBeforeItHasItsName(CheckpointKind.STOP);

        assertThat(jobFailures).hasSize(1);
        assertThat(jobFailures.get(0).summary()).contains("no metadata of 1");
        List<String> settled = new ArrayList<>();
        coordinator.whenSettled(() -> settled.add("settled"));
        assertThat(settled).hasSize(1);
    }

    private CheckpointCoordinator removedBeforeItHasItsName(CheckpointKind kind) {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(kind, savepoint(), new Savepoint());
        time.settle();
        heldRecords = new ArrayList<>();
        store(coordinator, 1, "w1");
        store(coordinator, 1, "w2");
        storage.pending.clear();
        heldRecords.forEach(Runnable::run);
        heldRecords = null;
        time.settle();
        return coordinator;
    }

    @Test
    void shouldGiveUpWhatALostWorkerHasNotAnswered() {
        tasks =
                List.of(
                        task(0, 0, "w1", true, Phase.RUNNING),
                        task(0, 1, "w2", true, Phase.RUNNING),
                        task(1, 0, "w1", false, Phase.RUNNING));
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.savepoint(CheckpointKind.STOP, savepoint(), new Savepoint());
        time.settle();
        store(coordinator, 1, "w1");
        tasks =
                List.of(
                        task(0, 0, "w1", true, Phase.RUNNING),
                        task(0, 1, "w2", true, Phase.FINISHED),
                        task(1, 0, "w1", false, Phase.RUNNING));
        coordinator.finished(attempt(0, 1));
        assertThat(coordinator.awaits("w2")).isTrue();

        coordinator.lost("w2");

        assertThat(coordinator.awaits("w2")).isFalse();
        assertThat(journal)
                .contains(
                        "abort 1 on w1", "interrupted: worker w2 was lost before it had answered");
        pass(10);
        store(coordinator, 2, "w1");
        assertThat(coordinator.publishedId()).isEqualTo(2);
    }

    @Test
    void shouldNotTakeDrainedSubtasksForThoseThatHaveEndedByThemselves() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        coordinator.inputEnded(attempt(0, 0));
        coordinator.savepoint(CheckpointKind.DRAIN, savepoint(), new Savepoint());
        time.settle();
        for (String worker : List.of("w1", "w2")) {
            coordinator.stored(
                    worker,
                    new ToMaster.CheckpointStored(
                            1,
                            1,
                            null,
                            tasks.stream()
                                    .filter(t -> t.worker().equals(worker))
                                    .map(t -> new SubtaskState(t.attempt(), true, 0, 0, List.of()))
                                    .toList()));
        }
        time.settle();

        assertThat(storage.savepoints.get(1L).vertices().get(0).subtasks())
                .extracting(CheckpointMetadata.Subtask::finished)
                .containsExactly(true, false);
    }

    @Test
    void shouldDropCheckpointsBeyondTheNumberRetained() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 2));
        for (long id = 1; id <= 3; id++) {
            pass(20);
            store(coordinator, id, "w1");
            store(coordinator, id, "w2");
        }

        assertThat(storage.complete).containsOnlyKeys(2L, 3L);
        assertThat(journal).contains("forget 1").doesNotContain("forget 2");
    }

    @Test
    void shouldKeepSharedFilesAsLongAsARetainedCheckpointRefersToThem() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 2));
        pass(10);
        storePieces(coordinator, 1, "w1", "shared/1-w1");
        storePieces(coordinator, 1, "w2", "shared/1-w2");
        pass(10);
        storePieces(coordinator, 2, "w1", "shared/1-w1", "shared/2-w1");
        storePieces(coordinator, 2, "w2", "shared/2-w2");
        assertThat(storage.sharedFiles)
                .containsExactlyInAnyOrder(
                        "shared/1-w1", "shared/1-w2", "shared/2-w1", "shared/2-w2");
        pass(10);
        storePieces(coordinator, 3, "w1", "shared/1-w1", "shared/2-w1", "shared/3-w1");
        storePieces(coordinator, 3, "w2", "shared/2-w2");

        assertThat(storage.sharedFiles)
                .containsExactlyInAnyOrder(
                        "shared/1-w1", "shared/2-w1", "shared/2-w2", "shared/3-w1");
    }

    @Test
    void shouldKnowTheSharedFilesOfWhatAnEarlierMasterHasCompleted() {
        CheckpointCoordinator first = started(settings(1, 0, 1));
        pass(10);
        storePieces(first, 1, "w1", "shared/1-w1");
        storePieces(first, 1, "w2", "shared/1-w2");
        first.stop("the master ends");
        journal.clear();

        CheckpointCoordinator second = coordinator(settings(1, 0, 1), 1);
        second.recover(1000, List.of(1L), () -> {});
        time.settle();
        second.start(() -> tasks);
        pass(10);
        storePieces(second, 1001, "w1", "shared/1-w1", "shared/1001-w1");
        storePieces(second, 1001, "w2", "shared/1-w2");

        assertThat(second.newestId()).isEqualTo(1001);
        assertThat(storage.sharedFiles)
                .containsExactlyInAnyOrder("shared/1-w1", "shared/1-w2", "shared/1001-w1");
    }

    @Test
    void shouldRefuseACheckpointThatRefersToAFileWhichMayBeGone() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));
        pass(10);
        storePieces(coordinator, 1, "w1", "shared/1-w1");
        storePieces(coordinator, 1, "w2", "shared/1-w2");
        pass(10);
        storePieces(coordinator, 2, "w1", "shared/2-w1");
        storePieces(coordinator, 2, "w2", "shared/2-w2");
        pass(10);
        journal.clear();
        storePieces(coordinator, 3, "w1", "shared/1-w1", "shared/3-w1");
        storePieces(coordinator, 3, "w2", "shared/2-w2");

        assertThat(journal)
                .containsExactlyInAnyOrder(
                        "tell w1 of 2", "tell w2 of 2", "abort 3 on w1", "abort 3 on w2");
        assertThat(coordinator.failures()).isZero();
        assertThat(jobFailures).isEmpty();
        pass(10);
        storePieces(coordinator, 4, "w1", "shared/2-w1", "shared/4-w1");
        storePieces(coordinator, 4, "w2", "shared/2-w2");
        assertThat(coordinator.newestId()).isEqualTo(4);
    }

    @Test
    void shouldFailTheJobWhenASubtaskBuildsOnAFileThatIsGoneAgainAndAgain() {
        CheckpointCoordinator coordinator = started(settings(1, 0, 1));

        for (long id = 1; id <= 4; id++) {
            assertThat(jobFailures).isEmpty();
            pass(10);
            storePieces(coordinator, id, "w1", "shared/0-w1", "shared/" + id + "-w1");
            storePieces(coordinator, id, "w2", "shared/" + id + "-w2");
        }

        assertThat(jobFailures).hasSize(1);
        assertThat(jobFailures.get(0).summary()).contains("shared/0-w1");
    }

    @Test
    void shouldSendTheJobBackWhenNoCheckpointCanEverBeCompleteHoweverManyMayFail() {
        CheckpointCoordinator coordinator = started(settings(1, Integer.MAX_VALUE, 1));

        for (long id = 1; id <= 4; id++) {
            assertThat(jobFailures).isEmpty();
            pass(10);
            storePieces(coordinator, id, "w1", "shared/0-w1", "shared/" + id + "-w1");
            storePieces(coordinator, id, "w2", "shared/" + id + "-w2");
        }

        assertThat(jobFailures).hasSize(1);
        assertThat(jobFailures.get(0).summary()).contains("shared/0-w1");
        assertThat(coordinator.failures()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpAnEarlierCheckpointWhenALaterOneIsComplete() {
        CheckpointCoordinator coordinator = started(settings(2, 0, 1));
        pass(20);
        assertThat(journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");

        store(coordinator, 2, "w1");
        store(coordinator, 2, "w2");

        assertThat(coordinator.newestId()).isEqualTo(2);
        assertThat(journal).contains("abort 1 on w1");
        assertThat(jobFailures).isEmpty();
    }

    private final class InLoop implements CheckpointPorts.Loop {
        @Override
        public <T> Consumer<T> answer(String what, Consumer<T> then) {
            return result -> time.put(() -> then.accept(result));
        }

        @Override
        public Timer after(Duration delay, String what, Runnable step) {
            return time.schedule(delay, step);
        }
    }

    private final class Record implements CheckpointPorts.Ledger {
        private void write(String what, Runnable then) {
            journal.add(what);
            if (heldRecords != null) {
                heldRecords.add(() -> time.put(then));
            } else {
                time.put(then);
            }
        }

        @Override
        public void reserve(long upTo, Runnable then) {
            write("reserve " + upTo, then);
        }

        @Override
        public void complete(long id, Runnable then) {
            write("record " + id, then);
        }

        @Override
        public void complete(SavepointRecord savepoint, Runnable then) {
            write("record " + savepoint, then);
        }

        @Override
        public void forget(long id) {
            journal.add("forget " + id);
        }

        @Override
        public void published(SavepointRecord savepoint) {
            journal.add("forget savepoint " + savepoint.id());
        }

        @Override
        public void withdraw(SavepointRecord savepoint) {
            journal.add("withdraw savepoint " + savepoint.id());
        }
    }

    private final class Told implements CheckpointPorts.Listener {
        @Override
        public void tooManyFailures(Failure cause) {
            jobFailures.add(cause);
        }

        @Override
        public void damaged(Failure cause) {
            jobFailures.add(cause);
        }
    }

    private final class Savepoint implements SavepointListener {
        @Override
        public String request() {
            return "r1";
        }

        @Override
        public void recorded(long id, StateAssignment content) {
            journal.add("recorded " + id);
        }

        @Override
        public void complete(SavepointRecord savepoint) {
            journal.add("complete " + savepoint.id());
        }

        @Override
        public void failed(Failure cause) {
            journal.add("failed: " + cause.summary());
        }

        @Override
        public void interrupted(String why, boolean begun) {
            journal.add("interrupted: " + why);
        }
    }
}
