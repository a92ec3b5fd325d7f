package io.millrace.runtime.local;

import static io.millrace.runtime.local.CompleteCheckpoints.idOf;
import static io.millrace.runtime.local.CompleteCheckpoints.newestBelow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.stream.KeyedStream;
import io.millrace.api.time.Time;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.runtime.checkpoint.SavepointPath;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.state.TestedBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jobs that begin from what an earlier job has left: with another parallelism, moved, damaged. */
@Timeout(180)
class StartFromCheckpointTest {
    private static final int KEYS = 101;
    private static final int PARTITIONS = 12;
    private static final long LAST = 60_000;

    /** What a test and the functions of its jobs see of each other. */
    private static final class Shared implements KeyedSums.Shown {
        final CountDownLatch twoComplete = new CountDownLatch(2);
        final AtomicLong lowestId = new AtomicLong(Long.MAX_VALUE);
        final Map<Long, Long> sums = new ConcurrentHashMap<>();
        final AtomicLong arrivals = new AtomicLong();
        volatile boolean open;

        @Override
        public Map<Long, Long> sums() {
            return sums;
        }
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);
    private int jobs;

    @TempDir Path folder;

    /**
     * Emits the numbers up to a last one in partitions, in the middle of which it may be stopped.
     */
    private static final class Numbers extends RichParallelSourceFunction<Long>
            implements CheckpointedFunction, CheckpointListener {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final Map<Integer, Long> next = new TreeMap<>();
        private transient ListState<Tuple2<Integer, Long>> saved;
        private volatile boolean running = true;

        Numbers(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            saved =
                    context.getOperatorStateStore()
                            .getListState(
                                    new ListStateDescriptor<>(
                                            "next", Types.TUPLE(Types.INT, Types.LONG)));
            if (context.isRestored()) {
                for (Tuple2<Integer, Long> partition : saved.get()) {
                    next.put(partition.f0, partition.f1);
                }
                return;
            }
            int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            for (int partition = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
                    partition < PARTITIONS;
                    partition += subtasks) {
                next.put(partition, (long) partition);
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            saved.clear();
            for (Map.Entry<Integer, Long> partition : next.entrySet()) {
                saved.add(Tuple2.of(partition.getKey(), partition.getValue()));
            }
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            test.get().lowestId.accumulateAndGet(checkpointId, Math::min);
            if (getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) {
                test.get().twoComplete.countDown();
            }
        }

        @Override
        public void run(SourceContext<Long> context) {
            boolean more = true;
            while (running && more) {
                more = false;
                for (Map.Entry<Integer, Long> partition : next.entrySet()) {
                    if (partition.getValue() < LAST) {
                        more = true;
                        synchronized (context.getCheckpointLock()) {
                            context.collect(partition.getValue());
                            partition.setValue(partition.getValue() + PARTITIONS);
                        }
                    }
                    while (running && !test.get().open && partition.getValue() > LAST / 2) {
                        LockSupport.parkNanos(1_000_000);
                    }
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    private JobGraph sums(int parallelism, Map<String, String> more) throws Exception {
        return graph(
                parallelism,
                more,
                env ->
                        env.addSource(new Numbers(test))
                                .returns(Long.class)
                                .uid("numbers")
                                .keyBy(i -> i % KEYS)
                                .map(new KeyedSums(test, KEYS))
                                .uid("sums")
                                .addSink(new DiscardingSink<>()));
    }

    private JobGraph graph(
            int parallelism, Map<String, String> more, CapturedProgram.Program program)
            throws Exception {
        JobGraph graph =
                CapturedProgram.graph(
                        parallelism,
                        env -> {
                            Map<String, String> options = LocalJobs.checkpoints(folder, "50 ms");
                            // the first job is always of the same: what it leaves is for all
                            options.put(
                                    "state.backend.type",
                                    jobs == 0 ? "managed" : TestedBackend.name());
                            options.putAll(more);
                            env.configure(Configuration.fromMap(options));
                            program.build(env);
                        });
        return new JobGraph(
                String.format("%032x", ++jobs),
                graph.jobName(),
                graph.vertices(),
                graph.edges(),
                graph.configuration());
    }

    private static JobResult run(JobGraph graph) throws Exception {
        return LocalJobs.run(2, 4, graph);
    }

    /** A job that was cancelled in the middle of its input; the folder of its checkpoints. */
    private Path cancelled(int parallelism) throws Exception {
        return cancelled(parallelism, Map.of());
    }

    private Path cancelled(int parallelism, Map<String, String> more) throws Exception {
        return cancelled(sums(parallelism, more));
    }

    private Path cancelled(JobGraph graph) throws Exception {
        try (LocalCluster cluster = LocalJobs.cluster(2, 4)) {
            CompletableFuture<JobResult> result = cluster.run(graph);
            assertThat(shared.twoComplete.await(60, TimeUnit.SECONDS)).isTrue();
            cluster.cancel("the test");
            assertThat(result.get(60, TimeUnit.SECONDS).state()).isEqualTo(JobState.CANCELED);
        }
        shared.open = true;
        shared.lowestId.set(Long.MAX_VALUE);
        return folder.resolve(String.format("%032x", jobs));
    }

    private static Map<String, String> from(Path path) {
        return Map.of("execution.state-recovery.path", path.toString());
    }

    private void assertSumsAreExact() {
        assertThat(new TreeMap<>(shared.sums))
                .isEqualTo(LocalJobs.sumsByRemainder(0, LAST - 1, KEYS));
    }

    @Test
    void shouldGoOnExactlyWithTwiceTheParallelism() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));

        JobResult result = run(sums(4, from(checkpoint)));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertSumsAreExact();
        assertThat(shared.lowestId.get()).as("ids go on").isGreaterThan(idOf(checkpoint));
        assertThat(checkpoint.resolve("_metadata")).as("not claimed").exists();
    }

    @Test
    void shouldFindTheNewestCheckpointOfAJobAndGoOnWithLessParallelism() throws Exception {
        Path job = cancelled(3);

        JobResult result = run(sums(1, from(job)));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertSumsAreExact();
    }

    @Test
    void shouldGoOnFromACheckpointThatWasMovedWithTheFolderOfItsJob() throws Exception {
        Path job = cancelled(2);
        Path moved = Files.createDirectories(folder.resolve("else where")).resolve("kept, 1");
        Files.move(job, moved);

        JobResult result = run(sums(3, from(newestBelow(moved).resolve("_metadata"))));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertSumsAreExact();
    }

    @Test
    void shouldGoOnFromACheckpointThatSharesNothingAndWasMovedAlone() throws Exception {
        Path checkpoint =
                newestBelow(cancelled(2, Map.of("execution.checkpointing.incremental", "false")));
        Path moved = Files.createDirectories(folder.resolve("else where")).resolve("kept, 1");
        Files.move(checkpoint, moved);

        JobResult result = run(sums(3, from(moved.resolve("_metadata"))));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertSumsAreExact();
    }

    @Test
    void shouldSayThatSharedFilesMoveToo() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));
        Path moved = Files.createDirectories(folder.resolve("else")).resolve("alone");
        Files.move(checkpoint, moved);

