package io.millrace.testkit.simulation;

import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.MapFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
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

/**
 * The program that {@link RealTasks} run, as chance has drawn it: sums numbers by key, and often by
 * windows of event time, too ({@link WindowedSums}). Says what must come of it, by a loop.
 *
 * <p>In order: what was drawn; the graph; its functions; what must come out.
 *
 * <p>Threads: one.
 */
final class SimulatedProgram implements AutoCloseable {
    static final String OUTPUT = "/out";
    static final String ALL_PARTS = "all parts";

    /** Names of the states of sinks that tell what has come. */
    static final String SUMS = "sums";

    static final String RESULTS = "results";

    private static final TypeInformation<Tuple2<Long, Long>> PAIR =
            Types.TUPLE(Types.LONG, Types.LONG);
    private static final int MOST_SPLITS = 20;
    private static final long PLENTY_BYTES = 64 << 20;

    /** As little as each of two keyed operators of a pipeline needs. */
    private static final long SCARCE_BYTES = 512 << 10;

    /** Numbers by which a reader may be ahead: less than most splits have. */
    private static final int DRIFT = 300;

    /** Numbers from watermark to watermark: each of them costs every reader a step. */
    static final int WATERMARK_EVERY = 100;

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

    private final WindowedSums windows;

    /** Managed memory of a worker: plenty, or so little that state goes to disk. */
    private final long managedBytes;

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
        this.windows =
                new WindowedSums(
                        kind == Kind.CHECKPOINTED
                                ? WindowedSums.Kind.of(seed)
                                : WindowedSums.Kind.NONE,
                        split,
                        random);
        this.managedBytes =
                kind == Kind.CHECKPOINTED && random.nextInt(10) == 0
                        ? SCARCE_BYTES * pipelines
                        : PLENTY_BYTES;
        // long enough for checkpoints, whose calls of the record take seconds
        this.slowestStep =
                Duration.ofNanos(
                        (kind == Kind.CHECKPOINTED ? 1_000_000_000 : 1_000_000)
                                + (long) (slow * slow * 1_500_000_000L));
    }

    @Override
    public void close() {
        TellingSink.forget(authority);
    }

    boolean takesCheckpoints() {
        return kind == Kind.CHECKPOINTED;
    }

    long managedBytes() {
        return managedBytes;
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
            // not all workers have a part of both
            env.setParallelism(parallelism - pipeline);
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
            sums.addSink(new TellingSink<>(authority, SUMS, PAIR, sum -> sum.f0));
            if (windows.areThere()) {
                windows.of(numbers, firstOf(pipeline)).addSink(windows.sink(authority, RESULTS));
            }
            String uid = "committed-" + pipeline;
            if (commitsByFunction) {
                numbers.addSink(new NumberFunction(authority)).uid(uid);
            } else {
                numbers.sinkTo(new CommittedNumbers.NumberSink(authority)).uid(uid);
            }
        }
    }

    private DataStream<Long> numbers(StreamExecutionEnvironment env, int pipeline) {
        WatermarkStrategy<Long> watermarks = watermarks(firstOf(pipeline));
        if (split) {
            return env.fromSource(ranges(pipeline), watermarks, "ranges", Types.LONG)
                    .uid(uidOfRanges(pipeline));
        }
        DataStream<Long> sequence = env.fromSequence(1, records);
        return windows.areThere() ? sequence.assignTimestampsAndWatermarks(watermarks) : sequence;
    }

    private WatermarkStrategy<Long> watermarks(long first) {
        if (!waiting && !windows.areThere()) {
            return WatermarkStrategy.noWatermarks();
        }
        WatermarkStrategy<Long> watermarks =
                WatermarkStrategy.<Long>forGenerator(context -> new SomeNumbers())
                        .withTimestampAssigner((number, former) -> number - first);
        return waiting
                ? watermarks.withWatermarkAlignment("all", Duration.ofMillis(DRIFT), UPDATES)
                : watermarks;
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

    private int pipelineOf(long number) {
        int pipeline = 0;
        while (pipeline + 1 < pipelines && number >= firstOf(pipeline + 1)) {
            pipeline++;
        }
        return pipeline;
    }

    /** The first number of the pipeline that a number is of. */
    long firstBefore(long number) {
        return firstOf(pipelineOf(number));
    }

    /** The key that a number counts for, in whichever pipeline. */
    long keyOf(long number) {
        return (long) pipelineOf(number) * keys + number % keys;
    }

    /** There are the numbers from 1 to this one. */
    int records() {
        return records;
    }

    /** A path in the files of the simulation. */
    String folder(String path) {
        return SimulatedFileSystemProvider.SCHEME + "://" + authority + path;
    }

    /** The source of a pipeline, where it has splits. */
    PulledRanges ranges(int pipeline) {
        return new PulledRanges(
                authority,
                uidOfRanges(pipeline),
                firstOf(pipeline),
                firstOf(pipeline + 1) - 1,
                MOST_SPLITS / pipelines);
    }

    private static String uidOfRanges(int pipeline) {
        return "ranges-" + pipeline;
    }

    /** Whether readers wait for each other. */
    boolean alignsReaders() {
        return waiting;
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

    /** What the subtask of a sink had that was closed last. */
    TellingSink.Closed toldLast() {
        return TellingSink.closedLast(authority);
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
            if (isOutOf(without, number)) {
                sums.merge(keyOf(number), number, Long::sum);
            }
        }
        return sums;
    }

    private static boolean isOutOf(List<SavedNumbers.Left> ranges, long number) {
        return ranges.stream().noneMatch(r -> r.first() <= number && number <= r.last());
    }

    /**
     * What is wrong with the sums of windows; null if nothing.
     *
     * @param without ranges that were not emitted
     * @param complete whether event time has come to its end
     */
    String wrongInWindows(
            List<WindowedSums.Result> results, List<SavedNumbers.Left> without, boolean complete) {
        return windows.areThere()
                ? windows.wrong(results, this, number -> isOutOf(without, number), complete)
                : null;
    }
}
