package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * When checkpoints are taken, in which order their steps become durable, and when they are given
 * up.
 */
class CheckpointCoordinatorTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();

    @Test
    void shouldReserveIdsAndMakeEachStepDurableBeforeTheNext() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));

        f.pass(10);
        f.store(coordinator, 1);

        assertThat(f.journal)
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
        assertThat(f.storage.complete.get(1L).files()).hasSize(2);
    }

    @Test
    void shouldNotTellAnybodyBeforeTheRecordIsKnownToBeWritten() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.heldRecords = new ArrayList<>();

        f.store(coordinator, 1);
        f.pass(100);

        assertThat(f.journal).last().isEqualTo("record 1");
        assertThat(coordinator.newestId()).isZero();
        f.heldRecords.forEach(Runnable::run);
        f.time.settle();
        assertThat(f.journal).contains("publish 1", "tell w1 of 1");
    }

    @Test
    void shouldLetARestartWaitUntilItIsKnownWhetherTheLastCheckpointIsComplete() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.heldRecords = new ArrayList<>();
        f.store(coordinator, 1);

        coordinator.stop("a task failed");
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));

        assertThat(begunFrom).isEmpty();
        f.heldRecords.forEach(Runnable::run);
        f.time.settle();
        assertThat(begunFrom).containsExactly(1L);
    }

    @Test
    void shouldLetARestartWaitUntilWhoeverLooksForTheLastCheckpointFindsIt() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.heldRecords = new ArrayList<>();
        f.store(coordinator, 1);
        f.storage.hold();
        f.heldRecords.forEach(Runnable::run);
        f.time.settle();

        coordinator.stop("a task failed");
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));
        f.time.settle();
        assertThat(f.journal).contains("record 1");
        assertThat(begunFrom).isEmpty();

        f.storage.release();
        f.time.settle();
        assertThat(f.journal).contains("publish 1");
        assertThat(begunFrom).containsExactly(1L);
    }

    @Test
    void shouldGiveUpWhatHasNotBeenDecidedWhenTheJobStops() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.storage.hold();
        f.store(coordinator, 1);

        coordinator.stop("a task failed");
        f.storage.release();
        f.time.settle();
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));

        assertThat(begunFrom).containsExactly(0L);
        assertThat(f.journal).doesNotContain("record 1");
    }

    @Test
    void shouldIgnoreAnswersOfOtherEpochsAndOfCheckpointsThatAreOver() {
        CheckpointCoordinator coordinator = f.started(settings(1, 10, 1));
        f.pass(10);

        f.store(coordinator, 1, 2, "w1");
        f.store(coordinator, 9, "w1");
        f.store(coordinator, 1, "w2");

        assertThat(f.journal).doesNotContain("write metadata 1");
    }

    @Test
    void shouldTakeCheckpointsAgainWhenTheJobHasStoppedWhileIdsWereBeingReserved() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.heldRecords = new ArrayList<>();
        f.pass(10);
        assertThat(f.journal).last().isEqualTo("reserve 1000");
        coordinator.stop("a task failed");
        coordinator.start(() -> f.tasks);
        f.pass(10);

        f.heldRecords.forEach(Runnable::run);
        f.time.settle();

        assertThat(f.journal).contains("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldKeepTheMinimumPauseBetweenTwoCheckpoints() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(19);
        f.store(coordinator, 1);
        f.journal.clear();

        f.pass(1);
        assertThat(f.journal).isEmpty();
        f.pass(1);
        assertThat(f.journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");
    }

    @Test
    void shouldGiveUpACheckpointThatTakesTooLong() {
        CheckpointCoordinator coordinator = f.started(settings(1, 10, 1));
        f.pass(10);
        f.store(coordinator, 1, "w1");

        f.pass(60);

        assertThat(f.journal).contains("abort 1 on w1", "abort 1 on w2");
        assertThat(coordinator.warning())
                .contains("1 of 3 subtasks had not answered: v0[1]")
                .contains("execution.checkpointing.timeout");
        assertThat(f.jobFailures).isEmpty();
        f.store(coordinator, 1, "w2");
        assertThat(f.journal).doesNotContain("write metadata 1");
    }

    @Test
    void shouldFailTheJobOnlyWhenMoreCheckpointsFailInARowThanAreTolerated() {
        CheckpointCoordinator coordinator = f.started(settings(1, 1, 1));
        f.pass(10);
        f.decline(coordinator, 1);
        assertThat(f.jobFailures).isEmpty();

        f.pass(10);
        f.decline(coordinator, 2);

        assertThat(f.jobFailures).hasSize(1);
        assertThat(coordinator.failures()).isEqualTo(2);
    }

    @Test
    void shouldTellAWorkerAgainThatCheckpointsWereGivenUpWhileItWasNotConnected() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.STOP);
        f.store(coordinator, 1, "w1");
        f.pass(61);
        assertThat(f.journal).contains("abort 1 on w2");
        f.journal.clear();

        coordinator.reconnected("w2");
        assertThat(f.journal).contains("abort 1 on w2");

        f.pass(10);
        f.store(coordinator, 2);
        f.journal.clear();
        coordinator.reconnected("w2");
        assertThat(f.journal).isEmpty();
    }

    @Test
    void shouldGiveUpWhatAWorkerHasNotAnsweredWhenItComesBackOnAnotherConnection() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.STOP);
        f.store(coordinator, 1, "w1");

        coordinator.reconnected("w1");
        assertThat(f.journal).doesNotContain("abort 1 on w1");
        coordinator.reconnected("w2");

        assertThat(f.journal)
                .contains("abort 1 on w1", "abort 1 on w2")
                .last()
                .isEqualTo("interrupted: the connection to worker w2 was lost meanwhile");
        assertThat(coordinator.failures()).isZero();
    }

    @Test
    void shouldRememberTheLastCheckpointsAndTheSavepointsBetweenThem() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        for (long id = 1; id <= 13; id++) {
            f.store(coordinator, id);
            f.pass(20);
        }

        assertThat(coordinator.statistics())
                .extracting(CheckpointStatistics::id)
                .containsExactly(14L, 13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L, 5L, 4L, 1L);
        assertThat(coordinator.statistics().get(1))
                .returns(CheckpointStatistics.State.COMPLETE, CheckpointStatistics::state)
                .returns(3, CheckpointStatistics::answered);
    }

    @Test
    void shouldGiveUpAnEarlierCheckpointWhenALaterOneIsComplete() {
        CheckpointCoordinator coordinator = f.started(settings(2, 0, 1));
        f.pass(20);
        assertThat(f.journal).contains("trigger 2 on w1 with 2 attempts, 1 sources");

        f.store(coordinator, 2);

        assertThat(coordinator.newestId()).isEqualTo(2);
        assertThat(f.journal).contains("abort 1 on w1");
        assertThat(f.jobFailures).isEmpty();
    }
}
