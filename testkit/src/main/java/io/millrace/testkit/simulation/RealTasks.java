package io.millrace.testkit.simulation;

import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.source.SequenceSplit;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.stream.DataStream;
import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SavepointPath;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.file.TextOutputFiles;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.master.JobFiles;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.network.DataNetworkSettings;
import io.millrace.runtime.network.InMemoryNetwork;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.operator.Alarms;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.operator.SubtaskContext;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.task.SteppedSubtasks;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.Subtasks.RunningSubtask;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.ManagedStores;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * All that records pass through, as it is in a real worker: the engine's subtasks running a program
 * of the API, its channels over a simulated data network, its text sink and its commit on files in
 * memory. Takes the place of {@link SimulatedTask} and {@link SimulatedFiles}.
 *
 * <p>Threads: one.
 */
final class RealTasks implements AutoCloseable {
    private static final String OUTPUT = "/out";
    private static final String ALL_PARTS = "all parts";

    /** Few and small, so that writers wait for room. */
    private static final int SEGMENTS = 128;

    private static final int SEGMENT_BYTES = 256;
    private static final int WINDOW_FRAMES = 4;
    private static final int LOCAL_BOUND_CHUNKS = 2;
    private static final long LOCAL_GATE_BYTES = 64 << 10;
    private static final long MANAGED_BYTES = 64 << 20;
    private static final int MOST_FRAMES_AT_ONCE = 8;
    private static final int MOST_SPLITS = 20;

    /** Numbers by which a reader may be ahead: less than most splits have. */
    private static final int DRIFT = 300;

    /** Numbers from watermark to watermark: each of them costs every reader a step. */
    private static final int WATERMARK_EVERY = 100;

    private static final Duration UPDATES = Duration.ofMillis(500);
    private static final int CONNECT_MILLIS = 20_000;
    private static final int OPEN_MILLIS = 30_000;
    private static final int LINGER_MILLIS = 40_000;

    private final Simulation simulation;
    private final Faults faults;
    private final Invariants invariants;
    private final String authority;
    private final SimulatedFileSystem fileSystem;
    private final JobFiles files;
    private final CommittedNumbers committed;
    private final InMemoryNetwork network = new InMemoryNetwork(WINDOW_FRAMES);
    private final Map<String, Plane> planes = new LinkedHashMap<>();
    private final int parallelism;
    private final int records;
    private final int keys;
    private final Program program;
    private final int checkpointMillis;

    /** After which barriers overtake records: at once, soon, or hardly ever. */
    private final int alignedMillis;

    /** Whether the source has splits that a coordinator deals out. */
    private final boolean split;

    /** Whether readers of all sources wait for each other. */
    private final boolean waiting;

    /**
     * Parts of the job with which no edge connects the others, each with a source of its own that
     * emits its share of the numbers, and with keys of its own.
     */
    private final int pipelines;

    /** Whether numbers are committed by a sink function, and not by a sink with a committer. */
    private final boolean commitsByFunction;

    /** What each subtask of a sink has told when it finished, and in which generation. */
    private final Map<String, Told> told = new LinkedHashMap<>();

    private record Told(Generation generation, Map<Long, Long> sums) {}

    /** The longest that a subtask waits between two steps: slow jobs see many faults. */
    private final Duration slowestStep;

    private boolean pumpSoon;
    private long pumpTimerMillis = Long.MAX_VALUE;
    private long seenChanges = -1;
    private Map<String, List<String>> visible;

    /** What one worker's records pass through. */
    private final class Plane {
        private final SimulatedWorker worker;
        private final NetworkBufferPool pool = new NetworkBufferPool(SEGMENTS, SEGMENT_BYTES);
        private final WorkerChannels channels;
        private final SteppedSubtasks subtasks;
        private final Map<AttemptId, TaskDeployment> live = new LinkedHashMap<>();

        /** For all stores of keyed state, closed or not. */
        private final ManagedMemory memory = new ManagedMemory(MANAGED_BYTES);

