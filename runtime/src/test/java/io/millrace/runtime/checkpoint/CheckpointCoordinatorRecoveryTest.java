package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.JOB;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With what a coordinator goes on that takes a job over, or whose last checkpoint is gone. */
class CheckpointCoordinatorRecoveryTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();

    @Test
    void shouldBeginBehindEveryIdThatWasEverReserved() {
        f.storage.complete.put(
                7L, new CheckpointMetadata(7, 1, JOB, "job", 1, List.of(), List.of()));
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
