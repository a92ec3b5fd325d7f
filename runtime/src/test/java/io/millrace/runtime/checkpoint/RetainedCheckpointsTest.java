package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.JOB;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which complete checkpoints a job may go back to, and which are removed. */
class RetainedCheckpointsTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();

    private static CheckpointMetadata empty(long id) {
        return new CheckpointMetadata(id, 1, JOB, "job", 1, List.of(), List.of());
    }

    @Test
    void shouldFinishWhatAnEarlierMasterHadDecidedButNotPublished() {
        f.storage.pending.put(7L, empty(7));
        RetainedCheckpoints retained = f.retained(settings(1, 0, 1));

        retained.recover(List.of(7L), () -> {});
        f.time.settle();

        assertThat(f.storage.complete).containsKey(7L);
        assertThat(retained.newestId()).isEqualTo(7);
    }

    @Test
    void shouldGoBackBehindADamagedCheckpointWhenNothingHasActedOnIt() {
        f.storage.complete.put(6L, empty(6));
        RetainedCheckpoints retained = f.retained(settings(1, 0, 2));

        retained.recover(List.of(6L, 7L), () -> f.journal.add("goes on"));
        f.time.settle();

        assertThat(f.journal).contains("goes on");
        assertThat(f.jobFailures).isEmpty();
        assertThat(retained.newestId()).isEqualTo(6);
    }

    @Test
    void shouldEndTheJobWhenASinkMayHaveActedOnTheDamagedCheckpoint() {
        f.acting = true;
        f.storage.complete.put(6L, empty(6));
        RetainedCheckpoints retained = f.retained(settings(1, 0, 2));

        retained.recover(List.of(6L, 7L), () -> f.journal.add("goes on"));
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
        RetainedCheckpoints retained = f.retained(settings(1, 0, 1));

        retained.recover(List.of(7L), () -> f.journal.add("goes on"));
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
        RetainedCheckpoints retained = f.retained(settings(1, 0, 3));
        retained.recover(List.of(5L, 6L, 7L, 8L), () -> {});
        f.time.settle();
        assertThat(f.storage.complete).containsOnlyKeys(6L, 7L, 8L);

        // two subtasks find the same
        assertThat(retained.unreadable(8, "a file of 8 is damaged")).isNull();
        assertThat(retained.unreadable(8, "a file of 8 is damaged")).isNull();

        assertThat(retained.newestId()).isEqualTo(7);
        assertThat(retained.unreadable(7, "a file of 7 is damaged")).isNull();
        assertThat(retained.unreadable(6, "a file of 6 is damaged").summary())
                .contains("a file of 6 is damaged")
                .contains("No checkpoint before 6 is retained");
    }

    @Test
    void shouldWaitForTheFileSystemWhenItTakesAJobOver() {
        f.storage.complete.put(7L, empty(7));
        f.storage.failures = 5;
        RetainedCheckpoints retained = f.retained(settings(1, 0, 1));

        retained.recover(List.of(7L), () -> f.journal.add("goes on"));
        f.pass(60);

        assertThat(f.journal).contains("goes on");
        assertThat(f.jobFailures).isEmpty();
    }

    @Test
    void shouldNotGoBackToWhatItCouldNotRemove() {
        RetainedCheckpoints retained = f.retained(settings(1, 0, 1));
        f.storage.refusesToRemove = true;
        for (long id = 1; id <= 2; id++) {
            retained.add(empty(id));
            retained.removeOthers();
            f.time.settle();
        }
        assertThat(retained.newestId()).isEqualTo(2);

        Failure end = retained.unreadable(2, "a file of 2 is damaged");

        assertThat(end.summary()).contains("No checkpoint before 2 is retained");
    }

    @Test
    void shouldForgetOnRecordOnlyWhatIsRemoved() {
        RetainedCheckpoints retained = f.retained(settings(1, 0, 1));
        f.storage.refusesToRemove = true;
        retained.add(empty(1));
        retained.add(empty(2));
        retained.removeOthers();
        f.time.settle();
        assertThat(f.journal).doesNotContain("forget 1");

        f.storage.refusesToRemove = false;
        retained.add(empty(3));
        retained.removeOthers();
        f.time.settle();

        assertThat(f.journal).endsWith("forget 1", "forget 2");
    }

    @Test
    void shouldRemoveWhatTheJobHasClaimedWhenEnoughOfItsOwnAreThere() {
        RetainedCheckpoints retained = f.retained(settings(1, 0, 2));
        retained.claim("/sp/begun-from");
        retained.add(empty(1));
        retained.removeOthers();
        f.time.settle();
        assertThat(f.journal).doesNotContain("remove /sp/begun-from");

        retained.add(empty(2));
        retained.removeOthers();
        f.time.settle();

        assertThat(f.journal).containsOnlyOnce("remove /sp/begun-from");
    }
}
