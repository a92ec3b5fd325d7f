package io.millrace.testkit.harness;

import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.time.Watermark;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.operator.Alarms;
import io.millrace.runtime.operator.FunctionStates;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.operator.SubtaskContext;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHasher;
import io.millrace.runtime.serializer.KeyHashers;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.task.SteppedSubtasks;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.ManagedStores;
import io.millrace.runtime.worker.NoOtherWorkers;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/**
 * One task as a worker runs it, with its gate, its chain and its state, driven by a test: records,
 * watermarks and barriers are put into its channels by hand, and the clock goes on when the test
 * says so. Each call returns when the task has nothing more to do.
 *
 * <p>A snapshot may be taken between any two records, and a task started from it; see {@link
 * TaskProgram#start(TaskSnapshot)}. The task takes part in checkpoints until its end: what a sink
 * has to commit it commits when {@link #complete} says so.
 *
 * <p>Threads: one, the test's. Source functions, which have a thread of their own, are not for
 * here.
 *
 * <p>Errors: what a function throws comes as a {@link TaskFailedException} out of the call that has
 * made it throw, and out of all that follow.
 */
public final class TaskHarness implements AutoCloseable {
    private static final WorkerAddress WORKER = new WorkerAddress("harness", "localhost", 0);
    private static final int EPOCH = 1;
    private static final int LOCAL_CHUNKS = 1 << 16;
    private static final long GATE_BYTES = 1L << 40;
    private static final long MANAGED_BYTES = 64 << 20;

    private final TaskProgram.Plan plan;
    private final int subtask;
    private final AttemptId attempt;
    private final WorkerChannels channels =
            new WorkerChannels(WORKER.workerId(), new NoOtherWorkers(), LOCAL_CHUNKS, GATE_BYTES);
    private final ManagedMemory memory = new ManagedMemory(MANAGED_BYTES);
    private final List<io.millrace.runtime.state.KeyedStateStore> stores = new ArrayList<>();
    private final Queue<Runnable> steps = new ArrayDeque<>();
    private final TreeMap<Long, List<ManualAlarm>> alarms = new TreeMap<>();
    private final List<List<Channel>> inputs = new ArrayList<>();
    private final Map<String, Output> outputs = new LinkedHashMap<>();
    private final Map<Integer, Owner> owners = new HashMap<>();
    private final Map<Long, TaskSnapshot> snapshots = new TreeMap<>();
    private final SteppedSubtasks subtasks;
    private final Subtasks.RunningSubtask running;
    private long nowMillis;
    private SubtaskEnd end;
    private Failure snapshotFailure;
    private boolean closed;

