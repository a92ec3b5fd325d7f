package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.function.RichSourceFunction;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs on two task managers of one process, between which records travel over TCP. */
@Timeout(180)
class TwoWorkersTest {
    private static final int KEYS = 101;

    /** What a test and the functions of its job see of each other. */
    private static final class Shared {
        final Map<Long, AtomicLong> sums = new ConcurrentHashMap<>();
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();
        final CountDownLatch flowing = new CountDownLatch(1);
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);
    private Set<String> threadsBefore;

    @TempDir Path folder;

    @BeforeEach
    void rememberThreads() {
        threadsBefore = threads();
    }

    @AfterEach
    void shouldLeaveNoThreadBehind() {
        awaitNoThreads();
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(thread -> thread.getName() + "#" + thread.getId())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The JVM's, and those that Netty keeps for whoever comes next and ends by itself. */
    private static boolean isOurs(String thread) {
        return !thread.startsWith("globalEventExecutor")
                && !thread.startsWith("ForkJoinPool")
                && !thread.startsWith("Cleaner")
                && !thread.startsWith("process reaper");
    }

    private void awaitNoThreads() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            Set<String> left = threads();
            left.removeAll(threadsBefore);
            left.removeIf(thread -> !isOurs(thread));
            if (left.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Threads were left behind: " + left);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private JobResult run(CapturedProgram.Program program) throws Exception {
        LocalCluster cluster = LocalJobs.cluster(2, 1);
        JobResult result;
        try (cluster) {
            result = cluster.run(CapturedProgram.graph(2, program)).get(120, TimeUnit.SECONDS);
        }
        awaitNoThreads();
        assertThat(cluster.leaks()).isEmpty();
        return result;
    }

    /** Adds up what it gets of each key, slowly where it is told to. */
    private static final class Adding extends RichSinkFunction<Long> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final long pauseNanos;
        private transient Shared shared;

        Adding(SharedWithJob<Shared> test, long pauseNanos) {
            this.test = test;
            this.pauseNanos = pauseNanos;
        }

        @Override
        public void open(Configuration parameters) {
            shared = test.get();
            shared.opened.incrementAndGet();
        }

        @Override
        public void invoke(Long value, Context context) {
            shared.sums.computeIfAbsent(value % KEYS, key -> new AtomicLong()).addAndGet(value);
            shared.flowing.countDown();
            if (pauseNanos > 0) {
                long until = System.nanoTime() + pauseNanos;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public void close() {
            shared.closed.incrementAndGet();
        }
    }

    private void assertSumsOf(long last) {
        Map<Long, Long> expected = LocalJobs.sumsByRemainder(1, last, KEYS);
        assertThat(shared.sums)
                .hasSameSizeAs(expected)
                .allSatisfy((key, sum) -> assertThat(sum.get()).isEqualTo(expected.get(key)));
    }

    @Test
    void shouldGiveExactResultsWhenTheReaderIsSlow() throws Exception {
        JobResult result =
                run(
                        env ->
                                env.fromSequence(1, 200_000)
                                        .keyBy(i -> i % KEYS)
                                        .addSink(new Adding(test, 5_000)));

        assertThat(result.state()).isEqualTo(JobState.FINISHED);
        assertSumsOf(200_000);
    }

    /** Fails on one number. */
    private record FailsOn(long bad) implements MapFunction<Long, Long> {
        @Override
        public Long map(Long value) {
            if (value == bad) {
                throw new IllegalStateException("number " + bad + " is bad");
            }
            return value;
        }
    }

    @Test
    void shouldNameTheRootCauseWhenAFunctionFailsOnOneOfTheWorkers() throws Exception {
        JobResult result =
                run(
                        env ->
                                env.fromSequence(1, 1_000_000)
                                        .keyBy(i -> i % KEYS)
                                        .map(new FailsOn(20_000))
                                        .name("picky")
                                        .rebalance()
                                        .addSink(new Adding(test, 2_000)));

        assertThat(result.state()).isEqualTo(JobState.FAILED);
        assertThat(result.failure().category()).isEqualTo(Failure.Category.USER_CODE);
        assertThat(result.failure().where()).contains("operator 'picky'", "record '20000'");
        assertThat(result.failure().cause().message()).isEqualTo("number 20000 is bad");
        assertThat(shared.closed.get()).isEqualTo(shared.opened.get());
    }

    /** Emits until it is cancelled. */
    private static final class Endless extends RichSourceFunction<Long> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private volatile boolean running = true;

        Endless(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void open(Configuration parameters) {
            test.get().opened.incrementAndGet();
        }

        @Override
        public void run(SourceContext<Long> ctx) {
            for (long i = 0; running; i++) {
                ctx.collect(i);
            }
        }

        @Override
        public void cancel() {
            running = false;
        }

        @Override
        public void close() {
            test.get().closed.incrementAndGet();
        }
    }

    /** Never comes back from its first record by itself. */
    private static final class Blocking extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;

        Blocking(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void open(Configuration parameters) {
            test.get().opened.incrementAndGet();
        }

        @Override
        public Long map(Long value) throws Exception {
            test.get().flowing.countDown();
            new CountDownLatch(1).await();
            return value;
        }

        @Override
        public void close() {
            test.get().closed.incrementAndGet();
        }
    }

    @Test
    void shouldEndAllSubtasksWhenItIsCancelledUnderBackPressure() throws Exception {
        LocalCluster cluster = LocalJobs.cluster(2, 1);
        try (cluster) {
            CompletableFuture<JobResult> result =
                    cluster.run(
                            CapturedProgram.graph(
                                    2,
                                    env ->
                                            env.addSource(new Endless(test))
                                                    .rebalance()
                                                    .map(i -> i)
                                                    .keyBy(i -> i % KEYS)
                                                    .map(new Blocking(test))
                                                    .addSink(new Adding(test, 0))));
            assertThat(shared.flowing.await(60, TimeUnit.SECONDS)).isTrue();
            awaitRunning(cluster);
            cluster.cancel("the test");
            assertThat(result.get(60, TimeUnit.SECONDS).state()).isEqualTo(JobState.CANCELED);
        }
        awaitNoThreads();
        assertThat(cluster.leaks()).isEmpty();
        assertThat(shared.closed.get()).isEqualTo(shared.opened.get()).isPositive();
    }

    private static void awaitRunning(LocalCluster cluster) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (cluster.status() == null || cluster.status().state() != JobState.RUNNING) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("The job does not run: " + cluster.status());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** Fails in the first two runs, in the middle of them. */
    private static final class FailsTwice extends RichMapFunction<Long, String> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;

        FailsTwice(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public String map(Long value) {
            if (value == 5_000 && test.get().failures.incrementAndGet() <= 2) {
                throw new IllegalStateException("not yet");
            }
            return String.format(Locale.ROOT, "%06d", value);
        }
    }

    @Test
    void shouldShowTheOutputOfExactlyOneRunWhenItSucceedsAfterTwoFailures() throws Exception {
        Path output = folder.resolve("numbers");
        JobResult result =
                run(
                        env -> {
                            Configuration restarts = new Configuration();
                            restarts.setString("restart-strategy.type", "fixed-delay");
                            restarts.setString("restart-strategy.fixed-delay.attempts", "5");
                            restarts.setString("restart-strategy.fixed-delay.delay", "10 ms");
                            env.configure(restarts);
                            env.fromSequence(1, 10_000)
                                    .keyBy(i -> i % KEYS)
                                    .map(new FailsTwice(test))
                                    .writeAsText(output.toString());
                        });

        assertThat(result.state()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(2);
        assertThat(linesOf(output))
                .isEqualTo(
                        LongStream.rangeClosed(1, 10_000)
                                .mapToObj(i -> String.format(Locale.ROOT, "%06d", i))
                                .toList());
    }

    private static List<String> linesOf(Path output) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(output)) {
            files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("_"))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .forEach(
                            file -> {
                                try {
                                    lines.addAll(Files.readAllLines(file));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        }
        lines.sort(null);
        return lines;
    }

    @Test
    void shouldLeaveNothingBehindWhenAJobRunsManyTimesInOneProcess() throws Exception {
        for (int i = 0; i < 30; i++) {
            shared.sums.clear();
            JobResult result =
                    run(
                            env ->
                                    env.fromSequence(1, 2_000)
                                            .keyBy(number -> number % KEYS)
                                            .addSink(new Adding(test, 0)));
            assertThat(result.state()).isEqualTo(JobState.FINISHED);
            assertSumsOf(2_000);
        }
    }

    @Test
    void shouldEndAllSubtasksWhenTheClusterIsClosedWhileTheJobRuns() throws Exception {
        LocalCluster cluster = LocalJobs.cluster(2, 1);
        try (cluster) {
            cluster.run(
                    CapturedProgram.graph(
                            2,
                            env ->
                                    env.addSource(new Endless(test))
                                            .keyBy(i -> i % KEYS)
                                            .addSink(new Adding(test, 0))));
            assertThat(shared.flowing.await(60, TimeUnit.SECONDS)).isTrue();
        }
        awaitNoThreads();
        assertThat(cluster.leaks()).isEmpty();
        assertThat(shared.closed.get()).isEqualTo(shared.opened.get()).isPositive();
    }
}
