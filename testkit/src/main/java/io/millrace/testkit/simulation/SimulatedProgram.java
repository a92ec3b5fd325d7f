package io.millrace.testkit.simulation;

import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichSinkFunction;
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
import io.millrace.api.type.Types;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The program that {@link RealTasks} run, as chance has drawn it: sums numbers by key. Says what
 * must come of it, by a loop.
 *
 * <p>In order: what was drawn; the graph; its functions; what must come out.
 *
 * <p>Threads: one.
 */
final class SimulatedProgram implements AutoCloseable {
    static final String OUTPUT = "/out";
    static final String ALL_PARTS = "all parts";
    private static final int MOST_SPLITS = 20;

    /** Numbers by which a reader may be ahead: less than most splits have. */
    private static final int DRIFT = 300;

    /** Numbers from watermark to watermark: each of them costs every reader a step. */
    private static final int WATERMARK_EVERY = 100;

    private static final Duration UPDATES = Duration.ofMillis(500);

    private final Kind kind;
    private final String authority;
    private final int parallelism;
    private final int records;
    private final int keys;
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

    private final Duration slowestStep;

    /** What the job is. */
    enum Kind {
        /** Writes a line for each key at the end, into files that are committed. */
        FILES,
        /** Takes checkpoints, and tells its sums when it finishes. */
        CHECKPOINTED
    }

    /**
     * @param authority of the simulation's files, and its name among all of this process
     */
    SimulatedProgram(Kind kind, String authority, long seed, Random random) {
        this.kind = kind;
        this.authority = authority;
        this.split = kind == Kind.CHECKPOINTED && seed % 2 == 1;
        this.waiting = split && (seed % 4 == 1 || seed % 8 == 3);
        this.pipelines = split && seed % 4 == 3 ? 2 : 1;
        this.commitsByFunction = seed % 3 == 2;
        this.parallelism = 2 + random.nextInt(2);
        this.records = (kind == Kind.CHECKPOINTED ? 18_000 : 500) + random.nextInt(6000);
        this.keys = 1 + random.nextInt(200);
        double slow = random.nextDouble();
        this.checkpointMillis = 100 + random.nextInt(2000);
        this.alignedMillis =
                switch (random.nextInt(4)) {
                    case 0 -> 0;
                    case 1, 2 -> random.nextInt(4000);
                    default -> 60_000;
                };
        // long enough for checkpoints, whose calls of the record take seconds
        this.slowestStep =
                Duration.ofNanos(
                        (kind == Kind.CHECKPOINTED ? 1_000_000_000 : 1_000_000)
                                + (long) (slow * slow * 1_500_000_000L));
    }

    @Override
    public void close() {
        TellingSink.CLOSED.remove(authority);
    }

    boolean takesCheckpoints() {
        return kind == Kind.CHECKPOINTED;
    }

    /** The longest that a subtask waits between two steps: slow jobs see many faults. */
    Duration slowestStep() {
        return slowestStep;
    }

    /** Of sources that have one. */
    int coordinators() {
        return split ? pipelines : 0;
    }

    // ------------------------------------------------------------------ the graph

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
        if (kind == Kind.CHECKPOINTED) {
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
        if (kind == Kind.FILES) {
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
        if (kind == Kind.FILES) {
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

    /** The key that a number counts for, in whichever pipeline. */
    long keyOf(long number) {
        int pipeline = 0;
        while (pipeline + 1 < pipelines && number >= firstOf(pipeline + 1)) {
            pipeline++;
        }
        return (long) pipeline * keys + number % keys;
    }

    /** A path in the files of the simulation. */
    String folder(String path) {
        return SimulatedFileSystemProvider.SCHEME + "://" + authority + path;
    }

    /** The source of a pipeline, where it has splits. */
    PulledRanges ranges(int pipeline) {
        return new PulledRanges(
                firstOf(pipeline), firstOf(pipeline + 1) - 1, MOST_SPLITS / pipelines);
    }

    // ------------------------------------------------------------------ its functions

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

    /** What the subtask of the sink had that was closed last. */
    Map<Long, Long> toldLast() {
        return TellingSink.CLOSED.get(authority);
    }

    // ------------------------------------------------------------------ what must come of it

    /** What the program must write, by a loop; nothing if it writes no files. */
    Map<String, List<String>> expectedOutput() {
        if (kind == Kind.CHECKPOINTED) {
            return Map.of();
        }
        List<String> lines = new ArrayList<>();
        expectedSums(List.of()).forEach((key, sum) -> lines.add("(" + key + "," + sum + ")"));
        lines.sort(null);
        return Map.of(ALL_PARTS, lines);
    }

    /** What numbers come to that do not lie in some ranges. */
    Map<Long, Long> expectedSums(List<SavedNumbers.Left> without) {
        Map<Long, Long> sums = new TreeMap<>();
        for (long number = 1; number <= records; number++) {
            long emitted = number;
            if (without.stream().noneMatch(r -> r.first() <= emitted && emitted <= r.last())) {
                sums.merge(keyOf(number), number, Long::sum);
            }
        }
        return sums;
    }
}