        private final List<KeyedStateStore> stores = new ArrayList<>();

        /** It left in order: what it held must have come back. */
        private boolean left;

        Plane(SimulatedWorker worker) {
            this.worker = worker;
            Channels remote =
                    network.join(
                            DataNetworkSettings.defaults(
                                            worker.id(),
                                            worker.id(),
                                            "app",
                                            Secret.ofBytes(new byte[Secret.BYTES]))
                                    .withTimeouts(
                                            CONNECT_MILLIS * faults.patience(),
                                            OPEN_MILLIS * faults.patience(),
                                            LINGER_MILLIS * faults.patience()),
                            pool);
            this.channels =
                    new WorkerChannels(
                            worker.id(),
                            faults.breaker() == Faults.Breaker.LOST_RECORD
                                    ? new LosesRecords(remote)
                                    : remote,
                            LOCAL_BOUND_CHUNKS,
                            LOCAL_GATE_BYTES);
            JobClasses classes = new JobClasses(RealTasks.class.getClassLoader());
            this.subtasks =
                    new SteppedSubtasks(
                            channels,
                            job -> classes,
                            new OperatorPorts(
                                    () -> simulation.nowNanos() / 1_000_000,
                                    this::alarm,
                                    this::open),
                            this::later);
        }

        private KeyedStateStore open(
                SubtaskContext subtask, String operatorName, TypeInformation<?> keyType) {
            KeyedStateStore store =
                    new ManagedStores(memory, () -> simulation.nowNanos() / 1_000_000)
                            .open(subtask, operatorName, keyType);
            stores.add(store);
            return store;
        }

        /** Nothing of the process is left, its memory least of all. */
        private void die() {
            subtasks.crash();
            stores.forEach(KeyedStateStore::close);
        }

        private Alarms.Alarm alarm(long wallMillis, Runnable ring) {
            boolean[] canceled = new boolean[1];
            simulation.at(
                    Math.min(wallMillis, Long.MAX_VALUE / 1_000_000) * 1_000_000
                            - simulation.nowNanos(),
                    () -> {
                        if (!canceled[0]) {
                            goOn(ring);
                        }
                    });
            return () -> canceled[0] = true;
        }

        private void later(Runnable step) {
            simulation.between(Duration.ofNanos(50_000), slowestStep, () -> goOn(step));
        }

        private void goOn(Runnable step) {
            if (!worker.alive()) {
                return;
            }
            if (worker.process().paused()) {
                simulation.after(Duration.ofMillis(100), () -> goOn(step));
                return;
            }
            step.run();
            pumpSoon();
        }
    }

    /** What the job is. */
    enum Program {
        /** Writes a line for each key at the end, into files that are committed. */
        FILES,
        /** Takes checkpoints, and tells its sums when it finishes. */
        CHECKPOINTED
    }

    RealTasks(
            Simulation simulation,
            Faults faults,
            Invariants invariants,
            Program program,
            long seed) {
        this.program = program;
        this.simulation = simulation;
        this.faults = faults;
        this.invariants = invariants;
        this.authority = "seed-" + seed;
        this.fileSystem = new SimulatedFileSystem(this::trouble);
        SimulatedFileSystemProvider.put(authority, fileSystem);
        this.files = new TextOutputFiles(this::callFiles);
        this.split = program == Program.CHECKPOINTED && seed % 2 == 1;
        this.waiting = split && (seed % 4 == 1 || seed % 8 == 3);
        this.pipelines = split && seed % 4 == 3 ? 2 : 1;
        this.commitsByFunction = seed % 3 == 2;
        this.committed = new CommittedNumbers(new Random(seed), () -> faults.taskFailure() / 2);
        CommittedNumbers.put(authority, committed);
        this.parallelism = 2 + simulation.random().nextInt(2);
        this.records =
                (program == Program.CHECKPOINTED ? 18_000 : 500)
                        + simulation.random().nextInt(6000);
        this.keys = 1 + simulation.random().nextInt(200);
        double slow = simulation.random().nextDouble();
        this.checkpointMillis = 100 + simulation.random().nextInt(2000);
        this.alignedMillis =
                switch (simulation.random().nextInt(4)) {
                    case 0 -> 0;
                    case 1, 2 -> simulation.random().nextInt(4000);
                    default -> 60_000;
                };
        // long enough for checkpoints, whose calls of the record take seconds
        this.slowestStep =
                Duration.ofNanos(
                        (program == Program.CHECKPOINTED ? 1_000_000_000 : 1_000_000)
                                + (long) (slow * slow * 1_500_000_000L));
    }

