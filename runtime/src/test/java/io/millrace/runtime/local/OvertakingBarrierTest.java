package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Jobs whose channels are full when a barrier comes, because a function takes hardly any record.
 */
@Timeout(180)
class OvertakingBarrierTest {
    private static final int KEYS = 101;
    private static final long LAST = 60_000;
    private static final int EMITTED_BEFORE = 200;

    /** What a test and the functions of its job see of each other. */
    private static final class Shared implements KeyedSums.Shown {
        final CountDownLatch emitted = new CountDownLatch(EMITTED_BEFORE);
        final CountDownLatch complete = new CountDownLatch(1);
        final Semaphore mayTake = new Semaphore(0);
        final AtomicLong taken = new AtomicLong();
        final AtomicBoolean fails = new AtomicBoolean();
        final AtomicBoolean failed = new AtomicBoolean();
        final Map<Long, Long> sums = new ConcurrentHashMap<>();

        @Override
        public Map<Long, Long> sums() {
            return sums;
        }
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    @TempDir Path folder;

    /** Right behind the source; hears of checkpoints though nothing can be emitted. */
    private record Emitted(SharedWithJob<Shared> test)
            implements MapFunction<Long, Long>, CheckpointListener {
        @Override
        public Long map(Long value) {
            test.get().emitted.countDown();
            return value;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            test.get().complete.countDown();
        }
    }

    /** Adds up the numbers of each key, one whenever it may. */
    private static final class SlowSums extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final KeyedSums sums;

        SlowSums(SharedWithJob<Shared> test) {
            this.test = test;
            this.sums = new KeyedSums(test, KEYS);
        }

        @Override
        public void open(Configuration parameters) {
            sums.setRuntimeContext(getRuntimeContext());
            sums.open(parameters);
        }

        @Override
        public Long map(Long value) throws Exception {
            Shared shared = test.get();
            shared.mayTake.acquire();
            if (shared.fails.get() && shared.failed.compareAndSet(false, true)) {
                throw new IllegalStateException("fails once");
            }
            shared.taken.incrementAndGet();
            return sums.map(value);
        }
    }

    private JobGraph graph(Map<String, String> further) throws Exception {
        return graph(2, further);
    }

    private JobGraph graph(int parallelism, Map<String, String> further) throws Exception {
        return CapturedProgram.graph(
                parallelism,
                env -> {
                    Map<String, String> options = new TreeMap<>(further);
                    options.putAll(LocalJobs.checkpointsAndRestarts(folder, "50 ms"));
                    env.configure(Configuration.fromMap(options));
                    env.setMaxParallelism(128);
                    env.fromSequence(1, LAST)
                            .map(new Emitted(test))
                            .keyBy(i -> i % KEYS)
                            .map(new SlowSums(test))
                            .addSink(new DiscardingSink<>());
                });
    }

    /** Or gives it up behind so many records that there was no overtaking. */
    private void fillChannelsUntilACheckpointIsComplete() throws InterruptedException {
        assertThat(shared.emitted.await(60, TimeUnit.SECONDS)).as("channels fill").isTrue();
        // a function that waits inside of a record cannot be asked; between two it can
        do {
            shared.mayTake.release(2);
        } while (!shared.complete.await(100, TimeUnit.MILLISECONDS)
                && shared.taken.get() < EMITTED_BEFORE);
    }

    @ParameterizedTest
    @CsvSource({"1, 0 ms", "2, 0 ms", "2, 150 ms"})
    void shouldCompleteACheckpointAndGoOnFromItThoughHardlyAnyRecordIsTaken(
            int workers, String timeout) throws Exception {
        try (LocalCluster cluster = LocalJobs.cluster(workers, 4 / workers)) {
            CompletableFuture<JobResult> running =
                    cluster.run(
                            graph(
                                    Map.of(
                                            "execution.checkpointing.aligned-checkpoint-timeout",
                                            timeout)));
            fillChannelsUntilACheckpointIsComplete();
            assertThat(shared.complete.getCount()).as("complete checkpoints are missing").isZero();
            assertThat(shared.taken.get()).isLessThan(EMITTED_BEFORE);
            assertThat(bytesInFlight()).as("bytes kept of channels").isPositive();

            shared.fails.set(true);
            shared.mayTake.release(1_000_000);
            JobResult result = running.get(60, TimeUnit.SECONDS);

            assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
            assertThat(result.restarts()).isEqualTo(1);
            assertThat(new TreeMap<>(shared.sums))
                    .isEqualTo(LocalJobs.sumsByRemainder(1, LAST, KEYS));
        }
    }

    /** Keyed records are dealt out anew, among more readers and among fewer. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldGoOnFromItWithAnotherParallelism(int parallelism) throws Exception {
        Path checkpoint;
        try (LocalCluster cluster = LocalJobs.cluster(2, 2)) {
            CompletableFuture<JobResult> running =
                    cluster.run(graph(2, Map.of("execution.checkpointing.unaligned", "true")));
            fillChannelsUntilACheckpointIsComplete();
            cluster.cancel("the test");
            shared.mayTake.release(1_000_000);
            assertThat(running.get(60, TimeUnit.SECONDS).state()).isEqualTo(JobState.CANCELED);
            checkpoint = CompleteCheckpoints.newestBelow(folder);
        }
        assertThat(bytesInFlight(checkpoint)).isPositive();
        shared.sums.clear();

        try (LocalCluster cluster = LocalJobs.cluster(1, parallelism)) {
            JobResult result =
                    cluster.run(
                                    graph(
                                            parallelism,
                                            Map.of(
                                                    "execution.state-recovery.path",
                                                    checkpoint.toString())))
                            .get(60, TimeUnit.SECONDS);

            assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
            assertThat(new TreeMap<>(shared.sums))
                    .isEqualTo(LocalJobs.sumsByRemainder(1, LAST, KEYS));
        }
    }

    /** The most that any complete checkpoint has. */
    private long bytesInFlight() throws IOException {
        long most = 0;
        for (Path checkpoint : CompleteCheckpoints.below(folder)) {
            most = Math.max(most, bytesInFlight(checkpoint));
        }
        return most;
    }

    private static long bytesInFlight(Path checkpoint) throws IOException {
        return CompleteCheckpoints.bytesOf(checkpoint, StatePart.Kind::isInFlight);
    }
}
