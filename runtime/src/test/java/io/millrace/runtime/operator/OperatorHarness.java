package io.millrace.runtime.operator;

import io.millrace.api.function.SinkFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.ChannelPart;
import io.millrace.runtime.checkpoint.PartWriter;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.ChainSpec;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.metrics.MetricValue;
import io.millrace.runtime.metrics.SubtaskValues;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.state.InMemoryKeyedStateStore;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.SnapshotInput;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.SnapshotOutput;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateBackends;
import io.millrace.runtime.state.StateSnapshot;
import io.millrace.runtime.state.TestedBackend;
import io.millrace.runtime.task.TaskDeployment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One chain of a program, driven by a test: records, watermarks and a clock by hand.
 *
 * <p>The program is planned as any other; the chain is the one that reads its inputs, so that the
 * operators under test are the ones that the planner has picked.
 *
 * <p>Job authors, and whoever wants a whole task with gate and snapshots, have the harnesses of the
 * test kit, which depends on this module. This one looks where those cannot: into stores on the
 * heap, at what the planner has picked, between two timers of one watermark.
 */
final class OperatorHarness implements AutoCloseable {
    private static final AtomicInteger HARNESSES = new AtomicInteger();
    private static final Map<String, List<String>> OUTPUTS = new ConcurrentHashMap<>();

    private final int id = HARNESSES.incrementAndGet();
    private final ManualTime time = new ManualTime();
    private final List<InMemoryKeyedStateStore> stores = new ArrayList<>();
    private final ManagedMemory memory = new ManagedMemory(256 << 20);
    private final StateBackends backends = new StateBackends();
    private Stores kind;
    private final List<KeyedStateStore> managed = new ArrayList<>();
    private JobGraph graph;
    private JobVertex vertex;
    private OperatorChain chain;
    private SubtaskValues values;
    private long checkpoints;

    /** Where the operators keep their state. */
    enum Stores {
        /** On the heap, where a test can look at it. */
        PLAIN,
        /** As in a worker. */
        MANAGED,
        /** The same, of the built-in backend whichever is tested. */
        BUILT_IN,
        /** As in a worker, without derived arrays and without a way to drop whole panes. */
        KEY_BY_KEY
    }

    /** What the program does with its inputs. */
    interface OneInput<T> {
        void build(DataStream<T> input, Sinks sinks);
    }

    /** What the program does with its inputs. */
    interface TwoInputs<A, B> {
        void build(DataStream<A> first, DataStream<B> second, Sinks sinks);
    }

    /** Where the program's records go. */
    interface Sinks {
        void collect(String name, DataStream<?> stream);
    }

    /**
     * Tells all by their text, behind {@code @} the timestamp and the watermark where asked for.
     */
    private static final class Collecting<T> implements SinkFunction<T> {
        private static final long serialVersionUID = 1;
        private final String list;

        Collecting(String list) {
            this.list = list;
        }

        @Override
        public void invoke(T value, Context context) {
            OUTPUTS.get(list).add(value + " @" + context.timestamp());
        }
    }

    private static final class ManualTime implements ProcessingTime {
        private long nowMillis;
        private long wakeAtMillis = Long.MAX_VALUE;

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public void wakeAt(long millis) {
            wakeAtMillis = Math.min(wakeAtMillis, millis);
        }
    }

    static <T> OperatorHarness of(TypeInformation<T> type, OneInput<T> program) throws Exception {
        return of(Stores.PLAIN, type, program);
    }

    static <T> OperatorHarness of(Stores kind, TypeInformation<T> type, OneInput<T> program)
            throws Exception {
        return new OperatorHarness(kind, type, null, (a, b, sinks) -> program.build(a, sinks));
    }

    static <A, B> OperatorHarness of(
            TypeInformation<A> first, TypeInformation<B> second, TwoInputs<A, B> program)
            throws Exception {
        return new OperatorHarness(Stores.MANAGED, first, second, program);
    }

    private <A, B> OperatorHarness(
            Stores kind,
            TypeInformation<A> first,
            TypeInformation<B> second,
            TwoInputs<A, B> program)
            throws Exception {
        this.kind = kind;
        plan(first, second, program);
        chain = build();
        chain.restore(RestoredState.NONE, null);
        chain.open();
    }

    private <A, B> void plan(
            TypeInformation<A> first, TypeInformation<B> second, TwoInputs<A, B> program)
            throws Exception {
        this.graph =
                CapturedProgram.graph(
                        1,
                        env -> {
                            DataStream<A> a = env.fromCollection(List.<A>of(), first).rebalance();
                            DataStream<B> b =
                                    second == null
                                            ? null
                                            : env.fromCollection(List.<B>of(), second).rebalance();
                            program.build(a, b, this::sink);
                        });
        List<JobVertex> readers =
                graph.vertices().stream().filter(v -> !graph.inputsOf(v.id()).isEmpty()).toList();
        if (readers.size() != 1) {
            throw new IllegalArgumentException("The program has " + readers.size() + " chains");
        }
        this.vertex = readers.get(0);
    }

