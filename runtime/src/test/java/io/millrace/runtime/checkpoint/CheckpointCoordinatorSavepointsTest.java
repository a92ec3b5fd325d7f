package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.JOB;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.SAVEPOINT;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.attempt;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointTask.Phase;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.control.ToMaster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Savepoints, and those that stop or drain the job. */
class CheckpointCoordinatorSavepointsTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();

    @Test
    void shouldTakeASavepointIntoAFolderOfItsOwnAndTellNobodyToActOnIt() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.journal.clear();

        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.store(coordinator, 1);

        assertThat(f.journal)
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
                        "record name of savepoint 1",
                        "complete 1");
        assertThat(f.storage.savepoints.get(1L).kind()).isEqualTo(CheckpointKind.SAVEPOINT);
        assertThat(coordinator.newestId()).isZero();
        assertThat(coordinator.statistics())
                .extracting(CheckpointStatistics::path)
                .containsExactly("/s/savepoint-000000-1");
    }

    private static SavepointRecord record(CheckpointKind kind) {
        return new SavepointRecord(1, kind, SAVEPOINT.path(), "r1");
    }

    @Test
    void shouldTakeSavepointsOfAJobThatTakesNoCheckpoints() {
        CheckpointCoordinator coordinator = f.started(onDemand());
        f.pass(1000);
        assertThat(f.journal).isEmpty();

        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.store(coordinator, 1);

        assertThat(f.journal).contains("complete 1").doesNotContain("make folder");
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
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.pass(30);
        assertThat(f.journal).doesNotContain("trigger 2 on w1 with 2 attempts, 1 sources");

        f.store(coordinator, 1);
        f.pass(2);

        assertThat(f.journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldKeepACheckpointOnItsWayWhenASavepointIsCompleteBeforeIt() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.store(coordinator, 2);
        assertThat(f.journal).contains("complete 2").doesNotContain("abort 1 on w1");

        f.store(coordinator, 1);

        assertThat(f.journal).contains("publish 1");
    }

    @Test
    void shouldTellAllToEndOnlyWhenTheSavepointThatStopsTheJobIsOnRecordAndHasItsName() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.heldRecords = new ArrayList<>();
        f.savepoint(coordinator, CheckpointKind.STOP);
        f.heldRecords.forEach(Runnable::run); // of ids
        f.heldRecords.clear();
        f.time.settle();
        f.store(coordinator, 1);
        assertThat(f.journal).last().isEqualTo("record " + record(CheckpointKind.STOP));

        f.heldRecords.forEach(Runnable::run);
        f.time.settle();

        assertThat(f.journal)
                .containsSubsequence("recorded 1", "publish 1", "tell w1 of 1", "complete 1")
                .doesNotContain("record name of savepoint 1");
    }

    @Test
    void shouldTellWhyASavepointFailedAndCountNoFailureOfCheckpoints() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.STOP);

        f.decline(coordinator, 1);

        assertThat(f.journal).contains("abort 1 on w1", "abort 1 on w2", "failed: cannot (Task)");
        assertThat(f.jobFailures).isEmpty();
        assertThat(coordinator.failures()).isZero();
        assertThat(coordinator.statistics())
                .extracting(CheckpointStatistics::failure)
                .containsExactly("cannot (Task)");
    }

    @Test
    void shouldTakeNothingElseWhenSubtasksMayHaveBeenDrained() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.DRAIN);
        f.decline(coordinator, 1);
        assertThat(coordinator.isDraining()).isTrue();
        f.journal.clear();

        f.tasks.forEach(task -> coordinator.inputEnded(task.attempt()));
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.pass(1000);
        assertThat(f.journal).containsExactly("interrupted: the job is being drained");

        coordinator.drainIsUndone();
        f.pass(20);
        assertThat(f.journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldTakeOnlyTheSavepointThatDrainsWhenAnEarlierMasterMayHaveBegunOne() {
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);
        coordinator.recover(0, List.of(), () -> {});
        f.time.settle();
        coordinator.drainMayHaveBegun();
        coordinator.start(() -> f.tasks);
        f.tasks.forEach(task -> coordinator.inputEnded(task.attempt()));
        f.pass(1000);
        assertThat(f.journal).containsExactly("make folder");

        f.savepoint(coordinator, CheckpointKind.DRAIN);

        assertThat(f.journal).contains("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldTellAWorkerThatComesBackOfASavepointThatWasToStopTheJobAndFailed() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.STOP);
        f.decline(coordinator, 1);
        f.journal.clear();

        coordinator.reconnected("w2");

        assertThat(f.journal).containsExactly("abort 1 on w2");
    }

    @Test
    void shouldAskNothingOfTheSubtasksIfTheSavepointsFolderCannotBeMade() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.storage.failures = 1;

        f.savepoint(coordinator, CheckpointKind.STOP);

        assertThat(f.journal).last().asString().contains("failed: ", "/s/savepoint-000000-1");
        assertThat(f.journal).doesNotContain("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldTellThatASavepointWasInterruptedWhenTheJobStops() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.STOP);

        coordinator.stop("a task failed");

        assertThat(f.journal)
                .contains("abort 1 on w1", "remove /s/savepoint-000000-1")
                .last()
                .isEqualTo("interrupted: a task failed");
    }

    @Test
    void shouldRemoveTheFolderOfASavepointThatWasGivenUpAndAgainWhenSomethingWasWrittenLate() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.decline(coordinator, 1);
        assertThat(f.journal).containsOnlyOnce("remove /s/savepoint-000000-1");
        f.journal.clear();

        f.store(coordinator, 1, "w2");

        assertThat(f.journal).containsExactly("remove /s/savepoint-000000-1");
    }

    @Test
    void shouldLeaveTheFolderOfASavepointWhoseCompletionMayBeOnRecord() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.heldRecords = new ArrayList<>();
        f.store(coordinator, 1);
        f.time.settle();

        coordinator.stop("a task failed");
        f.pass(100_000);

        assertThat(f.journal).noneMatch(line -> line.startsWith("remove "));
    }

    @Test
    void shouldFinishASavepointThatAnEarlierMasterHadDecided() {
        f.storage.pending.put(
                1L, new CheckpointMetadata(1, 1, JOB, "job", 1, List.of(), List.of()));
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);

        coordinator.recover(
                record(CheckpointKind.STOP),
                content -> f.journal.add(content == null ? "goes on" : "ends"));
        f.time.settle();

        assertThat(f.storage.savepoints).containsKey(1L);
        assertThat(f.journal).last().isEqualTo("ends");
    }

    @Test
    void shouldGoOnWhenASavepointOfAnEarlierMasterWasMovedMeanwhile() {
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);

        coordinator.recoverNamed(
                record(CheckpointKind.SAVEPOINT), true, lost -> f.journal.add("lost: " + lost));
        f.time.settle();

        assertThat(f.jobFailures).isEmpty();
        assertThat(f.journal).endsWith("found name of savepoint 1", "lost: null");
    }

    @Test
    void shouldSayThatASavepointOfAnEarlierMasterIsLostOfWhichNobodyWasTold() {
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);

        coordinator.recoverNamed(
                record(CheckpointKind.SAVEPOINT),
                false,
                lost -> f.journal.add("lost: " + lost.summary()));
        f.time.settle();

        assertThat(f.jobFailures).isEmpty();
        assertThat(f.journal)
                .endsWith(
                        "withdraw savepoint 1",
                        "lost: no metadata of 1 (Checkpoint 1 of job 'job')");
    }

    @Test
    void shouldTellNobodyOfASavepointBeforeItsNameIsOnRecord() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        f.time.settle();
        f.heldRecords = new ArrayList<>();
        f.store(coordinator, 1);
        f.heldRecords.remove(0).run(); // its completion
        f.time.settle();
        assertThat(f.journal).last().isEqualTo("record name of savepoint 1");

        f.heldRecords.remove(0).run();
        f.time.settle();

        assertThat(f.journal).last().isEqualTo("complete 1");
    }

    @Test
    void shouldNotTakeDrainedSubtasksForThoseThatHaveEndedByThemselves() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        coordinator.inputEnded(attempt(0, 0));
        f.savepoint(coordinator, CheckpointKind.DRAIN);
        for (String worker : List.of("w1", "w2")) {
            coordinator.stored(
                    worker,
                    new ToMaster.CheckpointStored(
                            1,
                            1,
                            null,
                            f.tasks.stream()
                                    .filter(t -> t.worker().equals(worker))
                                    .map(t -> new SubtaskState(t.attempt(), true, 0, 0, List.of()))
                                    .toList()));
        }
        f.time.settle();

        assertThat(f.storage.savepoints.get(1L).vertices().get(0).subtasks())
                .extracting(CheckpointMetadata.Subtask::finished)
                .containsExactly(true, false);
    }

    @Test
    void shouldGoOnWithoutASavepointThatWasRemovedBeforeItHadItsName() {
        CheckpointCoordinator coordinator = removedBeforeItHasItsName(CheckpointKind.SAVEPOINT);

        assertThat(f.journal)
                .contains(
                        "withdraw savepoint 1",
                        "abort 1 on w1",
                        "failed: no metadata of 1 (Checkpoint 1 of job 'job')");
        assertThat(f.jobFailures).isEmpty();
        f.pass(10);
        f.store(coordinator, 2);
        assertThat(coordinator.publishedId()).isEqualTo(2);
    }

    @Test
    void shouldEndTheJobWhenTheSavepointThatStopsItWasRemovedBeforeItHadItsName() {
        CheckpointCoordinator coordinator = removedBeforeItHasItsName(CheckpointKind.STOP);

        assertThat(f.jobFailures).hasSize(1);
        assertThat(f.jobFailures.get(0).summary()).contains("no metadata of 1");
        List<String> settled = new ArrayList<>();
        coordinator.whenSettled(() -> settled.add("settled"));
        assertThat(settled).hasSize(1);
    }

    private CheckpointCoordinator removedBeforeItHasItsName(CheckpointKind kind) {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, kind);
        f.heldRecords = new ArrayList<>();
        f.store(coordinator, 1);
        f.storage.pending.clear();
        f.heldRecords.forEach(Runnable::run);
        f.heldRecords = null;
        f.time.settle();
        return coordinator;
    }

    @Test
    void shouldGiveUpWhatALostWorkerHasNotAnswered() {
        f.tasks =
                List.of(
                        task(0, 0, "w1", true, Phase.RUNNING),
                        task(0, 1, "w2", true, Phase.RUNNING),
                        task(1, 0, "w1", false, Phase.RUNNING));
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.STOP);
        f.store(coordinator, 1, "w1");
        f.tasks =
                List.of(
                        task(0, 0, "w1", true, Phase.RUNNING),
                        task(0, 1, "w2", true, Phase.FINISHED),
                        task(1, 0, "w1", false, Phase.RUNNING));
        coordinator.finished(attempt(0, 1));
        assertThat(coordinator.awaits("w2")).isTrue();

        coordinator.lost("w2");

        assertThat(coordinator.awaits("w2")).isFalse();
        assertThat(f.journal)
                .contains(
                        "abort 1 on w1", "interrupted: worker w2 was lost before it had answered");
        f.pass(10);
        f.store(coordinator, 2, "w1");
        assertThat(coordinator.publishedId()).isEqualTo(2);
    }
}
