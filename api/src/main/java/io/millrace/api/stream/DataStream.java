package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.CloseableIterator;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.WriteMode;
import io.millrace.api.function.FilterFunction;
import io.millrace.api.function.FlatMapFunction;
import io.millrace.api.function.Function;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.Partitioner;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.function.SerializationCheck;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.sink.Sink;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.time.AssignerWithPeriodicWatermarks;
import io.millrace.api.time.AssignerWithPunctuatedWatermarks;
import io.millrace.api.time.PeriodicAssignerStrategy;
import io.millrace.api.time.PunctuatedAssignerStrategy;
import io.millrace.api.time.Time;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorTransformation;
import io.millrace.api.transform.PartitionTransformation;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.api.transform.Transformation;
import io.millrace.api.transform.TransformationGraph;
import io.millrace.api.transform.UnionTransformation;
import io.millrace.api.tuple.Tuple;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.FieldAccessors;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.window.CountEvictor;
import io.millrace.api.window.CountTrigger;
import io.millrace.api.window.GlobalWindow;
import io.millrace.api.window.GlobalWindows;
import io.millrace.api.window.PurgingTrigger;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * A stream of records of one type.
 *
 * <p>Shape: a handle on one node of the program's tree; each method adds a node that reads this one
 * and returns a handle on it.
 *
 * <p>Errors: functions that cannot be serialized, keys that are none and the like are refused with
 * {@link InvalidProgramException} when they are added.
 *
 * @param <T> type of the records
 */
public class DataStream<T> {
    private static final String TIMESTAMPS = "Timestamps/Watermarks";

    protected final StreamExecutionEnvironment environment;
    protected final Transformation<T> transformation;

    public DataStream(StreamExecutionEnvironment environment, Transformation<T> transformation) {
        this.environment = requireNonNull(environment, "environment");
        this.transformation = requireNonNull(transformation, "transformation");
    }

    /** Unique within the environment. */
    public int getId() {
        return transformation.id();
    }

    public int getParallelism() {
        int own = transformation.parallelism();
        return own == Transformation.UNSET ? environment.getParallelism() : own;
    }

    public TypeInformation<T> getType() {
        return transformation.outputType();
    }

    public Transformation<T> getTransformation() {
        return transformation;
    }

    public StreamExecutionEnvironment getExecutionEnvironment() {
        return environment;
    }

    // ------------------------------------------------------------------ functions

    public <R> SingleOutputStreamOperator<R> map(MapFunction<T, R> function) {
        return map(function, outputOf(function, MapFunction.class));
    }

    public <R> SingleOutputStreamOperator<R> map(
            MapFunction<T, R> function, TypeInformation<R> outputType) {
        return operator("Map", outputType, checked("Map", function), OperatorSpec.Map::new);
    }

    public <R> SingleOutputStreamOperator<R> flatMap(FlatMapFunction<T, R> function) {
        return flatMap(function, outputOf(function, FlatMapFunction.class));
    }

    public <R> SingleOutputStreamOperator<R> flatMap(
            FlatMapFunction<T, R> function, TypeInformation<R> outputType) {
        return operator(
                "Flat Map", outputType, checked("Flat Map", function), OperatorSpec.FlatMap::new);
    }

    /** Keeps the records for which the function says true. */
    public SingleOutputStreamOperator<T> filter(FilterFunction<T> function) {
        return operator("Filter", getType(), checked("Filter", function), OperatorSpec.Filter::new);
    }

    public <R> SingleOutputStreamOperator<R> process(ProcessFunction<T, R> function) {
        return process(function, outputOf(function, ProcessFunction.class));
    }

    public <R> SingleOutputStreamOperator<R> process(
            ProcessFunction<T, R> function, TypeInformation<R> outputType) {
        return operator(
                "Process", outputType, checked("Process", function), OperatorSpec.Process::new);
    }

    final <R> TypeInformation<R> outputOf(Function function, Class<?> baseType) {
        return TypeExtractor.outputOf(requireNonNull(function, "function"), baseType, 1, getType());
    }