    private <T> void sink(String name, DataStream<T> stream) {
        OUTPUTS.put(list(name), new ArrayList<>());
        stream.addSink(new Collecting<T>(list(name)));
    }

    private String list(String name) {
        return id + "/" + name;
    }

    /**
     * Saves the state of keys between two records, with what event time has reached for them, and
     * goes on with operators that were made anew and have restored it; with managed stores only.
     */
    void restart() throws Exception {
        restart(kind);
    }

    /** The same, in stores of another kind. */
    void restart(Stores other) throws Exception {
        kind = other;
        restart(true);
    }

    /** The same without what event time had reached, as older programs have saved it. */
    void restartWithoutWatermarks() throws Exception {
        restart(false);
    }

    /** The same as another program. */
    <T> void restart(TypeInformation<T> type, OneInput<T> program) throws Exception {
        plan(type, null, (a, b, sinks) -> program.build(a, sinks));
        restart(true);
    }

    private void restart(boolean withWatermarks) throws Exception {
        List<RestoredState.Operator> watermarks = watermarks();
        List<Saved> saved = new ArrayList<>();
        for (KeyedStateStore store : managed) {
            Saved bytes = new Saved();
            try (StateSnapshot snapshot = store.snapshot(++checkpoints, SnapshotKind.FULL)) {
                snapshot.write(bytes);
            }
            saved.add(bytes);
        }
        chain.close();
        managed.clear();
        chain = build();
        for (int i = 0; i < saved.size(); i++) {
            managed.get(i).restore(saved.get(i));
        }
        chain.restore(
                withWatermarks
                        ? new RestoredState(checkpoints, "", false, watermarks)
                        : RestoredState.NONE,
                null);
        chain.open();
    }

    /** Those of all operators, as a checkpoint has them. */
    private List<RestoredState.Operator> watermarks() throws Exception {
        List<RestoredState.Operator> operators = new ArrayList<>();
        StreamEvent.Barrier barrier = new StreamEvent.Barrier(++checkpoints, 1, time.nowMillis);
        for (SubtaskSnapshot.Operator operator : chain.snapshot(barrier)) {
            List<RestoredState.Slice> slices = new ArrayList<>();
            for (SnapshotPart part : operator.parts()) {
                part.write(new WatermarksOnly(slices));
                part.release();
            }
            operators.add(new RestoredState.Operator(operator.uid(), slices));
        }
        return operators;
    }

    /** Reads watermarks out of a snapshot. */
    private record WatermarksOnly(List<RestoredState.Slice> slices) implements PartWriter {
        @Override
        public void watermark(int firstGroup, int lastGroup, long millis) {
            slices.add(
                    new RestoredState.Slice(
                            null,
                            StatePart.ofWatermark(firstGroup, lastGroup, millis),
                            firstGroup,
                            lastGroup + 1));
        }

        @Override
        public void list(StatePart.Kind kind, String name, String type, List<byte[]> elements) {}

        @Override
        public void keyed(String name, String type, int firstGroup, int lastGroup, Content content)
                throws IOException {
            content.write((bytes, offset, count) -> {});
        }

        @Override
        public void inFlight(ChannelPart channel) {}

        @Override
        public void piece(
                String name,
                String type,
                int firstGroup,
                int lastGroup,
                List<StatePart.Piece> before,
                Content content)
                throws IOException {
            content.write((bytes, offset, count) -> {});
        }
    }

    /** A snapshot on the heap. */
    private static final class Saved implements SnapshotOutput, SnapshotInput {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        @Override
        public void write(byte[] bytes, int offset, int count) {
            written.write(bytes, offset, count);
        }

        @Override
        public String name() {
            return "heap";
        }

        @Override
        public long length() {
            return written.size();
        }

        @Override
        public void read(long position, byte[] into, int offset, int count) {
            System.arraycopy(written.toByteArray(), (int) position, into, offset, count);
        }
    }

    private OperatorChain build() throws Exception {
        ChainSpec spec = spec();
        values = new SubtaskValues(1 << 20, "some.limit");
        TaskDeployment deployment =
                new TaskDeployment(
                        new AttemptId(graph.jobId(), vertex.id(), 0, 1, 1),
                        new Generation(1, 1),
                        0,
                        graph.jobName(),
                        vertex.name(),
                        1,
                        vertex.maxParallelism(),
                        vertex.chain(),
                        List.of(),
                        List.of(),
                        List.of(),
                        "run",
                        graph.configuration());
        SubtaskContext subtask =
                new SubtaskContext(
                        deployment,
                        new JobClasses(getClass().getClassLoader()),
                        () -> {},
                        values,
                        time,
                        (uid, event) -> {});
        OperatorPorts ports =
                new OperatorPorts(time::nowMillis, (millis, ring) -> () -> {}, this::store);
        return new ChainBuilder(spec, subtask, Map.of(), ports).build();
    }