    TaskHarness(TaskProgram program, int subtask, TaskSnapshot from, long wallMillis) {
        this.plan = program.planned();
        this.subtask = subtask;
        this.nowMillis = wallMillis;
        this.attempt = attempt(plan.vertex().id(), subtask);
        this.subtasks =
                new SteppedSubtasks(
                        channels,
                        job -> plan.classes(),
                        new OperatorPorts(() -> nowMillis, this::alarm, this::store),
                        steps::add);
        for (List<JobEdge> edges : plan.inputs()) {
            List<Channel> of = new ArrayList<>();
            for (int i = 0; i < program.channels(); i++) {
                of.add(new Channel(edges, i));
            }
            inputs.add(of);
        }
        plan.outputs().forEach((name, edge) -> outputs.put(name, new Output(edge)));
        try {
            running = start(deployment(program), from);
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    private Subtasks.RunningSubtask start(TaskDeployment deployment, TaskSnapshot from) {
        if (from == null) {
            Subtasks.RunningSubtask started = subtasks.start(deployment, new Hears());
            run();
            return started;
        }
        Subtasks.RunningSubtask[] started = new Subtasks.RunningSubtask[1];
        from.restore(
                plan.vertex(),
                subtask,
                restored -> {
                    started[0] = subtasks.start(deployment.with(restored), new Hears());
                    if (restored.finished()) {
                        allChannels().forEach(Channel::end);
                    }
                    run();
                });
        return started[0];
    }

    private AttemptId attempt(int vertex, int of) {
        return new AttemptId(plan.graph().jobId(), vertex, of, EPOCH, 1);
    }

    private TaskDeployment deployment(TaskProgram program) {
        List<TaskDeployment.Edge> read = new ArrayList<>();
        for (JobEdge edge : plan.graph().inputsOf(plan.vertex().id())) {
            List<TaskDeployment.Peer> writers = new ArrayList<>();
            for (int i = 0; i < program.channels(); i++) {
                writers.add(new TaskDeployment.Peer(attempt(edge.source(), i), WORKER));
            }
            read.add(new TaskDeployment.Edge(edge.id(), edge.input(), writers));
        }
        List<TaskDeployment.Edge> written = new ArrayList<>();
        for (JobEdge edge : plan.graph().outputsOf(plan.vertex().id())) {
            written.add(
                    new TaskDeployment.Edge(
                            edge.id(),
                            edge.input(),
                            List.of(new TaskDeployment.Peer(attempt(edge.target(), 0), WORKER))));
        }
        Map<String, String> configuration = new HashMap<>(plan.graph().configuration());
        // checkpoints are taken, by hand and each for itself; no barrier overtakes
        configuration.putIfAbsent("execution.checkpointing.interval", "1 h");
        configuration.put("execution.checkpointing.incremental", "false");
        configuration.put("execution.checkpointing.unaligned.enabled", "false");
        return new TaskDeployment(
                attempt,
                new Generation(EPOCH, 1),
                0,
                plan.graph().jobName(),
                plan.vertex().name(),
                plan.vertex().parallelism(),
                plan.vertex().maxParallelism(),
                plan.vertex().chain(),
                read,
                written,
                List.of(),
                "run",
                configuration,
                RestoredState.NONE);
    }

    // ------------------------------------------------------------------ what comes in

    /** Puts a record without a timestamp into the first channel of an input. */
    public void record(int input, Object value) {
        channel(input, 0).record(value);
    }

    /** Puts a record into the first channel of an input. */
    public void record(int input, Object value, long timestampMillis) {
        channel(input, 0).record(value, timestampMillis);
    }

    /** Puts a watermark into all channels of an input. */
    public void watermark(int input, long timestampMillis) {
        inputs.get(input).forEach(channel -> channel.watermark(timestampMillis));
    }

    /**
     * A channel of an input.
     *
     * @param input from 0
     * @param number from 0, below {@link TaskProgram#withChannels}
     */
    public Channel channel(int input, int number) {
        return inputs.get(input).get(number);
    }

    private List<Channel> allChannels() {
        return inputs.stream().flatMap(List::stream).toList();
    }

    /** Ends all inputs: what is left is emitted. The task stays until a checkpoint is complete. */
    public void endInput() {
        allChannels().forEach(Channel::endOfData);
    }

    /** Lets the clock go on; timers fire at their times on the way. */
    public void clock(long wallMillis) {
        while (!alarms.isEmpty() && alarms.firstKey() <= wallMillis) {
            Map.Entry<Long, List<ManualAlarm>> due = alarms.pollFirstEntry();
            nowMillis = Math.max(nowMillis, due.getKey());
            due.getValue().forEach(ManualAlarm::ring);
            run();
        }
        nowMillis = Math.max(nowMillis, wallMillis);
        run();
    }

    /** In milliseconds since 1970; 0 at the start. */
    public long clock() {
        return nowMillis;
    }

    /** One channel, as the subtask at its other end writes to it. */
    public final class Channel {
        private final List<JobEdge> edges;
        private final List<OutputChannel> writers = new ArrayList<>();

        private Channel(List<JobEdge> edges, int number) {
            this.edges = edges;
            for (JobEdge edge : edges) {
                writers.add(
                        channels.openOutput(
                                new ChannelId(attempt(edge.source(), number), edge.id(), attempt),
                                WORKER,
                                null,
                                () -> {}));
            }
        }

        /** A record without a timestamp. */
        public void record(Object value) {
            record(value, RecordBatch.NO_TIMESTAMP);
        }

        /**
         * @throws IllegalArgumentException if its key belongs to another subtask
         */
        public void record(Object value, long timestampMillis) {
            checkAlive();
            for (int i = 0; i < edges.size(); i++) {
                checkOwner(edges.get(i), value);
                writers.get(i).write(copy(edges.get(i), value), timestampMillis, 0);
                writers.get(i).flush();
            }
            run();
        }

        public void watermark(long timestampMillis) {
            event(new StreamEvent.Watermark(timestampMillis));
        }

        public void status(WatermarkStatus status) {
            event(
                    status == WatermarkStatus.IDLE
                            ? StreamEvent.Status.IDLE
                            : StreamEvent.Status.ACTIVE);
        }

        /** The barrier of a checkpoint; {@link #snapshot(long)} puts it into all channels. */
        public void barrier(long checkpointId) {
            event(new StreamEvent.Barrier(checkpointId, EPOCH, nowMillis));
        }

        /** No record follows; barriers may. */
        public void endOfData() {
            event(StreamEvent.EndOfData.INSTANCE);
        }

        private void event(StreamEvent event) {
            checkAlive();
            writers.forEach(writer -> writer.writeEvent(event));
            run();
        }

        private void end() {
            writers.forEach(writer -> writer.writeEvent(StreamEvent.EndOfData.INSTANCE));
            writers.forEach(writer -> writer.writeEvent(StreamEvent.EndOfChannel.INSTANCE));
        }
    }

    /** Whoever writes to an edge copies what the reader may change; the test keeps its record. */
    @SuppressWarnings("unchecked") // values of the type are all the serializer ever sees
    private Object copy(JobEdge edge, Object value) {
        TypeSerializer<Object> serializer =
                (TypeSerializer<Object>)
                        Serializers.compile(
                                plan.chain().head().inputTypes().get(edge.input()), plan.classes());
        return serializer.isImmutable() ? value : serializer.copy(value);
    }

    /** Tells which subtask a record belongs to. */
    private interface Owner {
        int of(Object value) throws Exception;
    }

    /**
     * Whether a record of an input comes to this subtask: its key is one of those that this subtask
     * has, or the input has no keys.
     */
    public boolean owns(int input, Object value) {
        return plan.inputs().get(input).stream().allMatch(edge -> ownerOf(edge, value) == subtask);
    }

    private void checkOwner(JobEdge edge, Object value) {
        int owner = ownerOf(edge, value);
        if (owner != subtask) {
            throw new IllegalArgumentException(
                    "The key of record '"
                            + value
                            + "' belongs to subtask "
                            + owner
                            + " of "
                            + plan.vertex().parallelism()
                            + ", this one is subtask "
                            + subtask);
        }
    }

    private int ownerOf(JobEdge edge, Object value) {
        if (!(plan.chain().input(edge.id()).partitioning()
                instanceof Partitioning.Hash<?, ?> hash)) {
            return subtask;
        }
        try {
            return owners.computeIfAbsent(edge.id(), id -> owner(hash)).of(value);
        } catch (Exception e) {
            throw new IllegalArgumentException("Record '" + value + "' gives no key", e);
        }
    }

    private <T, K> Owner owner(Partitioning.Hash<T, K> hash) {
        KeyHasher<K> hasher = KeyHashers.forType(hash.keyType(), plan.classes());
        int groups = plan.vertex().maxParallelism();
        return value -> {
            @SuppressWarnings("unchecked") // the program was built for records of T
            K key = hash.key().getKey((T) value);
            return KeyGroups.subtask(
                    KeyGroups.of(hasher.hash(key), groups), groups, plan.vertex().parallelism());
        };
    }

    // ------------------------------------------------------------------ what goes out

    /**
     * What has come out since the last call, in order: {@link StreamRecord}, {@link Watermark},
     * {@link WatermarkStatus}.
     *
     * @param name of {@link TaskProgram.Outputs#collect}
     */
    public List<Object> take(String name) {
        Output output = outputs.get(name);
        if (output == null) {
            throw new IllegalArgumentException(
                    "The program collects no '" + name + "', only " + outputs.keySet());
        }
        List<Object> taken = List.copyOf(output.elements);
        output.elements.clear();
        return taken;
    }

    /** Names of what the program collects. */
    public Set<String> outputs() {
        return Set.copyOf(outputs.keySet());
    }

    private final class Output {
        private final InputChannel channel;
        private final List<Object> elements = new ArrayList<>();

        Output(JobEdge edge) {
            channel =
                    channels.openInput(
                            new ChannelId(attempt, edge.id(), attempt(edge.target(), 0)),
                            WORKER,
                            null,
                            () -> {});
        }

        /** Takes what the task has written so far. */
        private void read() {
            try {
                for (Object next = channel.poll(); next != null; next = channel.poll()) {
                    add(next);
                }
            } catch (ExchangeException e) {
                if (end instanceof SubtaskEnd.Finished) {
                    throw new IllegalStateException("The task has finished without an end", e);
                }
            }
        }

        private void add(Object element) {
            if (element instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    elements.add(
                            new StreamRecord<>(
                                    batch.values[i],
                                    batch.timestamps[i] == RecordBatch.NO_TIMESTAMP
                                            ? null
                                            : batch.timestamps[i]));
                }
            } else if (element instanceof StreamEvent.Watermark watermark) {
                elements.add(new Watermark(watermark.timestampMillis()));
            } else if (element instanceof StreamEvent.Status status) {
                elements.add(
                        status == StreamEvent.Status.IDLE
                                ? WatermarkStatus.IDLE
                                : WatermarkStatus.ACTIVE);
            }
        }
    }

    // ------------------------------------------------------------------ checkpoints

    /** Puts a barrier into all channels, and gives what the task has saved at it. */
    public TaskSnapshot snapshot(long checkpointId) {
        allChannels().forEach(channel -> channel.barrier(checkpointId));
        TaskSnapshot taken = taken(checkpointId);
        if (taken == null) {
            throw new IllegalStateException("The task has taken no snapshot " + checkpointId);
        }
        return taken;
    }

    /** What the task has saved at a barrier; null if that has not come on all channels. */
    public TaskSnapshot taken(long checkpointId) {
        return snapshots.get(checkpointId);
    }

    /** Tells the task that a checkpoint, and with it every earlier one, is complete. */
    public void complete(long checkpointId) {
        checkAlive();
        running.checkpointComplete(checkpointId);
        run();
    }

    /** Tells the task that a checkpoint is given up. */
    public void abort(long checkpointId) {
        checkAlive();
        running.checkpointAborted(checkpointId);
        run();
    }

    /** Whether it has ended by itself, after the end of its input. */
    public boolean hasFinished() {
        return end instanceof SubtaskEnd.Finished;
    }

    /**
     * State that the task's function has for a key: asks for it by the descriptor that the function
     * uses. Not for states of windows.
     */
    public KeyedStateStore state(Object key) {
        if (stores.isEmpty()) {
            throw new IllegalStateException("'" + plan.vertex().name() + "' has no state of keys");
        }
        stores.get(0).setCurrentKey(key);
        return FunctionStates.of(stores.get(0));
    }

    // ------------------------------------------------------------------ the task

    private io.millrace.runtime.state.KeyedStateStore store(
            SubtaskContext context, String operatorName, TypeInformation<?> keyType) {
        io.millrace.runtime.state.KeyedStateStore store =
                new ManagedStores(memory, () -> nowMillis).open(context, operatorName, keyType);
        stores.add(store);
        return store;
    }

    private static final class ManualAlarm {
        private Runnable ring;

        ManualAlarm(Runnable ring) {
            this.ring = ring;
        }

        void ring() {
            if (ring != null) {
                ring.run();
            }
        }
    }

    private Alarms.Alarm alarm(long wallMillis, Runnable ring) {
        ManualAlarm alarm = new ManualAlarm(ring);
        alarms.computeIfAbsent(Math.max(wallMillis, nowMillis), at -> new ArrayList<>()).add(alarm);
        return () -> alarm.ring = null;
    }

    private void checkAlive() {
        if (closed) {
            throw new IllegalStateException("The task was closed");
        }
        if (end instanceof SubtaskEnd.Failed failed) {
            throw new TaskFailedException(failed.failure());
        }
    }

    /** Lets the task do all that it can do now. */
    private void run() {
        do {
            for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
                step.run();
            }
            ringDue();
            outputs.values().forEach(Output::read);
        } while (!steps.isEmpty());
        if (end instanceof SubtaskEnd.Failed failed) {
            throw new TaskFailedException(failed.failure());
        }
        if (snapshotFailure != null) {
            Failure failure = snapshotFailure;
            snapshotFailure = null;
            throw new TaskFailedException(failure);
        }
    }

