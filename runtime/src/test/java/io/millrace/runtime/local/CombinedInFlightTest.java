package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.source.DataGeneratorSource;
import io.millrace.api.source.RateLimiter;
import io.millrace.api.source.RateLimiterStrategy;
import io.millrace.api.time.Time;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that combine records before an edge, and go on from a checkpoint that overtook some. */
@Timeout(180)
class CombinedInFlightTest {
    private static final int KEYS = 101;
    private static final long COUNT = 40_000;

    /** What a test and the functions of its job see of each other. */
    private static final class Shared {
        final CountDownLatch complete = new CountDownLatch(1);
        final AtomicInteger emitted = new AtomicInteger();
        final AtomicLong firstAtHalf = new AtomicLong();
        final AtomicBoolean fails = new AtomicBoolean();
        volatile boolean goesOn = true;
        final Map<Long, Long> sums = new ConcurrentHashMap<>();
    }

    /**
     * Half of the numbers of each subtask, then none until a checkpoint is complete; always about
     * to give more, so that nothing is sent because the source waits.
     */
    private record Half(SharedWithJob<Shared> test) implements RateLimiterStrategy {
        @Override
        public RateLimiter createRateLimiter(int parallelism) {
            Shared shared = test.get();
            return new RateLimiter() {
                private long given;

                @Override
                public int acquire(int most) {
                    boolean isComplete = shared.complete.getCount() == 0;
                    if (given < COUNT / 2 / parallelism || isComplete && shared.goesOn) {
                        given++;
                        return 1;
                    }
                    return 0;
                }

                @Override
                public CompletableFuture<Void> available() {
                    return CompletableFuture.completedFuture(null);
                }

                @Override
                public void notifyCheckpointComplete(long checkpointId) {
                    if (shared.emitted.get() < COUNT / 2) {
                        return;
                    }
                    // the barrier of a later one than this began behind all these numbers
                    shared.firstAtHalf.compareAndSet(0, checkpointId);
                    if (checkpointId > shared.firstAtHalf.get()) {
                        shared.complete.countDown();
                    }
                }
            };
        }
    }

    private record Emitted(SharedWithJob<Shared> test) implements MapFunction<Long, Long> {
        @Override
        public Long map(Long number) {
            Shared shared = test.get();
            shared.emitted.incrementAndGet();
            if (shared.complete.getCount() == 0 && shared.fails.compareAndSet(true, false)) {
                throw new IllegalStateException("fails once");
            }
            return number;
        }
    }

    /** The key of all records, and their sum. */
    private static final class Sum
            implements AggregateFunction<Long, Tuple2<Long, Long>, Tuple2<Long, Long>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<Long, Long> createAccumulator() {
            return Tuple2.of(0L, 0L);
        }

        @Override
        public Tuple2<Long, Long> add(Long value, Tuple2<Long, Long> sum) {
            return Tuple2.of(value % KEYS, sum.f1 + value);
        }

        @Override
        public Tuple2<Long, Long> getResult(Tuple2<Long, Long> sum) {
            return sum;
        }

        @Override
        public Tuple2<Long, Long> merge(Tuple2<Long, Long> one, Tuple2<Long, Long> other) {
            return Tuple2.of(Math.max(one.f0, other.f0), one.f1 + other.f1);
        }
    }

    private record Sums(SharedWithJob<Shared> test) implements SinkFunction<Tuple2<Long, Long>> {
        @Override
        public void invoke(Tuple2<Long, Long> sum, Context context) {
            test.get().sums.merge(sum.f0, sum.f1, Long::sum);
        }
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    @TempDir Path folder;

    private JobGraph graph(int parallelism, Map<String, String> further) throws Exception {
        return CapturedProgram.graph(
                parallelism,
                env -> {
                    Map<String, String> options = new TreeMap<>(further);
                    options.putAll(LocalJobs.checkpointsAndRestarts(folder, "20 ms"));
                    options.put("execution.checkpointing.unaligned.enabled", "true");
                    env.configure(Configuration.fromMap(options));
                    env.setMaxParallelism(128);
                    env.fromSource(
                                    new DataGeneratorSource<>(
                                            number -> number, COUNT, new Half(test), Types.LONG),
                                    WatermarkStrategy.<Long>noWatermarks()
                                            .withTimestampAssigner((number, former) -> number),
                                    "numbers")
                            .map(new Emitted(test))
                            .keyBy(number -> number % KEYS, Types.LONG)
                            .window(TumblingEventTimeWindows.of(Time.hours(1)))
                            .aggregate(
                                    new Sum(),
                                    Types.TUPLE(Types.LONG, Types.LONG),
                                    Types.TUPLE(Types.LONG, Types.LONG))
                            .addSink(new Sums(test));
                });
    }

    /** The newest checkpoint of a job that was cancelled when it was complete. */
    private Path cancelledWithRecordsHeldBack() throws Exception {
        shared.goesOn = false;
        try (LocalCluster cluster = LocalJobs.cluster(2, 1)) {
            CompletableFuture<JobResult> running = cluster.run(graph(2, Map.of()));
            assertThat(shared.complete.await(60, TimeUnit.SECONDS)).isTrue();
            cluster.cancel("the test");
            assertThat(running.get(60, TimeUnit.SECONDS).state()).isEqualTo(JobState.CANCELED);
            return CompleteCheckpoints.newestBelow(folder);
        } finally {
            shared.goesOn = true;
        }
    }

    @Test
    void shouldCountEachRecordOnceThatWasHeldBackAtTheCheckpoint() throws Exception {
        shared.fails.set(true);
        try (LocalCluster cluster = LocalJobs.cluster(2, 1)) {
            JobResult result = cluster.run(graph(2, Map.of())).get(120, TimeUnit.SECONDS);

            assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
            assertThat(result.restarts()).isEqualTo(1);
            assertThat(new TreeMap<>(shared.sums))
                    .isEqualTo(LocalJobs.sumsByRemainder(0, COUNT - 1, KEYS));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldDealWhatWasHeldBackOutAnewWhateverTheParallelism(int parallelism) throws Exception {
        Path checkpoint = cancelledWithRecordsHeldBack();
        assertThat(CompleteCheckpoints.bytesOf(checkpoint, kind -> kind == StatePart.Kind.UNSENT))
                .as("bytes that were held back")
                .isPositive();

        try (LocalCluster cluster = LocalJobs.cluster(parallelism, 1)) {
            JobResult result =
                    cluster.run(
                                    graph(
                                            parallelism,
                                            Map.of(
                                                    "execution.state-recovery.path",
                                                    checkpoint.toString())))
                            .get(120, TimeUnit.SECONDS);

            assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
            assertThat(new TreeMap<>(shared.sums))
                    .isEqualTo(LocalJobs.sumsByRemainder(0, COUNT - 1, KEYS));
        }
    }

    @Test
    void shouldRefuseWhatWasHeldBackWhenNothingIsCombinedAnyMore() throws Exception {
        Path checkpoint = cancelledWithRecordsHeldBack();

        try (LocalCluster cluster = LocalJobs.cluster(2, 1)) {
            JobResult result =
                    cluster.run(
                                    graph(
                                            2,
                                            Map.of(
                                                    "execution.state-recovery.path",
                                                    checkpoint.toString(),
                                                    "execution.local-combine.enabled",
                                                    "false",
                                                    "restart-strategy.fixed-delay.attempts",
                                                    "1")))
                            .get(120, TimeUnit.SECONDS);

            assertThat(result.state()).isEqualTo(JobState.FAILED);
            assertThat(result.failure().toString())
                    .contains("combined")
                    .contains("begin from a savepoint");
        }
    }
}
