package io.millrace.runtime.local;

import static io.millrace.runtime.local.CompleteCheckpoints.metadata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobStatus;
import io.millrace.api.RestartStrategies;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.stream.DataStream;
import io.millrace.api.time.Time;
import io.millrace.api.time.Watermark;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SavepointPath;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs that are saved, stopped and drained while they run. */
@Timeout(120)
class SavepointsTest {
    private static final long ENDLESS = Long.MAX_VALUE;
    private static final int SOURCES = 2;

    /** What a test and the functions of its job see of each other. */
    private static final class Shared {
        /** Records that have come to the sink. */
        final AtomicLong seen = new AtomicLong();

        final AtomicLong seenSum = new AtomicLong();

        /** Records that the sinks had when they heard of a completion. */
        final AtomicLong committed = new AtomicLong();

        final AtomicInteger sourceTold = new AtomicInteger();

        /** What happens once, when a sink is to be saved. */
        final AtomicReference<Runnable> whileSaving = new AtomicReference<>();
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    @TempDir Path folder;

    /** Emits numbers that ascend, and keeps the next one. */
    private static final class Numbers extends RichParallelSourceFunction<Long>
            implements CheckpointedFunction, CheckpointListener {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final long limit;
        private transient ListState<Long> position;
        private long next;
        private volatile boolean running = true;

        Numbers(SharedWithJob<Shared> test, long limit) {
            this.test = test;
            this.limit = limit;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            position =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("position", Types.LONG));
            next = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            position.update(List.of(next));
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            test.get().sourceTold.incrementAndGet();
        }