    /** By which records see state and timers; null if this stream has no keys. */
    Partitioning.Hash<T, ?> key() {
        return null;
    }

    static <F extends Function> F checked(String operator, F function) {
        return SerializationCheck.check(
                "The function", requireNonNull(function, "function"), operator);
    }

    final <F, R> SingleOutputStreamOperator<R> operator(
            String name,
            TypeInformation<R> outputType,
            F function,
            java.util.function.Function<F, OperatorSpec<T, R>> spec) {
        TransformationGraph graph = environment.getTransformations();
        return new SingleOutputStreamOperator<>(
                environment,
                graph.add(
                        new OperatorTransformation<>(
                                graph.newId(),
                                name,
                                transformation,
                                outputType,
                                spec.apply(function),
                                key())));
    }

    // ------------------------------------------------------------------ time

    /**
     * Gives records timestamps, and emits watermarks.
     *
     * <p>Watermarks of the stream before are dropped, except the last one at the end of the input.
     *
     * @throws InvalidProgramException if the strategy asks for an alignment of watermarks, which
     *     only a source can do
     */
    public SingleOutputStreamOperator<T> assignTimestampsAndWatermarks(
            WatermarkStrategy<T> strategy) {
        requireNonNull(strategy, "strategy");
        if (strategy.getAlignmentParameters().isEnabled()) {
            throw new InvalidProgramException(
                    "assignTimestampsAndWatermarks was given a strategy with the watermark group '"
                            + strategy.getAlignmentParameters().getWatermarkGroup()
                            + "', but an operator cannot let a source rest: give this strategy to"
                            + " fromSource(source, strategy, name), or leave"
                            + " withWatermarkAlignment() out.");
        }
        SerializationCheck.check("The watermark strategy", strategy, TIMESTAMPS);
        return operator(TIMESTAMPS, getType(), strategy, OperatorSpec.AssignTimestamps::new);
    }

    /** As {@link #assignTimestampsAndWatermarks(WatermarkStrategy)}, for older programs. */
    public SingleOutputStreamOperator<T> assignTimestampsAndWatermarks(
            AssignerWithPeriodicWatermarks<T> assigner) {
        return assignTimestampsAndWatermarks(
                new PeriodicAssignerStrategy<>(checked(TIMESTAMPS, assigner)));
    }

    /** As {@link #assignTimestampsAndWatermarks(WatermarkStrategy)}, for older programs. */
    public SingleOutputStreamOperator<T> assignTimestampsAndWatermarks(
            AssignerWithPunctuatedWatermarks<T> assigner) {
        return assignTimestampsAndWatermarks(
                new PunctuatedAssignerStrategy<>(checked(TIMESTAMPS, assigner)));
    }

    /** Windows over all records, whatever their key, in one subtask. */
    public <W extends Window> AllWindowedStream<T, W> windowAll(
            WindowAssigner<? super T, W> assigner) {
        return new AllWindowedStream<>(this, assigner);
    }

    /** Tumbling windows over all records, by the environment's time characteristic. */
    public AllWindowedStream<T, TimeWindow> timeWindowAll(Time size) {
        return windowAll(KeyedStream.tumbling(environment, size));
    }

    /** Sliding windows over all records, by the environment's time characteristic. */
    public AllWindowedStream<T, TimeWindow> timeWindowAll(Time size, Time slide) {
        return windowAll(KeyedStream.sliding(environment, size, slide));
    }

    /** Windows of so many records each. */
    public AllWindowedStream<T, GlobalWindow> countWindowAll(long size) {
        return windowAll(GlobalWindows.create()).trigger(PurgingTrigger.of(CountTrigger.of(size)));
    }

    /** The newest {@code size} records, whenever {@code slide} more have come. */
    public AllWindowedStream<T, GlobalWindow> countWindowAll(long size, long slide) {
        return windowAll(GlobalWindows.create())
                .evictor(CountEvictor.of(size))
                .trigger(CountTrigger.of(slide));
    }