    /** What was set for a time that has passed rings at once. */
    private void ringDue() {
        while (!alarms.isEmpty() && alarms.firstKey() <= nowMillis) {
            alarms.pollFirstEntry().getValue().forEach(ManualAlarm::ring);
        }
    }

    private final class Hears implements Subtasks.Listener {
        @Override
        public void running(TaskDeployment deployment) {}

        @Override
        public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
            snapshots.put(checkpointId, TaskSnapshot.write(checkpointId, plan.vertex(), snapshot));
        }

        @Override
        public void snapshotFailed(TaskDeployment deployment, long checkpointId, Failure failure) {
            snapshotFailure = failure;
        }

        @Override
        public void inputEnded(TaskDeployment deployment) {}

        @Override
        public void ended(TaskDeployment deployment, SubtaskEnd how) {
            end = how;
        }
    }

    /** Ends the task as a cancelled one: its functions are closed. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (end == null) {
            running.cancel();
            for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
                step.run();
            }
        }
        release();
    }

    /** Ends the task as the death of its process does: nobody closes anything. */
    public void kill() {
        if (closed) {
            return;
        }
        if (end == null) {
            subtasks.crash();
            stores.forEach(io.millrace.runtime.state.KeyedStateStore::close);
        }
        release();
    }

    private void release() {
        closed = true;
        memory.close(); // fails if a store has kept something
    }
}
