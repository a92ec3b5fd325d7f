package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.attempt;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointTask.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checkpoints of jobs of which some subtasks, or all, have come to their end. */
class CheckpointCoordinatorEndedTasksTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();

    @Test
    void shouldGoOnWithoutASubtaskThatFinishesMeanwhile() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.store(coordinator, 1, "w1");

        finish(coordinator, task(0, 1, "w2", true, Phase.FINISHED));
        f.store(coordinator, 1, "w2");

        assertThat(f.jobFailures).isEmpty();
        assertThat(f.storage.complete.get(1L).vertices().get(0).subtasks())
                .extracting(CheckpointMetadata.Subtask::finished)
                .containsExactly(false, true);
    }

    private void finish(CheckpointCoordinator coordinator, CheckpointTask finished) {
        f.tasks =
                f.tasks.stream()
                        .map(t -> t.attempt().equals(finished.attempt()) ? finished : t)
                        .toList();
        coordinator.finished(finished.attempt());
        f.time.settle();
    }

    @Test
    void shouldWaitForWhatAWorkerHasOfASubtaskThatHasFinishedBehindItsBarrier() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        List<CheckpointTask> before = f.tasks;
        f.store(coordinator, 1, "w1");
        finish(coordinator, task(0, 1, "w2", true, Phase.FINISHED));
        assertThat(f.journal).doesNotContain("write metadata 1");

        f.tasks = before;
        f.store(coordinator, 1, "w2");

        assertThat(f.storage.complete.get(1L).vertices().get(0).subtasks())
                .extracting(CheckpointMetadata.Subtask::finished)
                .containsExactly(false, false);
    }

    @Test
    void shouldLetBarriersBeginWhereAllThatIsReadHasFinished() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);
        f.journal.clear();

        finish(coordinator, task(0, 0, "w1", true, Phase.FINISHED));
        assertThat(f.journal).isEmpty();
        f.tasks =
                List.of(
                        f.tasks.get(0),
                        task(0, 1, "w2", true, Phase.FINISHED),
                        task(1, 0, "w1", true, Phase.RUNNING));
        coordinator.finished(attempt(0, 1));

        assertThat(f.journal).containsExactly("trigger 1 on w1 with 2 attempts, 1 sources");
    }

    private void endInputs(CheckpointCoordinator coordinator) {
        f.tasks.forEach(task -> coordinator.inputEnded(task.attempt()));
        f.pass(0);
    }

    @Test
    void shouldTakeALastCheckpointAtOnceWhenAllInputHasEnded() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        coordinator.inputEnded(attempt(0, 0));
        coordinator.inputEnded(attempt(0, 1));
        f.pass(0);
        assertThat(f.journal).doesNotContain("trigger 1 on w2 with 1 attempts, 1 sources");
        assertThat(coordinator.isLastAwaited()).isFalse();

        endInputs(coordinator);

        assertThat(f.journal).contains("trigger 1 on w2 with 1 attempts, 1 sources");
        assertThat(coordinator.isLastAwaited()).isTrue();
    }

    @Test
    void shouldNotTakeACheckpointThatHasBegunBeforeTheEndOfTheInputForTheLast() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(10);

        endInputs(coordinator);
        f.store(coordinator, 1);

        assertThat(f.journal)
                .contains("trigger 2 on w2 with 1 attempts, 1 sources", "record 1", "tell w2 of 1");
    }

    @Test
    void shouldRepeatTheLastCheckpointUntilOneIsComplete() {
        CheckpointCoordinator coordinator = f.started(settings(1, 100, 1));
        endInputs(coordinator);
        f.decline(coordinator, 1);
        assertThat(f.journal).doesNotContain("trigger 2 on w2 with 1 attempts, 1 sources");

        f.pass(1);

        assertThat(f.journal).contains("trigger 2 on w2 with 1 attempts, 1 sources");
    }
}
