package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.JOB;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From which checkpoint a coordinator goes on that takes a job over, or finds one damaged. */
class CheckpointCoordinatorRecoveryTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();

    @Test
    void shouldBeginBehindEveryIdThatWasEverReserved() {
        f.storage.complete.put(7L, empty(7));
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(6L, 7L), () -> f.journal.add("goes on"));
        f.time.settle();
        coordinator.start(() -> f.tasks);
        f.pass(10);

        assertThat(f.journal)
                .containsSubsequence("read 7", "goes on", "reserve 2000")
                .contains("publish 7", "forget 6", "trigger 1001 on w1 with 2 attempts, 1 sources");
        assertThat(coordinator.newestId()).isEqualTo(7);
    }

    @Test
    void shouldFinishWhatAnEarlierMasterHadDecidedButNotPublished() {
        f.storage.pending.put(7L, empty(7));
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(7L), () -> {});
        f.time.settle();

        assertThat(f.storage.complete).containsKey(7L);
        assertThat(coordinator.newestId()).isEqualTo(7);
    }

    private static CheckpointMetadata empty(long id) {
        return new CheckpointMetadata(id, 1, JOB, "job", 1, List.of(), List.of());
    }

    @Test
    void shouldGoBackBehindADamagedCheckpointWhenNothingHasActedOnIt() {
        f.storage.complete.put(6L, empty(6));
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 2), 2);

        coordinator.recover(1000, List.of(6L, 7L), () -> f.journal.add("goes on"));
        f.time.settle();

        assertThat(f.journal).contains("goes on");
        assertThat(f.jobFailures).isEmpty();
        assertThat(coordinator.newestId()).isEqualTo(6);
    }

    @Test
    void shouldEndTheJobWhenASinkMayHaveActedOnTheDamagedCheckpoint() {
        f.acting = true;
        f.storage.complete.put(6L, empty(6));
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 2), 2);

        coordinator.recover(1000, List.of(6L, 7L), () -> f.journal.add("goes on"));
        f.time.settle();

        assertThat(f.journal).doesNotContain("goes on");
        assertThat(f.jobFailures).hasSize(1);
        assertThat(f.jobFailures.get(0).summary())
                .contains("no metadata of 7")
                .contains("Checkpoint 6 is retained, but 'sums operator' may have made visible")
                .contains("-s /checkpoints/" + JOB + "/chk-6");
    }

    @Test
    void shouldEndTheJobWhenNoCheckpointIsLeftToGoBackTo() {
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(7L), () -> f.journal.add("goes on"));
        f.time.settle();

        assertThat(f.journal).doesNotContain("goes on");
        assertThat(f.jobFailures.get(0).summary())
                .contains("no metadata of 7")
                .contains("execution.checkpointing.num-retained is 1");
    }

    @Test
    void shouldRetainWhatEarlierMastersHaveRetainedAndGoBackOnceForOneDamage() {
        for (long id = 5; id <= 8; id++) {
            f.storage.complete.put(id, empty(id));
        }
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 3), 2);
        coordinator.recover(1000, List.of(5L, 6L, 7L, 8L), () -> {});
        f.time.settle();
        assertThat(f.storage.complete).containsOnlyKeys(6L, 7L, 8L);

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
    void shouldWaitForTheFileSystemWhenItTakesAJobOver() {
        f.storage.complete.put(7L, empty(7));
        f.storage.failures = 5;
        CheckpointCoordinator coordinator = f.coordinator(settings(1, 0, 1), 2);

        coordinator.recover(1000, List.of(7L), () -> f.journal.add("goes on"));
        f.pass(60);

        assertThat(f.journal).contains("goes on");
        assertThat(f.jobFailures).isEmpty();
    }

    @Test
    void shouldNotGoBackToWhatItCouldNotRemove() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.storage.refusesToRemove = true;
        for (long id = 1; id <= 2; id++) {
            f.pass(10);
            f.store(coordinator, id);
        }
        assertThat(coordinator.newestId()).isEqualTo(2);

        Failure end = coordinator.unreadable(2, "a file of 2 is damaged");

        assertThat(end.summary()).contains("No checkpoint before 2 is retained");
    }

    @Test
    void shouldGoOnWithoutACheckpointThatWasRemovedBeforeItHadItsName() {
        CheckpointCoordinator coordinator = f.started(settings(1, 10, 1));
        f.pass(10);
        f.store(coordinator, 1);
        f.pass(10);
        f.heldRecords = new ArrayList<>();
        f.store(coordinator, 2);
        coordinator.stop("a task failed");
        List<Long> begunFrom = new ArrayList<>();
        coordinator.whenSettled(() -> begunFrom.add(coordinator.newestId()));

        f.storage.pending.clear();
        f.heldRecords.forEach(Runnable::run);
        f.heldRecords = null;
        f.time.settle();

        assertThat(begunFrom).containsExactly(1L);
        assertThat(f.journal).contains("forget 2", "abort 2 on w1").doesNotContain("tell w1 of 2");
        assertThat(f.jobFailures).isEmpty();
        assertThat(coordinator.failures()).isEqualTo(1);
        assertThat(coordinator.warning()).contains("no metadata of 2");
        coordinator.start(() -> f.tasks);
        f.pass(10);
        f.store(coordinator, 3);
        assertThat(coordinator.publishedId()).isEqualTo(3);
        assertThat(coordinator.warning()).isNull();
    }
}