    @Override
    public void close() {
        SimulatedFileSystemProvider.remove(authority);
        TellingSink.CLOSED.remove(authority);
        CommittedNumbers.remove(authority);
    }

    // ------------------------------------------------------------------ the job

    /** A number and the key that it counts for. */
    private static final class KeyOf implements MapFunction<Long, Tuple2<Long, Long>> {
        private static final long serialVersionUID = 1;
        private final long keys;
        private final long first;

        /**
         * @param first key that numbers count for
         */
        KeyOf(long keys, long first) {
            this.keys = keys;
            this.first = first;
        }

        @Override
        public Tuple2<Long, Long> map(Long number) {
            return Tuple2.of(first + number % keys, number);
        }
    }

    /**
     * Keeps the last sum of each key in state of its own. What it had when it was closed can be
     * asked for right afterwards, as all is on one thread.
     */
    private static final class TellingSink extends RichSinkFunction<Tuple2<Long, Long>>
            implements CheckpointedFunction {
        private static final long serialVersionUID = 1;

        /** By the name of the simulation. */
        static final Map<String, Map<Long, Long>> CLOSED = new ConcurrentHashMap<>();

        private final String simulation;
        private transient Map<Long, Long> sums;
        private transient ListState<Tuple2<Long, Long>> saved;

        TellingSink(String simulation) {
            this.simulation = simulation;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            sums = new TreeMap<>();
            saved =
                    context.getOperatorStateStore()
                            .getListState(
                                    new ListStateDescriptor<>(
                                            "sums", Types.TUPLE(Types.LONG, Types.LONG)));
            for (Tuple2<Long, Long> sum : saved.get()) {
                sums.put(sum.f0, sum.f1);
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            List<Tuple2<Long, Long>> pairs = new ArrayList<>();
            sums.forEach((key, sum) -> pairs.add(Tuple2.of(key, sum)));
            saved.update(pairs);
        }

        @Override
        public void invoke(Tuple2<Long, Long> sum, Context context) {
            sums.put(sum.f0, sum.f1);
        }

        @Override
        public void close() {
            CLOSED.put(simulation, sums);
        }
    }

    /** Sums numbers by key, and writes or tells the sum of each key. */
    JobGraph graph(String jobId, Map<String, String> restarts) {
        JobGraph planned;
        try {
            planned = CapturedProgram.graph(parallelism, "simulated", jobId, this::build);
        } catch (Exception e) {
            throw new IllegalStateException("The program cannot be planned", e);
        }
        Map<String, String> configuration = new LinkedHashMap<>(planned.configuration());
        configuration.putAll(restarts);
        if (program == Program.CHECKPOINTED) {
            configuration.put("execution.checkpointing.interval", checkpointMillis + " ms");
            configuration.put("execution.checkpointing.timeout", "30 s");
            configuration.put(
                    "execution.checkpointing.aligned-checkpoint-timeout", alignedMillis + " ms");
            configuration.put("execution.checkpointing.dir", folder("/checkpoints"));
        }
        return new JobGraph(
                jobId, planned.jobName(), planned.vertices(), planned.edges(), configuration);
    }

    private void build(StreamExecutionEnvironment env) {
        if (program == Program.FILES) {
            env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        }
        for (int pipeline = 0; pipeline < pipelines; pipeline++) {
            build(env, pipeline);
        }
    }

    private void build(StreamExecutionEnvironment env, int pipeline) {
        DataStream<Tuple2<Long, Long>> numbers =
                numbers(env, pipeline).rebalance().map(new KeyOf(keys, (long) pipeline * keys));
        DataStream<Tuple2<Long, Long>> sums = numbers.keyBy(0).sum(1);
        if (program == Program.FILES) {
            sums.writeAsText(folder(OUTPUT));
        } else {
            sums.addSink(new TellingSink(authority));
            String uid = "committed-" + pipeline;
            if (commitsByFunction) {
                numbers.addSink(new NumberFunction(authority)).uid(uid);
            } else {
                numbers.sinkTo(new CommittedNumbers.NumberSink(authority)).uid(uid);
            }
        }
    }

    private DataStream<Long> numbers(StreamExecutionEnvironment env, int pipeline) {
        return split
                ? env.fromSource(
                        ranges(pipeline), watermarks(firstOf(pipeline)), "ranges", Types.LONG)
                : env.fromSequence(1, records);
    }

    private WatermarkStrategy<Long> watermarks(long first) {
        return waiting
                ? WatermarkStrategy.<Long>forGenerator(context -> new SomeNumbers())
                        .withTimestampAssigner((number, former) -> number - first)
                        .withWatermarkAlignment("all", Duration.ofMillis(DRIFT), UPDATES)
                : WatermarkStrategy.noWatermarks();
    }

    private static final class SomeNumbers implements WatermarkGenerator<Long> {
        @Override
        public void onEvent(Long number, long timestamp, WatermarkOutput output) {
            if (timestamp % WATERMARK_EVERY == 0) {
                output.emitWatermark(new Watermark(timestamp));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }

    /** The first number of a pipeline; what lies before that of the next one is its own. */
    private long firstOf(int pipeline) {
        return 1 + (long) records * pipeline / pipelines;
    }

    private long keyOf(long number) {
        int pipeline = 0;
        while (pipeline + 1 < pipelines && number >= firstOf(pipeline + 1)) {
            pipeline++;
        }
        return (long) pipeline * keys + number % keys;
    }

    private String folder(String path) {
        return SimulatedFileSystemProvider.SCHEME + "://" + authority + path;
    }

    /** What the program must write, by a loop; nothing if it writes no files. */
    Map<String, List<String>> expectedOutput() {
        if (program == Program.CHECKPOINTED) {
            return Map.of();
        }
        List<String> lines = new ArrayList<>();
        expectedSums().forEach((key, sum) -> lines.add("(" + key + "," + sum + ")"));
        lines.sort(null);
        return Map.of(ALL_PARTS, lines);
    }

    private Map<Long, Long> expectedSums() {
        Map<Long, Long> sums = new TreeMap<>();
        for (long number = 1; number <= records; number++) {
            sums.merge(keyOf(number), number, Long::sum);
        }
        return sums;
    }

    /** What numbers come to that do not lie in some ranges. */
    private Map<Long, Long> expectedSums(List<Left> without) {
        Map<Long, Long> sums = new TreeMap<>();
        for (long number = 1; number <= records; number++) {
            long emitted = number;
            if (without.stream().noneMatch(r -> r.first() <= emitted && emitted <= r.last())) {
                sums.merge(keyOf(number), number, Long::sum);
            }
        }
        return sums;
    }

    // ------------------------------------------------------------------ savepoints

    /** Where they go. */
    String savepoints() {
        return folder("/savepoints");
    }

    /**
     * What a savepoint holds.
     *
     * @param left ranges of numbers that the source has still to emit: in its subtasks, its
     *     coordinator, and among what came back from subtasks that are gone
     * @param sums of the sink
     * @param whole whether no subtask had finished, so that all sums are in it
     */
    private record Saved(List<Left> left, Map<Long, Long> sums, boolean whole) {}

    /** A range of numbers that somebody has still to emit. */
    private record Left(long first, long last, String holder) {}

    /** Somebody was told that it is complete. */
    void checkSavepoint(String path) {
        Saved saved = read(path);
        checkDisjoint(path, saved.left());
        Map<Long, Long> expected = expectedSums(saved.left());
        invariants.check(
                !saved.whole() || saved.sums().equals(expected),
                "savepoint-is-exact",
                path + " has " + saved.sums(),
                "expected " + expected);
    }

    /** Nothing is left in two places, and would be read twice. */
    private void checkDisjoint(String path, List<Left> left) {
        List<Left> inOrder =
                left.stream()
                        .filter(range -> range.first() <= range.last())
                        .sorted(Comparator.comparingLong(Left::first))
                        .toList();
        for (int i = 1; i < inOrder.size(); i++) {
            invariants.check(
                    inOrder.get(i - 1).last() < inOrder.get(i).first(),
                    "savepoint-is-exact",
                    path + " has more than once what is left",
                    inOrder.get(i - 1),
                    inOrder.get(i));
        }
    }

    private Saved read(String path) {
        while (true) {
            try {
                return tryRead(path);
            } catch (DamagedCheckpointException e) {
                invariants.check(false, "savepoint-is-exact", e.getMessage());
            } catch (IOException e) {
                simulation.tell("reader", "reads again: " + e.getMessage());
            }
        }
    }

    private Saved tryRead(String path) throws IOException {
        StoredCheckpoint found = SavepointPath.findWhole(path);
        TypeSerializer<Tuple2<Long, Long>> pairs =
                Serializers.compile(
                        Types.TUPLE(Types.LONG, Types.LONG),
                        new JobClasses(RealTasks.class.getClassLoader()));
        List<Left> left = new ArrayList<>();
        addSplitsOfCoordinator(path, found.metadata(), left);
        Map<Long, Long> sums = new TreeMap<>();
        boolean whole = true;
        for (CheckpointMetadata.Vertex former : found.metadata().vertices()) {
            for (int s = 0; s < former.parallelism(); s++) {
                CheckpointMetadata.Subtask subtask = former.subtasks().get(s);
                whole &= !subtask.finished() || !subtask.operators().isEmpty();
                RestoredState state = found.assignment().of(vertex(former), s);
                try (StateReader reader = new StateReader(state)) {
                    for (RestoredState.Operator operator : state.operators()) {
                        for (RestoredState.Slice slice : operator.slices()) {
                            if (slice.part().name().equals("ranges")) {
                                for (byte[] range : reader.elements(slice)) {
                                    ByteBuffer bytes = ByteBuffer.wrap(range);
                                    left.add(new Left(bytes.getLong(), bytes.getLong(), "source"));
                                }
                            } else if (slice.part().name().equals("splits")) {
                                for (byte[] element : reader.elements(slice)) {
                                    ByteBuffer bytes = ByteBuffer.wrap(element);
                                    int version = bytes.getInt();
                                    byte[] range = new byte[bytes.remaining()];
                                    bytes.get(range);
                                    left.add(left(version, range, "reader " + s));
                                }
                            } else if (slice.part().name().equals("sums")) {
                                for (byte[] pair : reader.elements(slice)) {
                                    RecordInput in = new RecordInput();
                                    in.reset(pair, 0, pair.length);
                                    Tuple2<Long, Long> sum = pairs.deserialize(in);
                                    sums.put(sum.f0, sum.f1);
                                }
                            }
                        }
                    }
                }
            }
        }
        return new Saved(left, sums, whole);
    }

    private PulledRanges ranges(int pipeline) {
        return new PulledRanges(
                firstOf(pipeline), firstOf(pipeline + 1) - 1, MOST_SPLITS / pipelines);
    }

    private void addSplitsOfCoordinator(String path, CheckpointMetadata metadata, List<Left> left)
            throws IOException {
        invariants.check(
                metadata.coordinators().size() == (split ? pipelines : 0),
                "savepoint-is-exact",
                path + " has the states of coordinators: " + metadata.coordinators().size());
        for (CoordinatorState coordinator : metadata.coordinators()) {
            for (SequenceSplit range :
                    ranges(0)
                            .getEnumeratorCheckpointSerializer()
                            .deserialize(coordinator.version(), coordinator.enumerator())) {
                left.add(new Left(range.next(), range.last(), "enumerator"));
            }
            for (CoordinatorState.Splits returned : coordinator.returned()) {
                for (byte[] range : returned.splits()) {
                    left.add(left(returned.version(), range, "coordinator"));
                }
            }
        }
    }

    /** A split, which may be at its end. */
    private Left left(int version, byte[] split, String holder) throws IOException {
        SequenceSplit range = ranges(0).getSplitSerializer().deserialize(version, split);
        return new Left(range.next(), range.last(), holder);
    }

    private static JobVertex vertex(CheckpointMetadata.Vertex former) {
        return new JobVertex(
                former.vertex(),
                former.name(),
                former.parallelism(),
                former.maxParallelism(),
                "default",
                new byte[0],
                List.of(),
                List.of(),
                former.operators().stream()
                        .map(o -> new JobVertex.Operator(o.uid(), o.name(), "", false))
                        .toList());
    }

    // ------------------------------------------------------------------ files

    JobFiles files() {
        return files;
    }

    /** Lines of all parts, sorted; or null while the output does not claim to be complete. */
    Map<String, List<String>> visible() {
        if (seenChanges != fileSystem.changes()) {
            seenChanges = fileSystem.changes();
            visible =
                    fileSystem.lines(OUTPUT + "/_SUCCESS") == null
                            ? null
                            : Map.of(ALL_PARTS, visibleLines());
        }
        return visible;
    }

    private List<String> visibleLines() {
        List<String> lines = new ArrayList<>();
        for (String part : visibleParts()) {
            lines.addAll(fileSystem.lines(OUTPUT + "/" + part));
        }
        lines.sort(null);
        return lines;
    }

    private List<String> visibleParts() {
        return fileSystem.names(OUTPUT).stream().filter(name -> !name.startsWith("_")).toList();
    }

    private void callFiles(Runnable call) {
        simulation.between(Duration.ofMillis(1), Duration.ofMillis(500), call);
    }

    private void trouble() throws IOException {
        if (simulation.chance(faults.fileFailure() / 20)) {
            throw new IOException("file system away");
        }
    }

    // ------------------------------------------------------------------ workers

    void workerStarts(SimulatedWorker worker) {
        planes.put(worker.id(), new Plane(worker));
    }

    /** As it would be if both ends of a channel saved what lies in it, or neither did. */
    private TaskDeployment faulty(TaskDeployment deployment) {
        List<RestoredState.InFlight> edges = deployment.restored().edges();
        if (faults.breaker() == Faults.Breaker.LOST_IN_FLIGHT) {
            edges = List.of();
        } else if (faults.breaker() == Faults.Breaker.DOUBLED_IN_FLIGHT) {
            edges = Stream.concat(edges.stream(), edges.stream()).toList();
        }
        return deployment.with(deployment.restored().with(edges));
    }

    RunningSubtask start(
            SimulatedWorker worker, TaskDeployment deployment, Subtasks.Listener listener) {
        Plane plane = planes.get(worker.id());
        plane.live.put(deployment.attempt(), deployment);
        RunningSubtask running =
                plane.subtasks.start(
                        faulty(deployment),
                        new Subtasks.Listener() {
                            @Override
                            public void running(TaskDeployment running) {
                                listener.running(running);
                            }

                            @Override
                            public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
                                listener.snapshotTaken(checkpointId, snapshot);
                            }

                            @Override
                            public void snapshotFailed(
                                    TaskDeployment failed, long checkpointId, Failure failure) {
                                listener.snapshotFailed(failed, checkpointId, failure);
                            }

                            @Override
                            public void operatorEvent(
                                    TaskDeployment telling, String uid, byte[] event) {
                                listener.operatorEvent(telling, uid, event);
                            }

                            @Override
                            public void inputEnded(TaskDeployment ended) {
                                listener.inputEnded(ended);
                            }

                            @Override
                            public void ended(TaskDeployment ended, SubtaskEnd end) {
                                plane.live.remove(ended.attempt());
                                if (end instanceof SubtaskEnd.Finished) {
                                    invariants.finished(ended);
                                    finished(ended);
                                } else if (end instanceof SubtaskEnd.Failed failed) {
                                    invariants.failureIs(failed.failure());
                                }
                                simulation.tell(
                                        worker.name(),
                                        ended.attempt()
                                                + " ends: "
                                                + end.getClass().getSimpleName());
                                listener.ended(ended, end);
                            }
                        });
        return new RunningSubtask() {
            @Override
            public TaskDeployment deployment() {
                return deployment;
            }

            @Override
            public void cancel() {
                running.cancel();
            }

            @Override
            public void triggerCheckpoint(StreamEvent.Barrier barrier) {
                invariants.checkpointTriggered(barrier);
                running.triggerCheckpoint(barrier);
            }

            @Override
            public void checkpointComplete(long checkpointId) {
                invariants.toldComplete(checkpointId);
                running.checkpointComplete(checkpointId);
            }

            @Override
            public void checkpointAborted(long checkpointId) {
                running.checkpointAborted(checkpointId);
            }

            @Override
            public void masterChanged(int epoch) {
                running.masterChanged(epoch);
            }

            @Override
            public void checkpointsAbortedBefore(int epoch) {
                running.checkpointsAbortedBefore(epoch);
            }

            @Override
            public void register(int link) {
                running.register(link);
            }

            @Override
            public void operatorEvent(String uid, byte[] event) {
                running.operatorEvent(uid, event);
            }

            @Override
            public SubtaskMetrics metrics() {
                return running.metrics();
            }
        };
    }

    /** A subtask that had finished in the checkpoint has told before, and is not closed again. */
    private void finished(TaskDeployment ended) {
        boolean sink = program == Program.CHECKPOINTED && ended.outputs().isEmpty();
        boolean notOpened = ended.restored().finished() && ended.restored().operators().isEmpty();
        if (!sink || notOpened) {
            return;
        }
        String subtask = ended.attempt().vertex() + "/" + ended.attempt().subtask();
        Told before = told.get(subtask);
        if (before == null || isAtLeast(ended.generation(), before.generation())) {
            told.put(subtask, new Told(ended.generation(), TellingSink.CLOSED.get(authority)));
        }
    }

    private static boolean isAtLeast(Generation one, Generation other) {
        return one.epoch() != other.epoch()
                ? one.epoch() > other.epoch()
                : one.counter() >= other.counter();
    }

    /** All attempts that run, wherever. */
    List<Invariants.Live> live() {
        List<Invariants.Live> live = new ArrayList<>();
        for (Plane plane : planes.values()) {
            for (TaskDeployment deployment : plane.live.values()) {
                live.add(new Invariants.Live(deployment, plane.worker));
            }
        }
        return live;
    }

    /** In order, so that what it still owes to the network is settled, unless tasks run on it. */
    void workerLeft(SimulatedWorker worker) {
        Plane plane = planes.get(worker.id());
        if (plane.live.isEmpty()) {
            plane.left = true;
        } else {
            workerDied(worker);
        }
    }

    void workerDied(SimulatedWorker worker) {
        Plane plane = planes.get(worker.id());
        plane.live.clear();
        plane.die();
        network.kill(worker.id());
        pumpSoon();
    }

    /** Breaks the data connections between two workers that chance chooses. */
    void breakDataConnection() {
        List<String> alive = new ArrayList<>();
        for (Plane plane : planes.values()) {
            if (plane.worker.alive()) {
                alive.add(plane.worker.id());
            }
        }
        if (alive.size() < 2) {
            return;
        }
        String one = alive.remove(simulation.random().nextInt(alive.size()));
        String other = alive.get(simulation.random().nextInt(alive.size()));
        simulation.tell(one, "loses its data connection to " + other);
        network.disconnect(one, other, "the network");
        pumpSoon();
    }

    /**
     * What must be so when all is over.
     *
     * @param finished whether the job has finished
     * @param generations of attempts that were started; where there was more than one, ends of
     *     local channels whose other end never came may be left
     */
    void checkEnd(boolean finished, int generations) {
        invariants.check(
                finished || visibleParts().isEmpty(), "end-matches-output", visibleParts());
        invariants.check(
                committed.violations().isEmpty(),
                "each-record-committed-once",
                committed.violations().toArray());
        if (finished && program == Program.CHECKPOINTED) {
            Map<Long, Long> sums = new TreeMap<>();
            told.values().forEach(of -> sums.putAll(of.sums()));
            invariants.check(
                    sums.equals(committed.sums(this::keyOf)),
                    "committed-as-counted",
                    "told " + sums,
                    "committed " + committed.sums(this::keyOf));
            boolean stopped = invariants.stop() != null;
            Map<Long, Long> expected =
                    expectedSums(stopped ? read(invariants.stop().path()).left() : List.of());
            invariants.check(
                    sums.equals(expected),
                    "each-record-counted-once",
                    "told " + sums,
                    "expected " + expected);
        }
        for (Plane plane : planes.values()) {
            if (!plane.left) {
                continue;
            }
            invariants.check(
                    generations > 1 || plane.channels.openChannels() == 0,
                    "channels-closed",
                    plane.worker.name() + " has " + plane.channels.openChannels());
            invariants.check(
                    plane.pool.localPools() == 0,
                    "buffers-given-back",
                    plane.worker.name() + " has " + plane.pool);
            plane.pool.close();
            invariants.check(
                    plane.memory.lentBytes() == 0,
                    "managed-memory-given-back",
                    plane.worker.name() + " has " + plane.memory.lentBytes() + " bytes");
            plane.memory.close();
        }
    }

    // ------------------------------------------------------------------ the data network

    private void pumpSoon() {
        if (!pumpSoon) {
            pumpSoon = true;
            simulation.between(
                    Duration.ofNanos(20_000),
                    Duration.ofMillis(2),
                    () -> {
                        pumpSoon = false;
                        pump();
                    });
        }
    }

    /** Lets the network do some of what it can do now. */
    private void pump() {
        network.advance(simulation.nowNanos() / 1_000_000 - network.nowMillis());
        boolean more = true;
        for (int i = simulation.random().nextInt(MOST_FRAMES_AT_ONCE); more && i >= 0; i--) {
            more = network.step(simulation.random());
        }
        if (more) {
            pumpSoon();
        }
        long next = network.nextTimerMillis();
        if (next >= 0 && next < pumpTimerMillis) {
            pumpTimerMillis = next;
            simulation.at(
                    next * 1_000_000 - simulation.nowNanos(),
                    () -> {
                        if (pumpTimerMillis == next) {
                            pumpTimerMillis = Long.MAX_VALUE;
                        }
                        pump();
                    });
        }
    }

    /** A network that silently loses a record now and then. */
    private final class LosesRecords implements Channels {
        private final Channels real;

        LosesRecords(Channels real) {
            this.real = real;
        }

        @Override
        public OutputChannel openOutput(
                ChannelId id,
                WorkerAddress reader,
                TypeSerializer<Object> serializer,
                Wakeup writer) {
            OutputChannel whole = real.openOutput(id, reader, serializer, writer);
            return (OutputChannel)
                    Proxy.newProxyInstance(
                            RealTasks.class.getClassLoader(),
                            new Class<?>[] {OutputChannel.class},
                            (proxy, method, arguments) -> {
                                if (method.getName().equals("write") && simulation.chance(0.002)) {
                                    return null;
                                }
                                try {
                                    return method.invoke(whole, arguments);
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });
        }

        @Override
        public InputChannel openInput(
                ChannelId id,
                WorkerAddress writer,
                TypeSerializer<Object> serializer,
                Wakeup reader) {
            return real.openInput(id, writer, serializer, reader);
        }

        @Override
        public void release(AttemptId attempt) {
            real.release(attempt);
        }
    }
}