    // ------------------------------------------------------------------ two streams

    /** Both streams into one operator, with a function for each. */
    public <R> ConnectedStreams<T, R> connect(DataStream<R> other) {
        return new ConnectedStreams<>(this, other);
    }

    /** This stream, and one whose records every subtask gets, into one operator. */
    public <R> BroadcastConnectedStream<T, R> connect(BroadcastStream<R> broadcast) {
        return new BroadcastConnectedStream<>(this, broadcast);
    }

    // ------------------------------------------------------------------ keys

    /** Records with an equal key go to the same subtask. */
    public <K> KeyedStream<T, K> keyBy(KeySelector<T, K> key) {
        return keyBy(key, outputOf(requireNonNull(key, "key"), KeySelector.class));
    }

    public <K> KeyedStream<T, K> keyBy(KeySelector<T, K> key, TypeInformation<K> keyType) {
        SerializationCheck.check("The key selector", requireNonNull(key, "key"), "Keyed stream");
        return keyed(key, keyType);
    }

    /**
     * By the fields at these positions, from 0; the key is a tuple of as many fields.
     *
     * <p>Only for types whose fields have positions, such as tuples and arrays.
     */
    public KeyedStream<T, Tuple> keyBy(int... positions) {
        return keyed(
                found(
                        "keyBy(" + listed(Arrays.toString(positions)) + ")",
                        () -> FieldKeySelector.at(getType(), positions)));
    }

    /** By the fields with these names, which may be nested: {@code user.id}; the key is a tuple. */
    public KeyedStream<T, Tuple> keyBy(String... fields) {
        return keyed(
                found(
                        "keyBy(" + listed(Arrays.toString(fields)) + ")",
                        () -> FieldKeySelector.named(getType(), fields)));
    }

    /** The field at a position that a method was given. */
    final FieldAccessor<T, ?> field(String method, int position) {
        return found(method + "(" + position + ")", () -> FieldAccessors.at(getType(), position));
    }

    /** The field of a name that a method was given. */
    final FieldAccessor<T, ?> field(String method, String name) {
        return found(method + "(" + name + ")", () -> FieldAccessors.named(getType(), name));
    }

    /** The operator, source or union whose records these are. */
    private Transformation<?> origin() {
        Transformation<?> node = transformation;
        while (node instanceof PartitionTransformation<?> partition) {
            node = partition.input();
        }
        return node;
    }

    /** Names the operator whose records lack what a call asks for. */
    private <F> F found(String call, Supplier<F> lookup) {
        try {
            return lookup.get();
        } catch (InvalidProgramException e) {
            throw new InvalidProgramException(
                    call + " after '" + origin().name() + "' is not possible: " + e.getMessage(),
                    e);
        }
    }

    private static String listed(String array) {
        return array.substring(1, array.length() - 1);
    }

    private KeyedStream<T, Tuple> keyed(FieldKeySelector<T> key) {
        return keyed(key, key.keyType());
    }

    private <K> KeyedStream<T, K> keyed(KeySelector<T, K> key, TypeInformation<K> keyType) {
        String refusal = keyType.keyRefusal();
        if (refusal == null) {
            refusal = keyType.writeRefusal();
        }
        if (refusal != null) {
            throw new InvalidProgramException(
                    "keyBy after '"
                            + origin().name()
                            + "' is not possible with keys of type "
                            + keyType
                            + ": "
                            + refusal);
        }
        TransformationGraph graph = environment.getTransformations();
        return new KeyedStream<>(
                environment,
                graph.add(
                        new PartitionTransformation<>(
                                graph.newId(),
                                transformation,
                                new Partitioning.Hash<>(key, keyType))),
                key,
                keyType);
    }

    // ------------------------------------------------------------------ ways between subtasks

