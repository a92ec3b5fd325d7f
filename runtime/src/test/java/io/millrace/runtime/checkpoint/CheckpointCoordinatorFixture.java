package io.millrace.runtime.checkpoint;

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

/**
 * A checkpoint coordinator of a job of three subtasks on two workers, with all its ports in the
 * test's hand. Whatever it does is a line in {@link #journal}; the record and the storage answer at
 * once unless told otherwise.
 */
final class CheckpointCoordinatorFixture {
    static final String JOB = "0000000000000000000000000000000a";

    /** Where savepoints of the request r1 go. */
    static final CheckpointFolder SAVEPOINT = CheckpointFolder.ofSavepoint("/s", JOB, "1");

    final List<String> journal = new ArrayList<>();
    final ManualTime<Runnable> time = new ManualTime<>();
    final InMemoryCheckpointStorage storage = new InMemoryCheckpointStorage(journal::add);
    final List<Failure> jobFailures = new ArrayList<>();

    /** Answers of the record that are held back, or null. */
    List<Runnable> heldRecords;

    List<CheckpointTask> tasks =
            List.of(
                    task(0, 0, "w1", true, Phase.RUNNING),
                    task(0, 1, "w2", true, Phase.RUNNING),
                    task(1, 0, "w1", false, Phase.RUNNING));

    CheckpointCoordinatorFixture() {
        time.owner(Runnable::run);
    }

    static CheckpointTask task(
            int vertex, int subtask, String worker, boolean source, Phase phase) {
        return new CheckpointTask(attempt(vertex, subtask), worker, source, phase);
    }

    static AttemptId attempt(int vertex, int subtask) {
        return new AttemptId(JOB, vertex, subtask, 1, 1);
    }

    static CheckpointSettings settings(int maxConcurrent, int tolerable, int retained) {
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
    boolean acting;

    CheckpointCoordinator coordinator(CheckpointSettings settings, int epoch) {
        return new CheckpointCoordinator(
                settings, ports(CheckpointPorts.Sources.NONE), graph(), epoch);
    }

    /** What a coordinator knows of complete checkpoints, without the rest of it. */
    RetainedCheckpoints retained(CheckpointSettings settings) {
        return new RetainedCheckpoints(
                settings,
                ports(CheckpointPorts.Sources.NONE),
                graph(),
                CheckpointFolder.of(settings.directory(), JOB),
                new RepeatedCalls(new InLoop(), storage));
    }

    CheckpointPorts ports(CheckpointPorts.Sources sources) {
        return new CheckpointPorts(
                time, new InLoop(), storage, new Record(), this::send, new Told(), sources);
    }

    private JobGraph graph() {
        return new JobGraph(
                JOB,
                "job",
                List.of(vertex(0, "source", 2), vertex(1, "sums", 1)),
                List.of(),
                Map.of());
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

    CheckpointCoordinator started(CheckpointSettings settings) {
        CheckpointCoordinator coordinator = coordinator(settings, 1);
        coordinator.recover(0, List.of(), () -> {});
        time.settle();
        coordinator.start(() -> tasks);
        return coordinator;
    }

    /** Asks for one, whose end comes into the journal. */
    void savepoint(CheckpointCoordinator coordinator, CheckpointKind kind) {
        coordinator.savepoint(kind, SAVEPOINT, new Savepoint());
        time.settle();
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

    /** Both workers answer. */
    void store(CheckpointCoordinator coordinator, long id) {
        store(coordinator, id, "w1");
        store(coordinator, id, "w2");
    }

    void store(CheckpointCoordinator coordinator, long id, String worker) {
        store(coordinator, id, 1, worker);
    }

    void store(CheckpointCoordinator coordinator, long id, int epoch, String worker) {
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
    void storePieces(CheckpointCoordinator coordinator, long id, String worker, String... files) {
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

    void pass(int seconds) {
        time.pass(Duration.ofSeconds(seconds));
    }

    void decline(CheckpointCoordinator coordinator, long id) {
        coordinator.declined(
                "w1",
                new ToMaster.CheckpointDeclined(
                        id, 1, Failure.of(Failure.Category.USER_CODE, "Task", "cannot")));
        time.settle();
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
        public void published(SavepointRecord savepoint, Runnable then) {
            write("record name of savepoint " + savepoint.id(), then);
        }

        @Override
        public void foundPublished(SavepointRecord savepoint) {
            journal.add("found name of savepoint " + savepoint.id());
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
