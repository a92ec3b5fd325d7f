package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which checkpoints and shared files are kept, and which go. */
class CheckpointCoordinatorRetentionTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();

    @Test
    void shouldDropCheckpointsBeyondTheNumberRetained() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 2));
        for (long id = 1; id <= 3; id++) {
            f.pass(20);
            f.store(coordinator, id);
        }

        assertThat(f.storage.complete).containsOnlyKeys(2L, 3L);
        assertThat(f.journal).contains("forget 1").doesNotContain("forget 2");
    }

    @Test
    void shouldKeepSharedFilesAsLongAsARetainedCheckpointRefersToThem() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 2));
        f.pass(10);
        f.storePieces(coordinator, 1, "w1", "shared/1-w1");
        f.storePieces(coordinator, 1, "w2", "shared/1-w2");
        f.pass(10);
        f.storePieces(coordinator, 2, "w1", "shared/1-w1", "shared/2-w1");
        f.storePieces(coordinator, 2, "w2", "shared/2-w2");
        assertThat(f.storage.sharedFiles)
                .containsExactlyInAnyOrder(
                        "shared/1-w1", "shared/1-w2", "shared/2-w1", "shared/2-w2");
        f.pass(10);
        f.storePieces(coordinator, 3, "w1", "shared/1-w1", "shared/2-w1", "shared/3-w1");
        f.storePieces(coordinator, 3, "w2", "shared/2-w2");

        assertThat(f.storage.sharedFiles)
                .containsExactlyInAnyOrder(
                        "shared/1-w1", "shared/2-w1", "shared/2-w2", "shared/3-w1");
    }

    @Test
    void shouldKnowTheSharedFilesOfWhatAnEarlierMasterHasCompleted() {
        CheckpointCoordinator first = f.started(settings(1, 0, 1));
        f.pass(10);
        f.storePieces(first, 1, "w1", "shared/1-w1");
        f.storePieces(first, 1, "w2", "shared/1-w2");
        first.stop("the master ends");
        f.journal.clear();

        CheckpointCoordinator second = f.coordinator(settings(1, 0, 1), 1);
        second.recover(1000, List.of(1L), () -> {});
        f.time.settle();
        second.start(() -> f.tasks);
        f.pass(10);
        f.storePieces(second, 1001, "w1", "shared/1-w1", "shared/1001-w1");
        f.storePieces(second, 1001, "w2", "shared/1-w2");

        assertThat(second.newestId()).isEqualTo(1001);
        assertThat(f.storage.sharedFiles)
                .containsExactlyInAnyOrder("shared/1-w1", "shared/1-w2", "shared/1001-w1");
    }

    @Test
    void shouldRefuseACheckpointThatRefersToAFileWhichMayBeGone() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.storePieces(coordinator, 1, "w1", "shared/1-w1");
        f.storePieces(coordinator, 1, "w2", "shared/1-w2");
        f.pass(10);
        f.storePieces(coordinator, 2, "w1", "shared/2-w1");
        f.storePieces(coordinator, 2, "w2", "shared/2-w2");
        f.pass(10);
        f.journal.clear();
        f.storePieces(coordinator, 3, "w1", "shared/1-w1", "shared/3-w1");
        f.storePieces(coordinator, 3, "w2", "shared/2-w2");

        assertThat(f.journal)
                .containsExactlyInAnyOrder(
                        "tell w1 of 2", "tell w2 of 2", "abort 3 on w1", "abort 3 on w2");
        assertThat(coordinator.failures()).isZero();
        assertThat(f.jobFailures).isEmpty();
        f.pass(10);
        f.storePieces(coordinator, 4, "w1", "shared/2-w1", "shared/4-w1");
        f.storePieces(coordinator, 4, "w2", "shared/2-w2");
        assertThat(coordinator.newestId()).isEqualTo(4);
    }

    /**
     * The fourth checkpoint in a row of which a subtask builds on such a file ends the patience.
     */
    private void assertFailsOfAFileThatIsGone(CheckpointCoordinator coordinator) {
        for (long id = 1; id <= 4; id++) {
            assertThat(f.jobFailures).isEmpty();
            f.pass(10);
            f.storePieces(coordinator, id, "w1", "shared/0-w1", "shared/" + id + "-w1");
            f.storePieces(coordinator, id, "w2", "shared/" + id + "-w2");
        }

        assertThat(f.jobFailures).hasSize(1);
        assertThat(f.jobFailures.get(0).summary()).contains("shared/0-w1");
    }

    @Test
    void shouldFailTheJobWhenASubtaskBuildsOnAFileThatIsGoneAgainAndAgain() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));

        assertFailsOfAFileThatIsGone(coordinator);
    }

    @Test
    void shouldSendTheJobBackWhenNoCheckpointCanEverBeCompleteHoweverManyMayFail() {
        CheckpointCoordinator coordinator = f.started(settings(1, Integer.MAX_VALUE, 1));

        assertFailsOfAFileThatIsGone(coordinator);
        assertThat(coordinator.failures()).isEqualTo(1);
    }
}