    /** This stream and the others, in no particular order; all have one type. */
    @SafeVarargs
    public final DataStream<T> union(DataStream<T>... others) {
        List<Transformation<T>> inputs = new ArrayList<>();
        inputs.add(transformation);
        for (DataStream<T> other : others) {
            if (other.environment != environment) {
                throw new InvalidProgramException(
                        "A union of '"
                                + transformation.name()
                                + "' and '"
                                + other.transformation.name()
                                + "' is not possible: they belong to different environments.");
            }
            if (!other.getType().equals(getType())) {
                throw new InvalidProgramException(
                        "A union of '"
                                + transformation.name()
                                + "' and '"
                                + other.transformation.name()
                                + "' is not possible: their types are "
                                + getType()
                                + " and "
                                + other.getType()
                                + ".");
            }
            inputs.add(other.transformation);
        }
        TransformationGraph graph = environment.getTransformations();
        return new DataStream<>(
                environment, graph.add(new UnionTransformation<>(graph.newId(), inputs)));
    }

    /** Round robin over all subtasks that read this stream. */
    public DataStream<T> rebalance() {
        return partitioned(new Partitioning.Rebalance<>());
    }

    /** Round robin over a few subtasks near by. */
    public DataStream<T> rescale() {
        return partitioned(new Partitioning.Rescale<>());
    }

    /** Each record to a subtask by chance. */
    public DataStream<T> shuffle() {
        return partitioned(new Partitioning.Shuffle<>());
    }

    /** Each record to every subtask. */
    public DataStream<T> broadcast() {
        return partitioned(new Partitioning.Broadcast<>());
    }

    /**
     * Each record to every subtask of the stream that this one is to be connected with.
     *
     * @param states what the records may change in there
     */
    public BroadcastStream<T> broadcast(MapStateDescriptor<?, ?>... states) {
        return new BroadcastStream<>(partitioned(new Partitioning.Broadcast<>()), states);
    }

    /** All records to the first subtask. */
    public DataStream<T> global() {
        return partitioned(new Partitioning.Global<>());
    }

    /** From each subtask to the one with its number; both sides have one parallelism. */
    public DataStream<T> forward() {
        return partitioned(new Partitioning.Forward<>());
    }

    /** Each record to the subtask that the partitioner names for its key. */
    public <K> DataStream<T> partitionCustom(Partitioner<K> partitioner, KeySelector<T, K> key) {
        SerializationCheck.check(
                "The partitioner", requireNonNull(partitioner, "partitioner"), "Custom partition");
        SerializationCheck.check(
                "The key selector", requireNonNull(key, "key"), "Custom partition");
        return partitioned(new Partitioning.Custom<>(partitioner, key));
    }

    /**
     * By the field at this position, from 0; of a type whose fields have positions.
     *
     * @param partitioner for the type of the field
     */
    public <K> DataStream<T> partitionCustom(Partitioner<K> partitioner, int position) {
        return partitionCustom(
                partitioner, new FieldValueSelector<>(field("partitionCustom", position)));
    }

    /** By the field of this name, which may be nested: {@code user.id}. */
    public <K> DataStream<T> partitionCustom(Partitioner<K> partitioner, String field) {
        return partitionCustom(
                partitioner, new FieldValueSelector<>(field("partitionCustom", field)));
    }

    DataStream<T> partitioned(Partitioning<T> partitioning) {
        TransformationGraph graph = environment.getTransformations();
        return new DataStream<>(
                environment,
                graph.add(
                        new PartitionTransformation<>(
                                graph.newId(), transformation, partitioning)));
    }

    // ------------------------------------------------------------------ sinks

    /** Writes records to the workers' standard output, one a line. */
    public DataStreamSink<T> print() {
        return sink("Print to Std. Out", new SinkSpec.Print<>(null, false));
    }

    /**
     * As {@link #print()}, with a word before each line.
     *
     * @param sinkIdentifier tells several printed streams apart
     */
    public DataStreamSink<T> print(String sinkIdentifier) {
        return sink(
                "Print to Std. Out",
                new SinkSpec.Print<>(requireNonNull(sinkIdentifier, "sinkIdentifier"), false));
    }