        @Override
        public void run(SourceContext<Long> context) {
            while (running && next < limit) {
                synchronized (context.getCheckpointLock()) {
                    context.collectWithTimestamp(next, next);
                    if (next % 1000 < SOURCES) {
                        context.emitWatermark(new Watermark(next - 1));
                    }
                    next += SOURCES;
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    /** Counts and adds up, and acts on completions. */
    private static final class Counting extends RichSinkFunction<Long>
            implements CheckpointedFunction, CheckpointListener {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private transient ListState<Long> saved;
        private long count;
        private long sum;

        Counting(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            saved =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("counts", Types.LONG));
        }

        @Override
        public void invoke(Long value, Context context) {
            count++;
            sum += value;
            test.get().seen.incrementAndGet();
            test.get().seenSum.addAndGet(value);
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            Runnable happens = test.get().whileSaving.getAndSet(null);
            if (happens != null) {
                happens.run();
            }
            saved.update(List.of(count, sum));
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            test.get().committed.addAndGet(count);
        }
    }

    private StreamExecutionEnvironment environment() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(SOURCES);
        env.disableOperatorChaining();
        return env;
    }

    private JobClient start(StreamExecutionEnvironment env, long limit) throws Exception {
        env.addSource(new Numbers(test, limit))
                .uid("numbers")
                .rebalance()
                .addSink(new Counting(test))
                .uid("sink");
        return env.executeAsync("saved");
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time left for " + what).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void awaitRecords(long more) {
        long before = shared.seen.get();
        await(more + " more records", () -> shared.seen.get() >= before + more);
    }

    // ------------------------------------------------------------------ what was saved

    /** All elements of all lists of an operator, subtask by subtask. */
    private static List<Long> elements(Path savepoint, String uid) throws IOException {
        TypeSerializer<Long> longs =
                Serializers.compile(
                        Types.LONG, new JobClasses(SavepointsTest.class.getClassLoader()));
        StoredCheckpoint found = SavepointPath.findWhole(savepoint.toString());
        List<Long> elements = new ArrayList<>();
        for (Vertex former : found.metadata().vertices()) {
            JobVertex vertex =
                    new JobVertex(
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
            for (int s = 0; s < former.parallelism(); s++) {
                RestoredState state = found.assignment().of(vertex, s);
                try (StateReader reader = new StateReader(state)) {
                    for (RestoredState.Slice slice : state.slices(uid)) {
                        for (byte[] element : reader.elements(slice)) {
                            RecordInput in = new RecordInput();
                            in.reset(element, 0, element.length);
                            elements.add(longs.deserialize(in));
                        }
                    }
                }
            }
        }
        return elements;
    }

    /** What the sources had emitted is what the sinks had got: count and sum. */
    private static long assertExact(Path savepoint) throws IOException {
        List<Long> positions = elements(savepoint, "numbers");
        assertThat(positions).hasSize(SOURCES);
        long emitted = 0;
        long sum = 0;
        for (int s = 0; s < SOURCES; s++) {
            long count = (positions.get(s) - s) / SOURCES;
            emitted += count;
            sum += count * s + SOURCES * (count * (count - 1) / 2);
        }
        List<Long> counts = elements(savepoint, "sink");
        assertThat(counts).hasSize(2 * SOURCES);
        assertThat(counts.get(0) + counts.get(2)).as("records in sinks").isEqualTo(emitted);
        assertThat(counts.get(1) + counts.get(3)).as("sum in sinks").isEqualTo(sum);
        return emitted;
    }

    private static Path moved(String savepoint, Path to) throws IOException {
        Path from = Path.of(savepoint);
        Files.createDirectories(to.getParent());
        return Files.move(from, to);
    }

    // ------------------------------------------------------------------ tests

    @Test
    void shouldHoldExactlyWhatWasEmittedInTheSavepointThatStopsAJob() throws Exception {
        JobClient job = start(environment(), ENDLESS);
        awaitRecords(1000);

        String path = job.stopWithSavepoint(false, folder.toString()).get();
        job.getJobExecutionResult().get();

        assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.FINISHED);
        assertThat(Path.of(path).getFileName().toString())
                .matches("savepoint-" + job.getJobID().substring(0, 6) + "-[0-9a-f]{12}");
        Path elsewhere = moved(path, folder.resolve("moved").resolve("elsewhere"));
        assertThat(metadata(elsewhere).kind()).isEqualTo(CheckpointKind.STOP);
        long emitted = assertExact(elsewhere);
        assertThat(shared.seen.get()).as("nothing came behind the savepoint").isEqualTo(emitted);
        assertThat(shared.committed.get()).as("all was committed").isEqualTo(emitted);
        assertThat(shared.sourceTold.get()).isEqualTo(SOURCES);
    }

    @Test
    void shouldGoOnBehindASavepointAndActOnItNowhere() throws Exception {
        JobClient job = start(environment(), ENDLESS);
        awaitRecords(1000);

        String first = job.triggerSavepoint(folder.toString()).get();
        awaitRecords(1000);
        String second = job.triggerSavepoint(folder.toString()).get();
        assertThat(shared.committed.get()).isZero();
        assertThat(shared.sourceTold.get()).isZero();
        job.cancel().get();

        long emitted = assertExact(Path.of(first));
        assertThat(assertExact(Path.of(second))).isGreaterThan(emitted);
        assertThat(metadata(Path.of(first)).kind()).isEqualTo(CheckpointKind.SAVEPOINT);
    }

    @Test
    void shouldTakeSavepointsBesideCheckpointsAndKeepThem() throws Exception {
        StreamExecutionEnvironment env = environment();
        env.enableCheckpointing(20);
        JobClient job = start(env, ENDLESS);
        awaitRecords(1000);

        String path = job.triggerSavepoint(folder.toString()).get();
        long before = shared.sourceTold.get();
        await("later checkpoints", () -> shared.sourceTold.get() > before + 4 * SOURCES);
        String stopped = job.stopWithSavepoint(false, folder.toString()).get();
        job.getJobExecutionResult().get();

        assertExact(Path.of(path));
        assertThat(assertExact(Path.of(stopped))).isEqualTo(shared.seen.get());
    }

    @Test
    void shouldRunOnWhenTheSavepointThatIsToStopItFails() throws Exception {
        JobClient job = start(environment(), ENDLESS);
        awaitRecords(1000);
        shared.whileSaving.set(this::putFileInTheWay);

        assertThatThrownBy(() -> job.stopWithSavepoint(false, folder.toString()).get())
                .hasCauseInstanceOf(JobExecutionException.class)
                .hasMessageContaining(folder + "/savepoint-")
                .hasMessageContaining("The job runs on.");

        awaitRecords(1000);
        assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
        String path = job.stopWithSavepoint(false, folder.toString()).get();
        job.getJobExecutionResult().get();
        assertThat(assertExact(Path.of(path))).isEqualTo(shared.seen.get());
    }

    /** In the place of the folder of the savepoint that is being taken. */
    private void putFileInTheWay() {
        try (Stream<Path> savepoints = Files.list(folder)) {
            Path savepoint = savepoints.findAny().orElseThrow();
            Files.delete(savepoint);
            Files.writeString(savepoint, "in the way");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldBeginAgainWhenAFunctionFailsWhileItIsSavedAndStopThen() throws Exception {
        StreamExecutionEnvironment env = environment();
        env.setRestartStrategy(RestartStrategies.fixedDelayRestart(1, 0));
        JobClient job = start(env, ENDLESS);
        awaitRecords(1000);
        long before = shared.seen.get();
        shared.whileSaving.set(
                () -> {
                    throw new IllegalStateException("half of it is flushed");
                });

        String path = job.stopWithSavepoint(false, folder.toString()).get();
        job.getJobExecutionResult().get();

        long emitted = assertExact(Path.of(path));
        assertThat(shared.seen.get())
                .as("what the tasks before had got comes on top")
                .isBetween(emitted + before, Long.MAX_VALUE);
    }

    @Test
    void shouldSayWhyThereIsNoSavepoint() throws Exception {
        JobClient job = start(environment(), ENDLESS);
        awaitRecords(1);
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThatThrownBy(() -> job.triggerSavepoint(file.toString()).get())
                .hasMessageContaining(file + "/savepoint-");
        assertThatThrownBy(() -> job.stopWithSavepoint(true, null).get())
                .hasMessageContaining("execution.checkpointing.savepoint-dir");
        job.cancel().get();
        assertThatThrownBy(() -> job.getJobExecutionResult().get()).hasMessageContaining("CANCEL");
        assertThatThrownBy(() -> job.triggerSavepoint(folder.toString()).get())
                .hasMessageContaining("has ended");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(file);
        }
    }

    private JobClient startWindows(StreamExecutionEnvironment env) throws Exception {
        DataStream<Tuple2<Integer, Long>> counts =
                env.addSource(new Numbers(test, ENDLESS))
                        .uid("numbers")
                        .map(number -> Tuple2.of(0, 1L))
                        .returns(Types.TUPLE(Types.INT, Types.LONG))
                        .keyBy(pair -> pair.f0)
                        .window(TumblingEventTimeWindows.of(Time.days(100_000)))
                        .sum(1);
        counts.map(pair -> pair.f1).returns(Types.LONG).addSink(new Counting(test)).uid("sink");
        return env.executeAsync("windows");
    }

    @Test
    void shouldFireWindowsOnlyWhenItIsDrained() throws Exception {
        for (boolean drain : List.of(false, true)) {
            StreamExecutionEnvironment env = environment();
            JobClient job = startWindows(env);
            await("RUNNING", () -> job.getJobStatus().join() == JobStatus.RUNNING);
            Path savepoint = Path.of(job.stopWithSavepoint(drain, folder.toString()).get());
            job.getJobExecutionResult().get();

            assertThat(shared.seen.get()).as("windows fired").isEqualTo(drain ? 1 : 0);
            List<Long> positions = elements(savepoint, "numbers");
            long emitted = positions.get(0) / SOURCES + (positions.get(1) - 1) / SOURCES;
            assertThat(shared.seenSum.get()).isEqualTo(drain ? emitted : 0);
            assertThat(metadata(savepoint).vertices())
                    .flatExtracting(Vertex::subtasks)
                    .as("what is drained can be begun from")
                    .noneMatch(CheckpointMetadata.Subtask::finished);
        }
    }

    @Test
    void shouldCommitAllWithALastCheckpointAtTheEndOfTheInput() throws Exception {
        StreamExecutionEnvironment env = environment();
        env.enableCheckpointing(TimeUnit.HOURS.toMillis(1));

        JobClient job = start(env, 50_001);
        job.getJobExecutionResult().get();

        assertThat(shared.seen.get()).isEqualTo(50_001);
        assertThat(shared.committed.get()).isEqualTo(50_001);
        assertThat(shared.sourceTold.get()).isEqualTo(SOURCES);
    }

    @Test
    void shouldTakeCheckpointsWhenSomeSubtasksHaveFinished() throws Exception {
        StreamExecutionEnvironment env = environment();
        env.enableCheckpointing(20);
        DataStream<Long> brief = env.fromSequence(0, 9).uid("brief");
        env.addSource(new Numbers(test, ENDLESS))
                .uid("numbers")
                .union(brief)
                .rebalance()
                .addSink(new Counting(test))
                .uid("sink");
        JobClient job = env.executeAsync("half");
        await("checkpoints", () -> shared.sourceTold.get() > 10 * SOURCES);

        Path savepoint = Path.of(job.stopWithSavepoint(false, folder.toString()).get());
        job.getJobExecutionResult().get();

        List<CheckpointMetadata.Vertex> vertices = metadata(savepoint).vertices();
        assertThat(vertices)
                .filteredOn(v -> v.subtasks().stream().allMatch(s -> s.finished()))
                .extracting(Vertex::name)
                .singleElement()
                .asString()
                .contains("Sequence");
        assertThat(vertices)
                .filteredOn(v -> v.subtasks().stream().noneMatch(s -> s.finished()))
                .hasSize(vertices.size() - 1);
    }
}
