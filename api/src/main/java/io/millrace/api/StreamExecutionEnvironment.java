package io.millrace.api;

import static java.util.Objects.requireNonNull;

import io.millrace.api.function.ParallelSourceFunction;
import io.millrace.api.function.SerializationCheck;
import io.millrace.api.function.SocketTextStreamFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.source.Source;
import io.millrace.api.state.StateBackend;
import io.millrace.api.stream.DataStreamSource;
import io.millrace.api.time.TimeCharacteristic;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.transform.SourceTransformation;
import io.millrace.api.transform.Transformation;
import io.millrace.api.transform.TransformationGraph;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Where a program begins: makes streams out of sources, and runs what was built of them.
 *
 * <p>Shape: programs build operators, which read the streams; {@link #execute()} hands everything
 * that was built since the last call to the {@link JobExecutor} that the process was started with:
 * the launcher's, else the one on the class path.
 *
 * <p>Invariant: an operator's parallelism is its own, else the environment's, else the executor's
 * ({@code -p}, {@code parallelism.default}; locally the number of processors).
 *
 * <p>Threads: belongs to the thread that runs the program's main method.
 *
 * <p>Errors: what cannot be run is refused with {@link InvalidProgramException} when it is added.
 */
public sealed class StreamExecutionEnvironment permits LocalStreamEnvironment {
    private static final String DEFAULT_JOB_NAME = "Millrace Streaming Job";

    private static final String JOB_NAME = "pipeline.name";
    private static final String RUNTIME_MODE = "execution.runtime-mode";
    private static final String SAVEPOINT_DIRECTORY = "execution.checkpointing.savepoint-dir";
    private static final String CHAINING = "pipeline.operator-chaining.enabled";
    private static final String CHAINING_OLD = "pipeline.operator-chaining";
    private static final String BUFFER_TIMEOUT = "execution.buffer-timeout.interval";
    private static final String BUFFER_TIMEOUT_ENABLED = "execution.buffer-timeout.enabled";

    private final Configuration configuration = new Configuration();
    private final ExecutionConfig config = new ExecutionConfig(configuration);
    private final TransformationGraph graph = new TransformationGraph();
    private final CheckpointConfig checkpointConfig = new CheckpointConfig(configuration);
    private final boolean local;

    private TimeCharacteristic timeCharacteristic = TimeCharacteristic.EventTime;

    /** Null until it is looked for. */
    private JobExecutor executor;

    StreamExecutionEnvironment(JobExecutor executor, boolean local) {
        this.executor = executor;
        this.local = local;
    }

    /** The environment for wherever the program was started: an IDE, a test, or a launcher. */
    public static StreamExecutionEnvironment getExecutionEnvironment() {
        return new StreamExecutionEnvironment(ExecutorContext.ofThread(), false);
    }

    /** As {@link #getExecutionEnvironment()}, with options of the program's own. */
    public static StreamExecutionEnvironment getExecutionEnvironment(Configuration configuration) {
        return getExecutionEnvironment().configure(configuration);
    }

    /** An environment that runs in this process, also when the program was sent by a launcher. */
    public static LocalStreamEnvironment createLocalEnvironment() {
        return new LocalStreamEnvironment();
    }

    public static LocalStreamEnvironment createLocalEnvironment(int parallelism) {
        LocalStreamEnvironment environment = createLocalEnvironment();
        environment.setParallelism(parallelism);
        return environment;
    }

    public static LocalStreamEnvironment createLocalEnvironment(Configuration configuration) {
        LocalStreamEnvironment environment = createLocalEnvironment();
        environment.configure(configuration);
        return environment;
    }

    public static LocalStreamEnvironment createLocalEnvironment(
            int parallelism, Configuration configuration) {
        LocalStreamEnvironment environment = createLocalEnvironment(configuration);
        environment.setParallelism(parallelism);
        return environment;
    }

    // ------------------------------------------------------------------ settings

    public StreamExecutionEnvironment setParallelism(int parallelism) {
        config.setParallelism(parallelism);
        return this;
    }

    /** The environment's own parallelism, else the executor's default. */
    public int getParallelism() {
        int own = config.getParallelism();
        return own == ExecutionConfig.PARALLELISM_DEFAULT ? executor().defaultParallelism() : own;
    }

    /** The number of key groups: how far a job's state can be spread later, 1 to 32,768. */
    public StreamExecutionEnvironment setMaxParallelism(int maxParallelism) {
        config.setMaxParallelism(maxParallelism);
        return this;
    }

    /** At least 1, or {@link ExecutionConfig#PARALLELISM_DEFAULT}. */
    public int getMaxParallelism() {
        return config.getMaxParallelism();
    }

    public StreamExecutionEnvironment setRuntimeMode(RuntimeExecutionMode mode) {
        configuration.setString(RUNTIME_MODE, mode.name());
        return this;
    }

    /** Every operator runs on a thread of its own. */
    public StreamExecutionEnvironment disableOperatorChaining() {
        configuration.setString(CHAINING, "false");
        return this;
    }

    public boolean isChainingEnabled() {
        String key = configuration.containsKey(CHAINING) ? CHAINING : CHAINING_OLD;
        return OptionText.bool(configuration, key, true);
    }

    /**
     * How long records may wait for company before they leave an operator.
     *
     * @param timeoutMillis 0 for not at all, -1 until a buffer is full
     */
    public StreamExecutionEnvironment setBufferTimeout(long timeoutMillis) {
        Limits.bufferTimeoutMillis(timeoutMillis, "the environment");
        if (timeoutMillis >= 0) {
            configuration.removeKey(BUFFER_TIMEOUT_ENABLED);
            configuration.setString(BUFFER_TIMEOUT, timeoutMillis + " ms");
        } else {
            configuration.setString(BUFFER_TIMEOUT_ENABLED, "false");
        }
        return this;
    }

    /**
     * What {@code timeWindow} means, and whether watermarks are made at all; of older programs.
     *
     * @param characteristic event time, which holds if nothing is set, or processing time
     */
    public StreamExecutionEnvironment setStreamTimeCharacteristic(
            TimeCharacteristic characteristic) {
        if (requireNonNull(characteristic, "characteristic") == TimeCharacteristic.IngestionTime) {
            throw new InvalidProgramException(
                    "TimeCharacteristic.IngestionTime is not supported. Give records the time of"
                            + " their arrival behind the source:"
                            + " assignTimestampsAndWatermarks(WatermarkStrategy"
                            + ".<T>forMonotonousTimestamps().withTimestampAssigner((record, time)"
                            + " -> System.currentTimeMillis())).");
        }
        this.timeCharacteristic = characteristic;
        config.setAutoWatermarkInterval(
                characteristic == TimeCharacteristic.ProcessingTime ? 0 : 200);
        return this;
    }

    public TimeCharacteristic getStreamTimeCharacteristic() {
        return timeCharacteristic;
    }

    // ------------------------------------------------------------------ checkpoints

    /**
     * @param intervalMillis from the start of one checkpoint to that of the next, at least 10
     */
    public StreamExecutionEnvironment enableCheckpointing(long intervalMillis) {
        checkpointConfig.setCheckpointInterval(intervalMillis);
        return this;
    }

    public StreamExecutionEnvironment enableCheckpointing(
            long intervalMillis, CheckpointingMode mode) {
        checkpointConfig.setCheckpointInterval(intervalMillis).setCheckpointingMode(mode);
        return this;
    }

    /** In milliseconds; -1 if the program has set none. */
    public long getCheckpointInterval() {
        return checkpointConfig.getCheckpointInterval();
    }

    public CheckpointingMode getCheckpointingMode() {
        return checkpointConfig.getCheckpointingMode();
    }

    /** Where savepoints go for which the command names no directory. */
    public StreamExecutionEnvironment setDefaultSavepointDirectory(String directory) {
        configuration.setString(SAVEPOINT_DIRECTORY, requireNonNull(directory, "directory"));
        return this;
    }

    public CheckpointConfig getCheckpointConfig() {
        return checkpointConfig;
    }

    /**
     * Where the state of keyed operators lies. In application mode, where this is called after the
     * containers were chosen, a backend that needs jars of its own must be named by {@code
     * state.backend.type} when the program is started, too.
     */
    public StreamExecutionEnvironment setStateBackend(StateBackend backend) {
        return configure(requireNonNull(backend, "backend").toConfiguration());
    }

    /** What becomes of the job when it fails; {@link ExecutionConfig#setRestartStrategy}. */
    public void setRestartStrategy(RestartStrategies.RestartStrategyConfiguration restartStrategy) {
        config.setRestartStrategy(restartStrategy);
    }

    public ExecutionConfig getConfig() {
        return config;
    }

    /** What the program itself has set so far; a copy. */
    public Configuration getConfiguration() {
        return new Configuration(configuration);
    }

    /** Sets all options given; those that were set before and are not in there stay. */
    public StreamExecutionEnvironment configure(Configuration options) {
        configuration.addAll(requireNonNull(options, "options"));
        config.configurationChanged();
        return this;
    }

    /** As {@link #configure(Configuration)}; no option names a class yet. */
    public StreamExecutionEnvironment configure(Configuration options, ClassLoader classLoader) {
        return configure(options);
    }

    // ------------------------------------------------------------------ sources

    /** The values given, in their order, once; all of the first one's type. */
    @SafeVarargs
    public final <T> DataStreamSource<T> fromElements(T... values) {
        return fromCollection(Arrays.asList(values));
    }

    /** As {@link #fromElements(Object[])}, for values of several classes with a common parent. */
    @SafeVarargs
    public final <T> DataStreamSource<T> fromElements(Class<T> type, T... values) {
        return fromCollection(Arrays.asList(values), TypeExtractor.forClass(type));
    }

    /** The same as {@link #fromElements(Object[])} under the name that newer programs use. */
    @SafeVarargs
    public final <T> DataStreamSource<T> fromData(T... values) {
        return fromCollection(Arrays.asList(values));
    }

    @SafeVarargs
    public final <T> DataStreamSource<T> fromData(Class<T> type, T... values) {
        return fromCollection(Arrays.asList(values), TypeExtractor.forClass(type));
    }

    @SafeVarargs
    public final <T> DataStreamSource<T> fromData(TypeInformation<T> type, T... values) {
        return fromCollection(Arrays.asList(values), type);
    }

    public <T> DataStreamSource<T> fromData(Collection<T> values) {
        return fromCollection(values);
    }

    public <T> DataStreamSource<T> fromData(Collection<T> values, TypeInformation<T> type) {
        return fromCollection(values, type);
    }

    /** The values of the collection as it is now; all of the first one's type. */
    public <T> DataStreamSource<T> fromCollection(Collection<T> values) {
        if (values.isEmpty()) {
            throw new InvalidProgramException(
                    "A source of values was given none, so that their type is not known. Give at"
                            + " least one value, or call fromCollection(values, type).");
        }
        T first = values.iterator().next();
        if (first == null) {
            throw nullValue(0);
        }
        boolean alike =
                values.stream().allMatch(v -> v != null && v.getClass() == first.getClass());
        return fromCollection(
                values, alike ? TypeExtractor.forObjects(values) : TypeExtractor.forObject(first));
    }

    public <T> DataStreamSource<T> fromCollection(Collection<T> values, TypeInformation<T> type) {
        int index = 0;
        for (T value : values) {
            if (value == null) {
                throw nullValue(index);
            }
            if (!type.getTypeClass().isPrimitive() && !type.getTypeClass().isInstance(value)) {
                throw new InvalidProgramException(
                        "Value "
                                + index
                                + " of a source of values is a "
                                + value.getClass().getName()
                                + ", but the source's type is "
                                + type
                                + ". Name the common type: fromElements(Class, values...) or"
                                + " fromCollection(values, type).");
            }
            index++;
        }
        return source(
                "Collection Source", type, new SourceSpec.Elements<>(List.copyOf(values)), false);
    }

    private static InvalidProgramException nullValue(int index) {
        return new InvalidProgramException(
                "Value " + index + " of a source of values is null; leave nulls out.");
    }

    /** The numbers from {@code from} to {@code to}, both included, divided among the subtasks. */
    public DataStreamSource<Long> fromSequence(long from, long to) {
        if (from > to) {
            throw new InvalidProgramException(
                    "A sequence from "
                            + from
                            + " to "
                            + to
                            + " has no numbers: the first must not be greater than the last.");
        }
        return source("Sequence Source", Types.LONG, new SourceSpec.Sequence(from, to), true);
    }

    /** The same as {@link #fromSequence} under the name that older programs use. */
    public DataStreamSource<Long> generateSequence(long from, long to) {
        return fromSequence(from, to);
    }

    /** The lines of text files in UTF-8; see {@link #readTextFile(String, String)}. */
    public DataStreamSource<String> readTextFile(String path) {
        return readTextFile(path, "UTF-8");
    }

    /**
     * The lines of text files, without their ends, in no particular order.
     *
     * @param path a file, a folder (its files, without those of folders in it and without names
     *     that begin with a dot or an underscore) or a glob; without a scheme it is on the default
     *     file system
     * @param charsetName a charset in which a line feed is the byte 0x0A
     */
    public DataStreamSource<String> readTextFile(String path, String charsetName) {
        if (path == null || path.isBlank()) {
            throw new InvalidProgramException(
                    "readTextFile was given no path; name a file, a folder or a glob.");
        }
        if (!hasOneByteLineFeed(charsetName)) {
            throw new InvalidProgramException(
                    "Text files cannot be read in charset '"
                            + charsetName
                            + "': it must be known to this JVM and have the byte 0x0A for a line"
                            + " feed, as UTF-8 and ISO-8859-1 do.");
        }
        return source(
                "Text File Source", Types.STRING, new SourceSpec.TextFile(path, charsetName), true);
    }

    private static boolean hasOneByteLineFeed(String charsetName) {
        try {
            Charset charset = Charset.forName(charsetName);
            return charset.canEncode() && Arrays.equals("\n".getBytes(charset), new byte[] {'\n'});
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The lines that a server at this address sends, until it ends the connection. */
    public DataStreamSource<String> socketTextStream(String hostname, int port) {
        return socketTextStream(hostname, port, "\n");
    }

    public DataStreamSource<String> socketTextStream(String hostname, int port, String delimiter) {
        return socketTextStream(hostname, port, delimiter, 0);
    }

    /**
     * As {@link #socketTextStream(String, int)}, in pieces that the delimiter divides.
     *
     * @param maxRetry how often to connect again after the server ended the connection; -1 for no
     *     limit
     */
    public DataStreamSource<String> socketTextStream(
            String hostname, int port, String delimiter, long maxRetry) {
        return addSource(
                new SocketTextStreamFunction(hostname, port, delimiter, maxRetry),
                "Socket Stream",
                Types.STRING);
    }

    public <T> DataStreamSource<T> addSource(SourceFunction<T> function) {
        return addSource(function, "Custom Source");
    }

    public <T> DataStreamSource<T> addSource(SourceFunction<T> function, String name) {
        return addSource(
                function,
                name,
                TypeExtractor.outputOf(
                        requireNonNull(function, "function"), SourceFunction.class, 0, null));
    }

    public <T> DataStreamSource<T> addSource(SourceFunction<T> function, TypeInformation<T> type) {
        return addSource(function, "Custom Source", type);
    }

    /** A {@link ParallelSourceFunction} runs in several subtasks, any other function in one. */
    public <T> DataStreamSource<T> addSource(
            SourceFunction<T> function, String name, TypeInformation<T> type) {
        boolean parallel = function instanceof ParallelSourceFunction;
        SerializationCheck.check("The function", requireNonNull(function, "function"), name);
        return source(name, type, new SourceSpec.Function<>(function, parallel), parallel);
    }

    /** As {@link #fromSource(Source, WatermarkStrategy, String, TypeInformation)}. */
    public <T> DataStreamSource<T> fromSource(
            Source<T, ?, ?> source, WatermarkStrategy<T> timestampsAndWatermarks, String name) {
        return fromSource(
                source,
                timestampsAndWatermarks,
                name,
                TypeExtractor.outputOf(requireNonNull(source, "source"), Source.class, 0, null));
    }

    /**
     * The records of a source that is divided into splits.
     *
     * @param timestampsAndWatermarks applied to each split by itself, as far as the source tells
     *     its splits apart
     * @param type of the records
     */
    public <T> DataStreamSource<T> fromSource(
            Source<T, ?, ?> source,
            WatermarkStrategy<T> timestampsAndWatermarks,
            String name,
            TypeInformation<T> type) {
        SerializationCheck.check("The source", requireNonNull(source, "source"), name);
        SerializationCheck.check(
                "The watermark strategy",
                requireNonNull(timestampsAndWatermarks, "timestampsAndWatermarks"),
                name);
        return source(name, type, new SourceSpec.Splits<>(source, timestampsAndWatermarks), true);
    }

    private <T> DataStreamSource<T> source(
            String name, TypeInformation<T> type, SourceSpec<T> spec, boolean parallel) {
        SourceTransformation<T> node =
                graph.add(new SourceTransformation<>(graph.newId(), name, type, spec));
        return new DataStreamSource<>(this, node, parallel);
    }

    // ------------------------------------------------------------------ running

    /** Runs what was built since the last call; the job is called after {@code pipeline.name}. */
    public JobExecutionResult execute() throws Exception {
        return run(pipeline(new Configuration(configuration)));
    }

    /**
     * Runs what was built since the last call, to its end, or hands it over, as the process was
     * started to do.
     *
     * @param jobName shown to people; not unique
     * @throws JobExecutionException when the job failed or was cancelled
     */
    public JobExecutionResult execute(String jobName) throws Exception {
        return run(pipeline(named(jobName)));
    }

    /** As {@link #executeAsync(String)}, under the default name. */
    public JobClient executeAsync() throws Exception {
        return start(pipeline(new Configuration(configuration)));
    }

    /**
     * Starts what was built since the last call and returns at once.
     *
     * <p>The process does not end before the job has, as far as the program's own threads go.
     *
     * @param jobName shown to people; not unique
     * @return to ask about the job, and to end it
     * @throws InvalidProgramException where the program was started in a way that runs {@code main}
     *     before its job
     */
    public JobClient executeAsync(String jobName) throws Exception {
        return start(pipeline(named(jobName)));
    }

    private JobClient start(Pipeline pipeline) throws Exception {
        JobExecutor startsIt = executor();
        graph.clear();
        return startsIt.executeAsync(pipeline);
    }

    /**
     * For {@link io.millrace.api.stream.DataStream#executeAndCollect(String)}. The job is never
     * restarted: records that the program has taken cannot be taken back.
     *
     * @param sink was added to what was built so far
     */
    public <T> CloseableIterator<T> executeAndCollect(String jobName, SinkTransformation<T> sink)
            throws Exception {
        Configuration options = named(jobName);
        options.setString("restart-strategy.type", "none");
        Pipeline pipeline = pipeline(options);
        JobExecutor startsIt = executor();
        graph.clear();
        return startsIt.executeAndCollect(pipeline, sink);
    }

    private Configuration named(String jobName) {
        Configuration named = new Configuration(configuration);
        named.setString(JOB_NAME, requireNonNull(jobName, "jobName"));
        return named;
    }

    private JobExecutionResult run(Pipeline pipeline) throws Exception {
        JobExecutor runsIt = executor();
        graph.clear();
        return runsIt.execute(pipeline);
    }

    /** The plan of what was built since the last {@code execute}, as JSON; runs nothing. */
    public String getExecutionPlan() {
        return executor().explain(pipeline(new Configuration(configuration)));
    }

    private Pipeline pipeline(Configuration options) {
        List<Transformation<?>> leaves = graph.leaves();
        if (leaves.isEmpty()) {
            throw new InvalidProgramException(
                    "No operators are defined, so there is nothing to execute. Add an operator or"
                            + " a sink, e.g. print(), to a stream before calling execute().");
        }
        return new Pipeline(
                options.getString(JOB_NAME, DEFAULT_JOB_NAME),
                leaves,
                config.getParallelism(),
                config.getMaxParallelism(),
                OptionText.mode(configuration, RUNTIME_MODE, RuntimeExecutionMode.STREAMING),
                isChainingEnabled(),
                options);
    }

    private JobExecutor executor() {
        if (executor == null) {
            executor =
                    local
                            ? ExecutorContext.onlyProvider(JobExecutor.class.getClassLoader())
                            : ExecutorContext.find();
        }
        return executor;
    }

    /** What was built so far; for the stream classes and for libraries, not for programs. */
    public TransformationGraph getTransformations() {
        return graph;
    }
}