        assertThatThrownBy(() -> sums(2, from(moved)))
                .hasMessageContaining("is not there")
                .hasMessageContaining("the folder 'shared' beside it");
    }

    @Test
    void shouldGoBackToItWhenTheJobFailsBeforeItsFirstCheckpoint() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));
        Map<String, String> options = new HashMap<>(from(checkpoint));
        options.put("execution.checkpointing.interval", "0 ms");
        options.put("restart-strategy.type", "fixed-delay");
        options.put("restart-strategy.fixed-delay.delay", "1 ms");

        JobResult result =
                run(
                        graph(
                                4,
                                options,
                                env ->
                                        env.addSource(new Numbers(test))
                                                .returns(Long.class)
                                                .uid("numbers")
                                                .keyBy(i -> i % KEYS)
                                                .map(new KeyedSums(test, KEYS))
                                                .uid("sums")
                                                .addSink(new FailsOnce(test))));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(1);
        assertSumsAreExact();
    }

    private record FailsOnce(SharedWithJob<Shared> test)
            implements io.millrace.api.function.SinkFunction<Long> {
        @Override
        public void invoke(Long value, Context context) {
            if (test.get().arrivals.incrementAndGet() == 1000) {
                throw new IllegalStateException("fails once");
            }
        }
    }

    @Test
    void shouldRemoveAClaimedCheckpointWhenTheJobHasItsOwn() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));
        Map<String, String> options = new HashMap<>(from(checkpoint));
        options.put("execution.state-recovery.claim-mode", "claim");

        JobResult result = run(sums(4, options));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertSumsAreExact();
        assertThat(checkpoint).doesNotExist();
    }

    @Test
    void shouldRemoveWhatOnlyAClaimedCheckpointNeedsAndNoMore() throws Exception {
        Path job = cancelled(2, Map.of("execution.checkpointing.num-retained", "3"));
        Path claimed = newestBelow(job);
        Map<String, String> options = new HashMap<>(from(claimed));
        options.put("execution.state-recovery.claim-mode", "claim");

        JobResult result = run(sums(4, options));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(claimed).doesNotExist();
        Set<String> needed = new TreeSet<>();
        try (Stream<Path> left = Files.list(job)) {
            for (Path each : left.filter(path -> !path.endsWith("shared")).toList()) {
                needed.addAll(SavepointPath.findWhole(each.toString()).metadata().sharedFiles());
            }
        }
        assertThat(needed).isNotEmpty();
        try (Stream<Path> shared = Files.list(job.resolve("shared"))) {
            assertThat(shared)
                    .extracting(file -> "shared/" + file.getFileName())
                    .containsExactlyInAnyOrderElementsOf(needed);
        }
    }

    @Test
    void shouldRefuseStateWithoutAnOperatorUnlessTold() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));
        CapturedProgram.Program other =
                env ->
                        env.addSource(new Numbers(test))
                                .returns(Long.class)
                                .uid("numbers")
                                .keyBy(i -> i % KEYS)
                                .map(new KeyedSums(test, KEYS))
                                .uid("others")
                                .addSink(new DiscardingSink<>());

        assertThatThrownBy(() -> graph(2, from(checkpoint), other))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining(checkpoint.toString())
                .hasMessageContaining("operator 'Map' (uid 'sums')")
                .hasMessageContaining("--allowNonRestoredState");
        Map<String, String> options = new HashMap<>(from(checkpoint));
        options.put("execution.state-recovery.ignore-unclaimed-state", "true");
        JobResult result = run(graph(2, options, other));
        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldRefuseKeysOfAnotherTypeBeforeAnythingIsStarted() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));

        assertThatThrownBy(
                        () ->
                                graph(
                                        2,
                                        from(checkpoint),
                                        env ->
                                                env.addSource(new Numbers(test))
                                                        .returns(Long.class)
                                                        .uid("numbers")
                                                        .keyBy(i -> "k" + i % KEYS, Types.STRING)
                                                        .map(new KeyedSums(test, KEYS))
                                                        .uid("sums")
                                                        .addSink(new DiscardingSink<>())))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("uid 'sums'")
                .hasMessageContaining("had keys of Long")
                .hasMessageContaining("has keys of String now");
    }

    /** Reduces values by key, and by key and window. */
    private <V> void reduced(
            StreamExecutionEnvironment env,
            MapFunction<Long, Tuple2<Long, V>> values,
            TypeInformation<V> type) {
        KeyedStream<Tuple2<Long, V>, Long> keyed =
                env.addSource(new Numbers(test))
                        .returns(Long.class)
                        .uid("numbers")
                        .map(values)
                        .returns(Types.TUPLE(Types.LONG, type))
                        .assignTimestampsAndWatermarks(
                                WatermarkStrategy.<Tuple2<Long, V>>noWatermarks()
                                        .withTimestampAssigner((value, former) -> value.f0))
                        .keyBy(value -> value.f0, Types.LONG);
        keyed.reduce((first, second) -> second).uid("results").addSink(new DiscardingSink<>());
        keyed.window(TumblingEventTimeWindows.of(Time.hours(1)))
                .reduce((first, second) -> second)
                .uid("windows")
                .addSink(new DiscardingSink<>());
    }

    @Test
    void shouldRefuseResultsAndWindowsOfAnotherTypeBeforeAnythingIsStarted() throws Exception {
        Path checkpoint =
                newestBelow(
                        cancelled(
                                graph(
                                        2,
                                        Map.of(),
                                        env ->
                                                reduced(
                                                        env,
                                                        i -> Tuple2.of(i % KEYS, i),
                                                        Types.LONG))));

        assertThatThrownBy(
                        () ->
                                graph(
                                        2,
                                        from(checkpoint),
                                        env ->
                                                reduced(
                                                        env,
                                                        i -> Tuple2.of(i % KEYS, "" + i),
                                                        Types.STRING)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("(uid 'results') has a state 'result' with values stored as")
                .hasMessageContaining("(uid 'windows') has a state 'window-panes' with values");
    }

    @Test
    void shouldRefuseAPathWithNothingToBeginWith() throws Exception {
        assertThatThrownBy(() -> sums(2, from(folder.resolve("none"))))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("There is no savepoint or checkpoint at")
                .hasMessageContaining("none");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> sums(2, from(empty)))
                .hasMessageContaining("neither a savepoint nor a checkpoint");
        Files.createFile(empty.resolve("_metadata.pending"));
        assertThatThrownBy(() -> sums(2, from(empty))).hasMessageContaining("was not completed");
    }

    @Test
    void shouldRefuseAMaximumParallelismThatDoesNotFit() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));
        Map<String, String> options = new HashMap<>(from(checkpoint));
        options.put("pipeline.max-parallelism", "64");

        assertThatThrownBy(() -> sums(2, options))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("uid 'sums'")
                .hasMessageContaining("has 128 key groups")
                .hasMessageContaining("setMaxParallelism to 128");
        // more than the default for so many subtasks would be
        assertThat(sums(100, from(checkpoint)).vertices())
                .filteredOn(vertex -> vertex.name().contains("Map"))
                .allMatch(vertex -> vertex.maxParallelism() == 128);
    }

    @Test
    void shouldNameAFileThatIsMissingOrCutShort() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));
        Path file;
        try (Stream<Path> files = Files.list(checkpoint)) {
            file =
                    files.filter(path -> path.getFileName().toString().startsWith("worker"))
                            .findFirst()
                            .orElseThrow();
        }
        byte[] content = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(content, content.length - 1));
        assertThatThrownBy(() -> sums(2, from(checkpoint)))
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining("was written with " + content.length);
        Files.delete(file);
        assertThatThrownBy(() -> sums(2, from(checkpoint)))
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining("is not there");
    }

    @Test
    void shouldRefuseMetadataThatIsDamagedOrOfANewerBuild() throws Exception {
        Path checkpoint = newestBelow(cancelled(2));
        Path metadata = checkpoint.resolve("_metadata");
        byte[] content = Files.readAllBytes(metadata);
        byte[] newer = content.clone();
        newer[5]++; // the lower byte of its version
        Files.write(metadata, newer);

        assertThatThrownBy(() -> sums(2, from(checkpoint)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining(metadata.toString())
                .hasMessageContaining("has version 3, this build reads 2")
                .hasMessageContaining("newer build");
        byte[] damaged = content.clone();
        damaged[content.length / 2]++;
        Files.write(metadata, damaged);
        assertThatThrownBy(() -> sums(2, from(checkpoint)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining(metadata.toString())
                .hasMessageContaining("damaged");
    }

    @Test
    void shouldRefuseTwoOperatorsWithOneUid() {
        assertThatThrownBy(
                        () ->
                                graph(
                                        1,
                                        Map.of(),
                                        env ->
                                                env.addSource(new Numbers(test))
                                                        .returns(Long.class)
                                                        .uid("one")
                                                        .map(i -> i)
                                                        .returns(Long.class)
                                                        .uid("one")
                                                        .addSink(new DiscardingSink<>())))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("uid \"one\"");
    }

    @Test
    void shouldSayWhereCheckpointsCannotBeWrittenBeforeAnythingIsStarted() throws Exception {
        Path file = Files.createFile(folder.resolve("a-file"));

        JobResult result =
                run(sums(2, Map.of("execution.checkpointing.dir", file.toUri().toString())));

        assertThat(result.state()).isEqualTo(JobState.FAILED);
        assertThat(result.failure().category()).isEqualTo(Category.CONFIG);
        assertThat(result.failure().summary())
                .contains(file.toUri().toString(), "there is a file")
                .contains("execution.checkpointing.dir");
        assertThat(result.restarts()).isZero();
        assertThat(shared.sums).isEmpty();
    }

    /** Keeps the sum of a key as a text. */
    private static final class TextSums extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<String> sum;

        @Override
        public void open(Configuration parameters) {
            sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", String.class));
        }

        @Override
        public Long map(Long value) throws Exception {
            sum.update(sum.value() + value);
            return value;
        }
    }

    /** Keeps the sums of a key in a list. */
    private static final class ListedSums extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private transient ListState<Long> sum;

        @Override
        public void open(Configuration parameters) {
            sum = getRuntimeContext().getListState(new ListStateDescriptor<>("sum", Long.class));
        }

        @Override
        public Long map(Long value) throws Exception {
            sum.add(value);
            return value;
        }
    }

    /** Keeps a position in a list of another type. */
    private static final class TextNumbers extends RichParallelSourceFunction<Long>
            implements CheckpointedFunction {
        private static final long serialVersionUID = 1L;

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            for (String position :
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("next", Types.STRING))
                            .get()) {
                throw new IllegalStateException(position + " was a number");
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) {}

        @Override
        public void run(SourceContext<Long> context) {}

        @Override
        public void cancel() {}
    }

    private static Stream<Arguments> changedStates() {
        return Stream.of(
                Arguments.of(false, new TextSums(), "'sum'", "String"),
                Arguments.of(false, new ListedSums(), "'sum'", "list"),
                Arguments.of(true, null, "'next'", "String"));
    }

    /**
     * What states a function asks for is known when it is opened, not before: it can do so in any
     * code, with a name that it makes up.
     */
    @ParameterizedTest
    @MethodSource("changedStates")
    void shouldEndTheJobAtOnceWhenAStateIsAskedForAsAnotherThanItWasStored(
            boolean otherSource, RichMapFunction<Long, Long> function, String state, String type)
            throws Exception {
        Path checkpoint = newestBelow(cancelled(2));

        JobResult result =
                run(
                        graph(
                                2,
                                from(checkpoint),
                                env ->
                                        env.addSource(
                                                        otherSource
                                                                ? new TextNumbers()
                                                                : new Numbers(test))
                                                .returns(Long.class)
                                                .uid("numbers")
                                                .keyBy(i -> i % KEYS)
                                                .map(
                                                        function == null
                                                                ? new KeyedSums(test, KEYS)
                                                                : function)
                                                .uid("sums")
                                                .addSink(new DiscardingSink<>())));

        assertThat(result.state()).isEqualTo(JobState.FAILED);
        assertThat(result.failure().summary()).contains(state, type, "Long");
        assertThat(result.failure().category()).isEqualTo(Category.CONFIG);
        assertThat(result.restarts()).as("tried again").isZero();
        shared.sums.clear();
        JobResult again = run(sums(2, from(checkpoint)));
        assertThat(again.state()).as("%s", again.failure()).isEqualTo(JobState.FINISHED);
        assertSumsAreExact();
    }

    /** Adds up in the engine's own state. */
    private <N extends Number> CapturedProgram.Program totals(
            TypeInformation<N> type, MapFunction<Long, Tuple2<Long, N>> pairs) {
        return env ->
                env.addSource(new Numbers(test))
                        .returns(Long.class)
                        .uid("numbers")
                        .map(pairs)
                        .returns(Types.TUPLE(Types.LONG, type))
                        .keyBy(pair -> pair.f0, Types.LONG)
                        .sum(1)
                        .uid("totals")
                        .addSink(new DiscardingSink<>());
    }

    @Test
    void shouldRefuseTotalsOfAnotherTypeBeforeAnythingIsStarted() throws Exception {
        Path checkpoint =
                newestBelow(
                        cancelled(
                                graph(
                                        2,
                                        Map.of(),
                                        totals(Types.LONG, i -> Tuple2.of(i % KEYS, i)))));

        assertThatThrownBy(
                        () ->
                                graph(
                                        2,
                                        from(checkpoint),
                                        totals(Types.INT, i -> Tuple2.of(i % KEYS, i.intValue()))))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("(uid 'totals') has a state 'result'")
                .hasMessageContaining("the value's field 'f1' was Long and is Integer now");
    }
}