    /** Writes records to the workers' standard error, one a line. */
    public DataStreamSink<T> printToErr() {
        return sink("Print to Std. Err", new SinkSpec.Print<>(null, true));
    }

    public DataStreamSink<T> printToErr(String sinkIdentifier) {
        return sink(
                "Print to Std. Err",
                new SinkSpec.Print<>(requireNonNull(sinkIdentifier, "sinkIdentifier"), true));
    }

    /** As {@link #writeAsText(String, WriteMode)}; a folder that is not empty is refused. */
    public DataStreamSink<T> writeAsText(String path) {
        return writeAsText(path, WriteMode.NO_OVERWRITE);
    }

    /**
     * Writes records as lines of text into a folder, one file for each subtask; it becomes visible
     * when the job finishes.
     */
    public DataStreamSink<T> writeAsText(String path, WriteMode writeMode) {
        if (path == null || path.isBlank()) {
            throw new InvalidProgramException(
                    "writeAsText was given no path; name the folder to write.");
        }
        return sink(
                "Text File Sink", new SinkSpec.TextFile<>(path, writeMode == WriteMode.OVERWRITE));
    }

    /** A function that is a {@link Sink} as well is taken as that. */
    public DataStreamSink<T> addSink(SinkFunction<T> function) {
        if (function instanceof Sink<?>) {
            @SuppressWarnings("unchecked") // of the same records
            Sink<T> sink = (Sink<T>) function;
            return sinkTo(sink);
        }
        return sink("Unnamed", new SinkSpec.Function<>(checked("Sink", function)));
    }

    /** Gives the records to a sink, which may write each of them exactly once. */
    public DataStreamSink<T> sinkTo(Sink<T> sink) {
        return sink(
                "Writer",
                new SinkSpec.To<>(
                        SerializationCheck.check(
                                "The sink", requireNonNull(sink, "sink"), "Writer")));
    }

    // ------------------------------------------------------------------ results

    /** As {@link #executeAndCollect(String)}, under a default name. */
    public CloseableIterator<T> executeAndCollect() throws Exception {
        return executeAndCollect("DataStream Collect");
    }

    /**
     * Runs what was built so far and returns this stream's records as they come, in no particular
     * order but that of each subtask. The job waits while nobody takes them.
     *
     * @param jobExecutionName shown to people; not unique
     * @return to be closed, which cancels the job if it has not ended; fails with the job, from
     *     {@code hasNext} and {@code next}
     * @throws InvalidProgramException where records cannot come back to the program
     */
    public CloseableIterator<T> executeAndCollect(String jobExecutionName) throws Exception {
        DataStreamSink<T> sink = sink("Collect Stream", new SinkSpec.Collect<>());
        return environment.executeAndCollect(jobExecutionName, sink.getTransformation());
    }

    /** As {@link #executeAndCollect(String, int)}, under a default name. */
    public List<T> executeAndCollect(int limit) throws Exception {
        return executeAndCollect("DataStream Collect", limit);
    }

    /**
     * Runs what was built so far until this stream has so many records or ends, and returns them.
     *
     * @param limit at least 1
     */
    public List<T> executeAndCollect(String jobExecutionName, int limit) throws Exception {
        if (limit < 1) {
            throw new InvalidProgramException(
                    "executeAndCollect of '"
                            + transformation.name()
                            + "' was given the limit "
                            + limit
                            + ": ask for one record at least.");
        }
        List<T> records = new ArrayList<>();
        try (CloseableIterator<T> all = executeAndCollect(jobExecutionName)) {
            while (records.size() < limit && all.hasNext()) {
                records.add(all.next());
            }
        }
        return records;
    }

    private DataStreamSink<T> sink(String name, SinkSpec<T> spec) {
        TransformationGraph graph = environment.getTransformations();
        return new DataStreamSink<>(
                graph.add(new SinkTransformation<>(graph.newId(), name, transformation, spec)));
    }
}
