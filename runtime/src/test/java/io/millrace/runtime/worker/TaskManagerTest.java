package io.millrace.runtime.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.PartWriter;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.SnapshotStorage;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.loop.ManualTime;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.TaskDeployment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TaskManagerTest {
    private final ManualTime<WorkerEvent> time = new ManualTime<>();
    private final List<ControlMessage> sent = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final Map<AttemptId, Subtasks.Listener> started = new LinkedHashMap<>();
    private final Map<AttemptId, TaskDeployment> deployments = new LinkedHashMap<>();
    private final List<Consumer<SnapshotStorage.Stored>> written = new ArrayList<>();
    private SubtaskMetrics metrics = SubtaskMetrics.NONE;

    TaskManagerTest() {
        TaskManager taskManager =
                new TaskManager(
                        new WorkerSettings(
                                new WorkerAddress("w1", "host", 7),
                                2,
                                Duration.ofMinutes(2),
                                Duration.ofSeconds(5),
                                new ToMaster.WorkerStart(1, 2, 0)),
                        new WorkerPorts(
                                time,
                                new Random(1),
                                time,
                                time,
                                new RecordingOutbox(),
                                minEpoch -> calls.add("connect " + minEpoch),
                                this::start,
                                this::write,
                                reason -> calls.add("left: " + reason)));
        time.owner(taskManager::on);
        time.handle(new WorkerEvent.Started());
        calls.clear();
    }

    private Subtasks.RunningSubtask start(TaskDeployment deployment, Subtasks.Listener listener) {
        started.put(deployment.attempt(), listener);
        calls.add("start " + deployment.attempt());
        return new Subtasks.RunningSubtask() {
            @Override
            public TaskDeployment deployment() {
                return deployment;
            }

            @Override
            public void cancel() {
                calls.add("cancel " + deployment.attempt());
            }

            @Override
            public void triggerCheckpoint(StreamEvent.Barrier barrier) {
                calls.add("trigger " + barrier.checkpointId());
            }

            @Override
            public void checkpointComplete(long checkpointId) {
                calls.add("complete " + checkpointId);
            }

            @Override
            public void checkpointAborted(long checkpointId) {
                calls.add("aborted " + checkpointId);
            }

            @Override
            public void masterChanged(int epoch) {
                calls.add("master changed " + epoch);
            }

            @Override
            public void checkpointsAbortedBefore(int epoch) {
                calls.add("aborted before " + epoch);
            }

            @Override
            public SubtaskMetrics metrics() {
                return metrics;
            }
        };
    }

    private void write(
            SnapshotStorage.WorkerSnapshot snapshot,
            SnapshotStorage.Wanted wanted,
            Consumer<SnapshotStorage.Stored> reply) {
        calls.add("write checkpoint " + snapshot.id());
        written.add(reply);
    }

    private static AttemptId attempt(int epoch, int counter) {
        return new AttemptId("job", 0, 0, epoch, counter);
    }

    private ToWorker.Deploy deploy(AttemptId attempt, int slot) {
        TaskDeployment deployment =
                new TaskDeployment(
                        attempt,
                        new Generation(attempt.epoch(), attempt.counter()),
                        0,
                        "job",
                        "vertex",
                        1,
                        128,
                        new byte[0],
                        List.of(),
                        List.of(),
                        List.of(),
                        "run",
                        Map.of());
        deployments.put(attempt, deployment);
        return new ToWorker.Deploy(attempt.epoch(), slot, deployment);
    }

    private void connected(String connection, int epoch) {
        time.handle(new WorkerEvent.Connected(connection, epoch));
    }

    private void received(String connection, ToWorker message) {
        time.handle(new WorkerEvent.Received(connection, message));
    }

    private void ended(AttemptId attempt, SubtaskEnd end) {
        started.get(attempt).ended(deployments.get(attempt), end);
        time.settle();
    }

    private ToMaster.Report lastReport() {
        return sent.stream()
                .filter(ToMaster.Report.class::isInstance)
                .map(ToMaster.Report.class::cast)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    void shouldReportWhatItRunsOnEachConnection() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        started.get(attempt(1, 1)).running(deployments.get(attempt(1, 1)));
        time.settle();
        assertThat(sent).contains(new ToMaster.TaskRunning(attempt(1, 1)));

        time.handle(new WorkerEvent.Disconnected("m#1", "broken"));
        connected("m#2", 1);

        ToMaster.Report report = lastReport();
        assertThat(report.link()).isEqualTo(2);
        assertThat(report.tasks())
                .containsExactly(
                        new ToMaster.TaskReport(
                                attempt(1, 1), new Generation(1, 1), ToMaster.Phase.RUNNING, 0, 0));
        assertThat(report.highestSeen()).containsExactly(attempt(1, 1));
    }

    @Test
    void shouldStartAnAttemptOnceWhenItIsDeployedTwice() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        received("m#1", deploy(attempt(1, 1), 0));
        ended(attempt(1, 1), new SubtaskEnd.Finished());
        received("m#1", deploy(attempt(1, 1), 0));

        assertThat(calls).containsExactly("start v0[0]#1.1");
    }

    @Test
    void shouldNotStartAnOlderAttemptThanItHasSeen() {
        connected("m#1", 2);
        received("m#1", deploy(attempt(2, 1), 0));
        ToWorker.Deploy older = deploy(attempt(1, 9), 1);
        received("m#1", new ToWorker.Deploy(2, 1, older.deployment()));

        assertThat(calls).containsExactly("start v0[0]#2.1");
    }

    @Test
    void shouldTellAnEndUntilItIsKnown() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        ended(attempt(1, 1), new SubtaskEnd.Finished());
        connected("m#2", 1);
        assertThat(lastReport().ends())
                .extracting(ToMaster.TaskEnded::attempt)
                .containsExactly(attempt(1, 1));

        received("m#2", new ToWorker.EndKnown(1, attempt(1, 1)));
        connected("m#3", 1);

        assertThat(lastReport().ends()).isEmpty();
        assertThat(lastReport().highestSeen()).containsExactly(attempt(1, 1));
    }

    @Test
    void shouldDropWhatAnOlderMasterHasSentBeforeThePromise() {
        connected("old#1", 1);
        time.put(new WorkerEvent.Connected("new#2", 2));
        time.put(new WorkerEvent.Received("old#1", deploy(attempt(1, 1), 0)));
        time.settle();

        assertThat(calls).containsExactly("close old#1");
        assertThat(lastReport().epoch()).isEqualTo(2);
    }

    @Test
    void shouldNotObeyAnOlderMasterThatConnectsLater() {
        connected("new#1", 2);
        connected("old#2", 1);
        received("old#2", deploy(attempt(1, 1), 0));
        received("new#1", deploy(attempt(2, 1), 0));

        assertThat(calls).containsExactly("close old#2", "start v0[0]#2.1");
    }

    @Test
    void shouldFailAnAttemptWhoseSlotIsNotFree() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        AttemptId second = new AttemptId("job", 0, 1, 1, 2);
        received("m#1", deploy(second, 0));

        assertThat(calls).containsExactly("start v0[0]#1.1");
        assertThat(sent)
                .last()
                .satisfies(
                        m ->
                                assertThat(m.toString())
                                        .contains("slot 0 of worker w1 is still used"));
    }

    @Test
    void shouldCancelOnceWhenToldTwice() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        received("m#1", new ToWorker.Cancel(1, attempt(1, 1)));
        received("m#1", new ToWorker.Cancel(1, attempt(1, 1)));
        received("m#1", new ToWorker.Cancel(1, attempt(1, 7)));

        assertThat(calls).containsExactly("start v0[0]#1.1", "cancel v0[0]#1.1");
    }

    @Test
    void shouldConnectAgainWithGrowingPausesWhenMasterIsGone() {
        connected("m#1", 1);
        time.handle(new WorkerEvent.Disconnected("m#1", "broken"));
        for (int i = 0; i < 10; i++) {
            time.pass(Duration.ofSeconds(5));
            time.handle(new WorkerEvent.NotConnected("nobody there"));
        }

        assertThat(calls).hasSize(10).allMatch("connect 1"::equals);
    }

    @Test
    void shouldLookForAnotherMasterWhenItsOwnIsSilent() {
        connected("m#1", 1);
        received("m#1", new ToWorker.Welcome(1, 1, 1000, 50_000));
        time.pass(Duration.ofSeconds(50));
        assertThat(calls).isEmpty();

        time.pass(Duration.ofSeconds(3));

        assertThat(calls).containsExactly("close m#1", "connect 1");
    }

    @Test
    void shouldCancelAllAndLeaveWhenItsLeaseIsOver() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        time.handle(new WorkerEvent.Disconnected("m#1", "broken"));
        time.pass(Duration.ofSeconds(119));
        assertThat(calls).doesNotContain("cancel v0[0]#1.1");
        time.pass(Duration.ofSeconds(3));
        assertThat(calls).contains("cancel v0[0]#1.1");
        assertThat(calls).noneMatch(c -> c.startsWith("left"));

        ended(attempt(1, 1), new SubtaskEnd.Canceled());

        assertThat(calls).last().asString().startsWith("left: no master for 12");
    }

    @Test
    void shouldLeaveWhenTheMasterSaysSo() {
        connected("m#1", 1);
        received("m#1", new ToWorker.Leave(1, "the job has ended"));

        assertThat(sent)
                .last()
                .isEqualTo(new ToMaster.Leaving("the master says so: the job has ended"));
        assertThat(calls).containsExactly("left: the master says so: the job has ended");
    }

    @Test
    void shouldLeaveAfterAWhileWhenTasksDoNotEnd() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        received("m#1", new ToWorker.Leave(1, "x"));
        received("m#1", deploy(attempt(1, 2), 1));
        assertThat(calls).containsExactly("start v0[0]#1.1", "cancel v0[0]#1.1");

        time.pass(Duration.ofSeconds(5));

        assertThat(calls).endsWith("left: the master says so: x");
    }

    @Test
    void shouldBeatAtOnceWhenTheFirstRecordFlows() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        time.pass(Duration.ofMillis(150));
        sent.clear();
        metrics = new SubtaskMetrics(0, 0, 0, 1, 0, 0, 1, List.of(), List.of());
        time.pass(Duration.ofMillis(100));

        assertThat(sent)
                .singleElement()
                .satisfies(
                        m ->
                                assertThat(((ToMaster.WorkerBeat) m).tasks())
                                        .containsExactly(
                                                new ToMaster.TaskBeat(attempt(1, 1), metrics)));
    }

    private final class RecordingOutbox implements Outbox {
        @Override
        public void send(String connection, ControlMessage message) {
            sent.add(message);
        }

        @Override
        public void close(String connection, String reason) {
            calls.add("close " + connection);
        }
    }

    /** A task that runs, and the connection. */
    private AttemptId running() {
        connected("m#1", 1);
        received("m#1", deploy(attempt(1, 1), 0));
        started.get(attempt(1, 1)).running(deployments.get(attempt(1, 1)));
        time.settle();
        calls.clear();
        sent.clear();
        return attempt(1, 1);
    }

    private static ToWorker.TriggerCheckpoint trigger(long id, AttemptId attempt) {
        return new ToWorker.TriggerCheckpoint(
                1,
                id,
                CheckpointKind.CHECKPOINT,
                "/checkpoints/job",
                7,
                List.of(attempt),
                List.of(attempt));
    }

    private void snapshot(long id, AttemptId attempt, AtomicInteger released) {
        SnapshotPart part =
                new SnapshotPart() {
                    @Override
                    public void write(PartWriter out) {
                        throw new AssertionError("nothing is written here");
                    }

                    @Override
                    public void release() {
                        released.incrementAndGet();
                    }
                };
        started.get(attempt)
                .snapshotTaken(
                        id,
                        new SubtaskSnapshot(
                                attempt,
                                1,
                                2,
                                List.of(new SubtaskSnapshot.Operator("uid", List.of(part)))));
        time.settle();
    }

    @Test
    void shouldAnswerACheckpointWhenItsFileIsStored() {
        AttemptId attempt = running();
        received("m#1", trigger(5, attempt));
        assertThat(calls).containsExactly("trigger 5");
        snapshot(5, attempt, new AtomicInteger());
        assertThat(calls).containsExactly("trigger 5", "write checkpoint 5");
        assertThat(sent).isEmpty();

        WorkerFile file = new WorkerFile("chk-5/worker-w1", 10, 20);
        written.get(0).accept(new SnapshotStorage.Stored.Done(file, List.of()));
        time.settle();

        assertThat(sent).containsExactly(new ToMaster.CheckpointStored(5, 1, file, List.of()));
    }

    @Test
    void shouldKeepWhatASubtaskSavesBeforeTheWorkerHearsOfTheCheckpoint() {
        AttemptId attempt = running();
        snapshot(5, attempt, new AtomicInteger());
        assertThat(calls).isEmpty();

        received("m#1", trigger(5, attempt));

        assertThat(calls).contains("write checkpoint 5");
    }

    @Test
    void shouldGiveBackWhatComesOfACheckpointThatWasGivenUp() {
        AttemptId attempt = running();
        AtomicInteger released = new AtomicInteger();
        snapshot(5, attempt, released);
        received("m#1", new ToWorker.CheckpointAborted(1, 5));
        assertThat(released).hasValue(1);

        snapshot(5, attempt, released);
        received("m#1", trigger(5, attempt));

        assertThat(released).hasValue(2);
        assertThat(calls).contains("aborted 5").doesNotContain("write checkpoint 5");
    }

    @Test
    void shouldGiveUpTheCheckpointsOfAnOlderMasterWhenItObeysANewerOne() {
        AttemptId attempt = running();
        received("m#1", trigger(5, attempt));
        snapshot(5, attempt, new AtomicInteger());

        connected("m#2", 2);
        sent.clear();
        written.get(0)
                .accept(
                        new SnapshotStorage.Stored.Done(
                                new WorkerFile("chk-5/worker-w1", 10, 20), List.of()));
        time.settle();

        assertThat(sent).isEmpty();
    }

    @Test
    void shouldTellTheMasterWhenTheFileCannotBeStored() {
        AttemptId attempt = running();
        received("m#1", trigger(5, attempt));
        snapshot(5, attempt, new AtomicInteger());

        written.get(0).accept(new SnapshotStorage.Stored.Failed(new IOException("disk full")));
        time.settle();

        assertThat(sent)
                .singleElement()
                .isInstanceOfSatisfying(
                        ToMaster.CheckpointDeclined.class,
                        declined -> {
                            assertThat(declined.id()).isEqualTo(5);
                            assertThat(declined.failure().summary()).contains("disk full");
                        });
    }

    @Test
    void shouldGiveUpWhatAnOlderMasterHasBegunWhenItPromisesANewerOne() {
        AttemptId attempt = running();
        received("m#1", trigger(5, attempt));
        AtomicInteger released = new AtomicInteger();
        snapshot(6, attempt, released);
        calls.clear();

        connected("m#2", 2);

        assertThat(calls).containsExactly("close m#1", "master changed 2");
        assertThat(released).hasValue(1);
        snapshot(5, attempt, released);
        assertThat(released).as("given back as it comes").hasValue(2);
    }

    @Test
    void shouldActOnACompletionOnceAndGiveUpTheRestWhenItsTasksAreAdopted() {
        AttemptId attempt = running();
        received("m#1", new ToWorker.CheckpointComplete(1, 4));
        connected("m#2", 2);
        assertThat(lastReport().tasks())
                .extracting(ToMaster.TaskReport::confirmed)
                .containsExactly(4L);
        calls.clear();

        received("m#2", new ToWorker.Adopt(2, List.of(attempt), 5));
        received("m#2", new ToWorker.Adopt(2, List.of(attempt), 5));
        received("m#2", new ToWorker.Adopt(2, List.of(attempt(1, 9)), 6));

        assertThat(calls).containsExactly("complete 5", "aborted before 2", "aborted before 2");
    }

    @Test
    void shouldGiveBackWhatComesLateOfAnOlderMastersCheckpoint() {
        AttemptId attempt = running();
        connected("m#2", 2);
        AtomicInteger released = new AtomicInteger();
        snapshot(7, attempt, released);
        assertThat(released).hasValue(0);

        received(
                "m#2",
                new ToWorker.TriggerCheckpoint(
                        2,
                        1001,
                        CheckpointKind.CHECKPOINT,
                        "/checkpoints/job",
                        7,
                        List.of(attempt),
                        List.of(attempt)));

        assertThat(released).hasValue(1);
    }
}
