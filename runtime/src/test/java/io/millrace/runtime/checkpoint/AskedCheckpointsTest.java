package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.checkpoint.CheckpointCoordinatorFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checkpoints that somebody asks for, between those that are taken by themselves. */
class AskedCheckpointsTest {
    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();
    private final List<String> replies = new ArrayList<>();

    private void ask(CheckpointCoordinator coordinator, String who) {
        coordinator.checkpoint(
                new CheckpointReply() {
                    @Override
                    public void complete(long id, String path) {
                        replies.add(who + ": " + path);
                    }

                    @Override
                    public void failed(Failure cause) {
                        replies.add(who + ": " + cause.summary());
                    }
                });
        f.time.settle();
    }

    private long begun() {
        return f.journal.stream().filter(line -> line.matches("trigger \\d+ on w1 .*")).count();
    }

    private static String path(long id) {
        return "/checkpoints/" + CheckpointCoordinatorFixture.JOB + "/chk-" + id;
    }

    @Test
    void shouldTakeACheckpointAtOnceAndSayWhereItIs() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(3);
        assertThat(begun()).isZero();

        ask(coordinator, "a");
        f.pass(0);

        assertThat(begun()).isEqualTo(1);
        assertThat(replies).isEmpty();
        f.store(coordinator, 1);
        assertThat(replies).containsExactly("a: " + path(1));
        f.pass(9);
        assertThat(begun()).as("the interval begins anew").isEqualTo(1);
        f.pass(1);
        assertThat(begun()).isEqualTo(2);
    }

    @Test
    void shouldTakeOneForAllWhoHaveAskedAndAnotherForWhoAsksLater() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(3);
        ask(coordinator, "a");
        ask(coordinator, "b");
        f.pass(0);
        ask(coordinator, "c");
        f.pass(1);
        assertThat(begun()).isEqualTo(1);

        f.store(coordinator, 1);
        f.pass(0);

        assertThat(replies).containsExactly("a: " + path(1), "b: " + path(1));
        f.store(coordinator, 2);
        assertThat(replies).last().isEqualTo("c: " + path(2));
    }

    @Test
    void shouldTakeTheNextOneWhenTheJobStartsAgainMeanwhile() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(3);
        ask(coordinator, "a");
        f.pass(0);

        coordinator.stop("a task failed");
        ask(coordinator, "b");
        assertThat(replies).isEmpty();
        coordinator.start(() -> f.tasks);
        f.pass(1);

        f.store(coordinator, 2);
        assertThat(replies).containsExactlyInAnyOrder("a: " + path(2), "b: " + path(2));
    }

    @Test
    void shouldSayWhyItFailed() {
        CheckpointCoordinator coordinator = f.started(settings(1, 5, 1));
        f.pass(3);
        ask(coordinator, "a");
        f.pass(0);

        f.decline(coordinator, 1);

        assertThat(replies).containsExactly("a: cannot (Task)");
        assertThat(coordinator.failures()).isEqualTo(1);
        f.pass(2);
        assertThat(begun()).as("nobody waits any longer").isEqualTo(1);
    }

    @Test
    void shouldWaitForASavepointOnItsWay() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        f.pass(3);
        f.savepoint(coordinator, CheckpointKind.SAVEPOINT);
        ask(coordinator, "a");
        f.pass(2);
        assertThat(begun()).isEqualTo(1);

        f.store(coordinator, 1);
        f.pass(1);

        f.store(coordinator, 2);
        assertThat(replies).containsExactly("a: " + path(2));
    }

    @Test
    void shouldTakeALaterOneForItWhenThatIsCompleteBefore() {
        CheckpointCoordinator coordinator = f.started(settings(2, 0, 1));
        f.pass(3);
        ask(coordinator, "a");
        f.pass(0);
        f.pass(10);
        assertThat(begun()).isEqualTo(2);

        f.store(coordinator, 2);

        assertThat(replies).containsExactly("a: " + path(2));
        f.pass(5);
        assertThat(begun()).isEqualTo(2);
    }

    @Test
    void shouldNotTryWithoutAPauseWhileSubtasksDoNotRun() {
        CheckpointCoordinator coordinator = f.started(settings(1, 0, 1));
        List<CheckpointTask> running = f.tasks;
        f.tasks =
                List.of(
                        CheckpointCoordinatorFixture.task(
                                0, 0, "w1", true, CheckpointTask.Phase.NOT_RUNNING));
        f.pass(3);
        ask(coordinator, "a");
        f.pass(5);
        assertThat(begun()).isZero();

        f.tasks = running;
        f.pass(1);

        f.store(coordinator, 1);
        assertThat(replies).containsExactly("a: " + path(1));
    }
}