    private KeyedStateStore store(
            SubtaskContext subtask, String operator, TypeInformation<?> keyType) {
        if (kind == Stores.PLAIN) {
            stores.add(new InMemoryKeyedStateStore());
            return stores.get(stores.size() - 1);
        }
        int groups = subtask.deployment().maxParallelism();
        KeyedStateStore store =
                backends.open(
                        new KeyedStateSettings(
                                operator,
                                keyType,
                                new KeyGroupRange(0, groups - 1),
                                groups,
                                subtask.classes(),
                                memory.budget(operator, memory.totalBytes()),
                                time::nowMillis),
                        kind == Stores.BUILT_IN
                                ? TestedBackend.options("managed")
                                : TestedBackend.options());
        managed.add(store);
        return kind == Stores.KEY_BY_KEY ? keyByKey(store) : store;
    }

    private static KeyedStateStore keyByKey(KeyedStateStore store) {
        return (KeyedStateStore)
                Proxy.newProxyInstance(
                        OperatorHarness.class.getClassLoader(),
                        new Class<?>[] {KeyedStateStore.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("paneDrop")
                                    || method.getName().equals("derived")) {
                                return null;
                            }
                            try {
                                return method.invoke(store, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    /** Names of the states in managed stores that hold something, one for each entry. */
    List<String> entries() throws Exception {
        List<String> entries = new ArrayList<>();
        for (KeyedStateStore store : managed) {
            Saved bytes = new Saved();
            try (StateSnapshot snapshot = store.snapshot(++checkpoints, SnapshotKind.CANONICAL)) {
                snapshot.write(bytes);
            }
            SnapshotReader reader = new SnapshotReader(bytes);
            List<String> names =
                    reader.states().stream().map(state -> state.shape().name()).toList();
            reader.read(
                    store.keyGroups(),
                    (group, state, key, from, keyLength, length, stamp, value, valueLength) ->
                            entries.add(names.get(state)));
        }
        return entries;
    }

    /** What the operator that reads the inputs was planned as. */
    ChainSpec.Body.Operator head() throws Exception {
        return (ChainSpec.Body.Operator) spec().head().body();
    }

    private ChainSpec spec() throws Exception {
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(vertex.chain()))) {
            return ChainSpec.read(in);
        }
    }

    /** What an operator has counted since it was made last. */
    long count(String name) {
        values.snapshot(0);
        return values.latest().metrics().stream()
                .filter(metric -> metric.name().endsWith(name))
                .mapToLong(MetricValue::count)
                .findFirst()
                .orElseThrow();
    }

    /** A record of the first input. */
    void record(Object value, long timestampMillis) {
        record(0, value, timestampMillis);
    }

    void record(int input, Object value, long timestampMillis) {
        RecordBatch batch =
                new RecordBatch(new Object[] {value}, new long[] {timestampMillis}, 0, 1);
        chain.process(input, batch, 1, new NeverInterrupted());
    }

    /** Records of the first input without timestamps, which come at once. */
    void batch(Object... values) {
        long[] timestamps = new long[values.length];
        Arrays.fill(timestamps, RecordBatch.NO_TIMESTAMP);
        chain.process(
                0,
                new RecordBatch(values, timestamps, 0, values.length),
                values.length,
                new NeverInterrupted());
    }

    void watermark(long timestampMillis) {
        chain.event(new StreamEvent.Watermark(timestampMillis));
    }

    /** A watermark comes, and what it makes due is left to {@link #fireOne}. */
    void enterWatermark(long timestampMillis) {
        chain.enter(new StreamEvent.Watermark(timestampMillis));
    }

    /**
     * Lets one timer fire.
     *
     * @return whether the watermark has left the chain
     */
    boolean fireOne() {
        return chain.fire(100, () -> true);
    }

    void event(StreamEvent event) {
        chain.event(event);
    }

    /** The clock goes on, and rings as often as it was asked to on the way. */
    void clock(long nowMillis) {
        while (time.wakeAtMillis <= nowMillis) {
            time.nowMillis = Math.max(time.nowMillis, time.wakeAtMillis);
            time.wakeAtMillis = Long.MAX_VALUE;
            chain.processingTime(time.nowMillis);
        }
        time.nowMillis = nowMillis;
    }

    void endOfInput() throws Exception {
        chain.endOfTime();
        chain.fire(Integer.MAX_VALUE, Interruption.NEVER);
        while (!chain.finish(100)) {
            // there is more
        }
    }

    /** What has come out since the last call, each as {@code value @timestamp}. */
    List<String> take(String sink) {
        List<String> list = OUTPUTS.get(list(sink));
        List<String> taken = List.copyOf(list);
        list.clear();
        return taken;
    }

    /** What is left in the stores. */
    List<String> state() {
        return stores.stream().flatMap(store -> store.contents().stream()).toList();
    }

    @Override
    public void close() throws Exception {
        chain.close();
        memory.close(); // fails if a store has kept something
        OUTPUTS.keySet().removeIf(list -> list.startsWith(id + "/"));
    }

    private static final class NeverInterrupted implements Source.Target {
        @Override
        public void event(StreamEvent event) {
            throw new AssertionError(event);
        }

        @Override
        public boolean isInterrupted() {
            return false;
        }
    }
}
