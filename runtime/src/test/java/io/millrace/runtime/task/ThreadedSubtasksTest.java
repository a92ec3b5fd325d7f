package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.function.RichSourceFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.local.SharedWithJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ThreadedSubtasksTest {

    /** What a test and the functions of its job see of each other. */
    private static final class Shared {
        final Queue<Object> collected = new ConcurrentLinkedQueue<>();

        /** Records that {@link Flood} was let make. */
        final AtomicLong made = new AtomicLong();

        /** Counted down by functions that have come as far as a test wants them. */
        volatile CountDownLatch gate = new CountDownLatch(1);
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    /** Collects what it gets. */
    private record Collecting<T>(SharedWithJob<Shared> test) implements SinkFunction<T> {
        @Override
        public void invoke(T value, Context context) {
            test.get().collected.add(value);
        }
    }

    private List<Object> collected() {
        return new ArrayList<>(shared.collected);
    }

    @Test
    void shouldCarryEveryRecordThroughAKeyedShuffle() throws Exception {
        DirectRun run =
                new DirectRun(
                        3,
                        env ->
                                env.fromSequence(1, 100_000)
                                        .map(i -> i * 2)
                                        .keyBy(i -> i % 97)
                                        .map(i -> i / 2)
                                        .addSink(new Collecting<>(test)));

        assertThat(run.start().await().values()).containsOnly(new SubtaskEnd.Finished());
        // sorted, as comparing so many in any order takes minutes
        assertThat(collected().stream().sorted().toList())
                .isEqualTo(LongStream.rangeClosed(1, 100_000).boxed().toList());
        assertThat(run.openChannels()).isZero();
        assertThat(
                        run.metrics(0, 0).recordsOut()
                                + run.metrics(0, 1).recordsOut()
                                + run.metrics(0, 2).recordsOut())
                .isEqualTo(100_000);
        assertThat(run.metrics(1, 0).inputs().get(0).records())
                .isEqualTo(run.metrics(1, 0).recordsIn());
    }

    @Test
    void shouldEmitOneResultAKeyInBatchMode() throws Exception {
        DirectRun run =
                new DirectRun(
                        2,
                        env -> {
                            env.setRuntimeMode(RuntimeExecutionMode.BATCH);
                            env.fromElements("b", "a", "b", "c", "b", "a")
                                    .map(word -> Tuple2.of(word, 1))
                                    .returns(Types.TUPLE(Types.STRING, Types.INT))
                                    .keyBy(count -> count.f0)
                                    .sum(1)
                                    .addSink(new Collecting<>(test));
                        });

        assertThat(run.start().await().values()).containsOnly(new SubtaskEnd.Finished());
        assertThat(collected())
                .containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("b", 3), Tuple2.of("c", 1));
    }

    @Test
    void shouldEmitEveryUpdateInStreamingMode() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromElements(1, 2, 3, 4)
                                        .keyBy(i -> i % 2)
                                        .reduce(Integer::sum)
                                        .addSink(new Collecting<>(test)));

        run.start().await();
        assertThat(collected()).containsExactly(1, 2, 4, 6);
    }

    @Test
    void shouldNameOperatorSubtaskAndRecordWhenAUserFunctionThrows() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromElements("1", "2", "x", "4")
                                        .map(Integer::parseInt)
                                        .name("parse")
                                        .addSink(new Collecting<>(test)));

        SubtaskEnd end = run.start().await().values().iterator().next();
        assertThat(end)
                .isInstanceOfSatisfying(
                        SubtaskEnd.Failed.class,
                        failed -> {
                            Failure failure = failed.failure();
                            assertThat(failure.category()).isEqualTo(Failure.Category.USER_CODE);
                            assertThat(failure.where())
                                    .contains("operator 'parse'", "record 'x'", "[0]");
                            assertThat(failure.cause().className())
                                    .isEqualTo(NumberFormatException.class.getName());
                            assertThat(failure.cause().frames().get(0))
                                    .contains("NumberFormatException");
                        });
        assertThat(collected()).containsExactly(1, 2);
    }

    /** Emits until it is cancelled. */
    private static final class Endless implements SourceFunction<Long> {
        private static final long serialVersionUID = 1L;
        private volatile boolean running = true;

        @Override
        public void run(SourceContext<Long> ctx) {
            long next = 0;
            while (running) {
                ctx.collect(next++);
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    @Test
    void shouldRunASourceFunctionUntilItIsCancelled() throws Exception {
        DirectRun run =
                new DirectRun(
                        2,
                        env ->
                                env.addSource(new Endless())
                                        .rebalance()
                                        .map(i -> i)
                                        .addSink(new CountingDown<>(test)));
        shared.gate = new CountDownLatch(10_000);
        run.start().awaitRunning();
        assertThat(shared.gate.await(60, TimeUnit.SECONDS)).isTrue();
        run.cancelAll();

        assertThat(run.await().values()).allSatisfy(ThreadedSubtasksTest::wasStopped);
        assertThat(run.openChannels()).isZero();
    }

    private record CountingDown<T>(SharedWithJob<Shared> test) implements SinkFunction<T> {
        @Override
        public void invoke(T value, Context context) {
            test.get().gate.countDown();
        }
    }

    /** A quiet stream: one record, then nothing for ever. */
    private static final class OneThenSilence implements SourceFunction<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void run(SourceContext<String> ctx) throws Exception {
            ctx.collect("only");
            synchronized (this) {
                while (true) {
                    wait();
                }
            }
        }

        @Override
        public void cancel() {}
    }

    @Test
    void shouldHandARecordOverAtOnceWhenTheStreamIsQuiet() throws Exception {
        DirectRun run =
                new DirectRun(
                        2,
                        env ->
                                env.addSource(new OneThenSilence())
                                        .rebalance()
                                        .map(s -> s)
                                        .addSink(new CountingDown<>(test)));
        run.start();

        assertThat(shared.gate.await(60, TimeUnit.SECONDS)).isTrue();
        run.cancelAll();
        assertThat(run.await().values()).allSatisfy(ThreadedSubtasksTest::wasStopped);
    }

    /** Cancelled; or its peer was cancelled a moment before it, and it saw the channel break. */
    private static void wasStopped(SubtaskEnd end) {
        if (end instanceof SubtaskEnd.Failed failed) {
            assertThat(failed.failure().summary())
                    .contains("writer ended before the end of its data");
        } else {
            assertThat(end).isEqualTo(new SubtaskEnd.Canceled());
        }
    }

    /** Sits in user code and answers to nothing but an interrupt. */
    private static final class Stuck extends RichSinkFunction<Long> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;

        Stuck(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void open(Configuration parameters) {}

        @Override
        public void invoke(Long value, Context context) throws Exception {
            test.get().gate.countDown();
            new CountDownLatch(1).await();
        }
    }

    @Test
    void shouldInterruptUserCodeThatDoesNotReturnAfterACancel() throws Exception {
        DirectRun run = new DirectRun(1, env -> env.fromSequence(1, 10).addSink(new Stuck(test)));
        run.start();
        shared.gate.await();
        run.cancelAll();

        assertThat(run.await().values()).containsOnly(new SubtaskEnd.Canceled());
    }

    @Test
    void shouldStopTheSourceWhenTheSinkIsSlow() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromSequence(1, 10_000_000)
                                        .rebalance()
                                        .map(i -> i)
                                        .disableChaining()
                                        .addSink(new Stuck(test)));
        run.start().awaitRunning();
        shared.gate.await();
        long before = -1;
        // the source comes to a halt as soon as every bound between it and the sink is reached
        while (before != run.metrics(0, 0).recordsOut()
                || run.metrics(0, 0).backPressuredNanos() == 0) {
            before = run.metrics(0, 0).recordsOut();
            Thread.onSpinWait();
        }

        assertThat(run.metrics(0, 0).recordsOut()).isLessThan(10_000);
        run.cancelAll();
        run.await();
    }

    /** Mutable, as many jobs have them. */
    public static class Counter {
        public long value;

        public Counter() {}

        public Counter(long value) {
            this.value = value;
        }
    }

    @Test
    void shouldNotLetAFunctionChangeWhatAnotherWasGiven() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromSequence(1, 3)
                                        .map(Counter::new)
                                        .returns(Counter.class)
                                        .map(new KeepAndChange())
                                        .addSink(new Collecting<>(test)));

        run.start().await();
        assertThat(collected())
                .extracting(counter -> ((Counter) counter).value)
                .containsExactly(1L, 2L, 3L);
    }

    /** Emits one object again and again, changed each time. */
    private static final class KeepAndChange
            implements io.millrace.api.function.MapFunction<Counter, Counter> {
        private static final long serialVersionUID = 1L;
        private transient Counter kept;

        @Override
        public Counter map(Counter counter) {
            if (kept == null) {
                kept = new Counter();
            }
            kept.value = counter.value;
            return kept;
        }
    }

    @Test
    void shouldCopyAtAnEdgeThoughObjectsAreReusedWithinAChain() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env -> {
                            env.getConfig().enableObjectReuse();
                            env.fromSequence(1, 1000)
                                    .map(Counter::new)
                                    .returns(Counter.class)
                                    .map(new KeepAndChange())
                                    .rebalance()
                                    .map(counter -> counter.value)
                                    .returns(Types.LONG)
                                    .addSink(new Collecting<>(test));
                        });

        run.start().await();
        assertThat(collected())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 1000).boxed().toList());
    }

    @Test
    void shouldGiveEachBranchItsOwnCopyOfWhatASourceEmits() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env -> {
                            DataStream<Counter> counters =
                                    env.fromElements(new Counter(1), new Counter(2));
                            counters.map(
                                            counter -> {
                                                counter.value += 100;
                                                return counter.value;
                                            })
                                    .returns(Types.LONG)
                                    .addSink(new Collecting<>(test));
                            counters.map(counter -> counter.value)
                                    .returns(Types.LONG)
                                    .addSink(new Collecting<>(test));
                            counters.rebalance()
                                    .map(counter -> counter.value * 1000)
                                    .returns(Types.LONG)
                                    .addSink(new Collecting<>(test));
                        });

        run.start().await();
        assertThat(collected()).containsExactlyInAnyOrder(101L, 102L, 1L, 2L, 1000L, 2000L);
    }

    /** Numbers what it sees. */
    private static final class Numbering
            implements io.millrace.api.function.MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private long seen;

        @Override
        public Long map(Long value) {
            return ++seen;
        }
    }

    @Test
    void shouldGiveEachOperatorAFunctionOfItsOwnThoughTheProgramUsesOneTwice() throws Exception {
        Numbering function = new Numbering();
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromSequence(1, 3)
                                        .map(function)
                                        .map(function)
                                        .addSink(new Collecting<>(test)));

        run.start().await();
        assertThat(collected()).containsExactly(1L, 2L, 3L);
    }

    /** Collects from a thread of its own, as clients with call-backs do. */
    private static final class CollectsElsewhere implements SourceFunction<Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void run(SourceContext<Long> ctx) throws Exception {
            Thread client =
                    new Thread(
                            () -> {
                                for (long i = 0; i < 50_000; i++) {
                                    synchronized (ctx.getCheckpointLock()) {
                                        ctx.collect(i);
                                    }
                                }
                            },
                            "client");
            client.setDaemon(true);
            client.start();
            client.join();
        }

        @Override
        public void cancel() {}
    }

    @Test
    void shouldWakeWhicheverThreadOfASourceWaitsForRoom() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.addSource(new CollectsElsewhere())
                                        .rebalance()
                                        .map(i -> i)
                                        .addSink(new Collecting<>(test)));

        assertThat(run.start().await().values()).containsOnly(new SubtaskEnd.Finished());
        assertThat(collected()).hasSize(50_000);
    }

    /** Ends late, whatever interrupts it. */
    private static final class EndsLate extends RichSourceFunction<Long> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;

        EndsLate(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void run(SourceContext<Long> ctx) {
            int interrupts = 0;
            test.get().gate.countDown();
            while (interrupts < 4) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    interrupts++;
                }
            }
            test.get().collected.add("run ended");
        }

        @Override
        public void close() {
            test.get().collected.add("closed");
        }

        @Override
        public void cancel() {}
    }

    @Test
    void shouldNotEndBeforeTheThreadOfItsSourceFunctionHas() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env -> env.addSource(new EndsLate(test)).addSink(new Collecting<>(test)));
        run.start();
        shared.gate.await();
        run.cancelAll();

        assertThat(run.await().values()).containsOnly(new SubtaskEnd.Canceled());
        assertThat(collected()).containsExactly("run ended", "closed");
    }

    @Test
    void shouldRefuseANullKeyAndNameTheRecord() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromElements("a", "b")
                                        .name("words")
                                        .keyBy(word -> word.equals("b") ? null : word, Types.STRING)
                                        .reduce((a, b) -> a + b)
                                        .addSink(new Collecting<>(test)));

        assertThat(run.start().await().values())
                .anySatisfy(
                        end -> {
                            Failure failure = ((SubtaskEnd.Failed) end).failure();
                            assertThat(failure.category()).isEqualTo(Failure.Category.USER_CODE);
                            assertThat(failure.where()).contains("words", "record 'b'");
                            assertThat(failure.cause().message()).contains("key", "null");
                        });
    }

    @Test
    void shouldCarryNullRecordsThroughChainsAndEdges() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromElements("a", "b")
                                        .map(word -> word.equals("a") ? null : word)
                                        .returns(Types.STRING)
                                        .rebalance()
                                        .map(word -> "got " + word)
                                        .addSink(new Collecting<>(test)));

        run.start().await();
        assertThat(collected()).containsExactly("got null", "got b");
    }

    /** Its text fails. */
    public static class Unspeakable {
        public int x = 1;

        @Override
        public String toString() {
            throw new UnsupportedOperationException("no text");
        }
    }

    @Test
    void shouldBlameTheRecordWhoseTextFailsOnPrinting() throws Exception {
        DirectRun run = new DirectRun(1, env -> env.fromElements(new Unspeakable()).print());

        SubtaskEnd end = run.start().await().values().iterator().next();
        assertThat(((SubtaskEnd.Failed) end).failure().category())
                .isEqualTo(Failure.Category.USER_CODE);
    }

    /** Has no text at all. */
    public static class Textless {
        public int x = 1;

        @Override
        public String toString() {
            return null;
        }
    }

    @Test
    void shouldNameTheOperatorThoughTheRecordHasNoText() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromElements(new Textless())
                                        .<Long>map(
                                                record -> {
                                                    throw new IllegalStateException("mine");
                                                })
                                        .returns(Types.LONG)
                                        .name("breaks")
                                        .addSink(new Collecting<>(test)));

        SubtaskEnd end = run.start().await().values().iterator().next();
        Failure failure = ((SubtaskEnd.Failed) end).failure();
        assertThat(failure.where()).contains("operator 'breaks'", "null");
        assertThat(failure.cause().message()).isEqualTo("mine");
    }

    /** Makes very many of one, and says how many it was let make. */
    private record Flood(SharedWithJob<Shared> test, long count)
            implements io.millrace.api.function.FlatMapFunction<Integer, Long> {
        @Override
        public void flatMap(Integer value, io.millrace.api.function.Collector<Long> out) {
            AtomicLong made = test.get().made;
            for (long i = 0; i < count; i++) {
                out.collect(i);
                made.incrementAndGet();
            }
        }
    }

    @Test
    void shouldHoldAFunctionThatEmitsWithoutEndWhileItsReaderIsSlow() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromElements(1)
                                        .flatMap(new Flood(test, 3_000_000))
                                        .returns(Types.LONG)
                                        .rebalance()
                                        .addSink(new Stuck(test)));
        run.start().awaitRunning();
        shared.gate.await();
        while (run.metrics(0, 0).backPressuredNanos() == 0 && shared.made.get() < 3_000_000) {
            Thread.onSpinWait();
        }

        assertThat(shared.made.get()).isLessThan(100_000);
        run.cancelAll();
        assertThat(run.await().values()).allSatisfy(ThreadedSubtasksTest::wasStopped);
    }

    @Test
    void shouldLoseNothingOfAFunctionThatWasHeld() throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env ->
                                env.fromElements(1, 2)
                                        .flatMap(new Flood(test, 200_000))
                                        .returns(Types.LONG)
                                        .rebalance()
                                        .map(i -> i)
                                        .addSink(new Collecting<>(test)));

        assertThat(run.start().await().values()).containsOnly(new SubtaskEnd.Finished());
        List<Object> expected = new ArrayList<>();
        LongStream.range(0, 200_000).forEach(expected::add);
        LongStream.range(0, 200_000).forEach(expected::add);
        assertThat(collected()).isEqualTo(expected);
    }

    /** Emits one object again and again, changed each time. */
    private static final class ReusesItsRecord implements SourceFunction<Counter> {
        private static final long serialVersionUID = 1L;

        @Override
        public void run(SourceContext<Counter> ctx) {
            Counter reused = new Counter();
            for (long i = 1; i <= 1000; i++) {
                synchronized (ctx.getCheckpointLock()) {
                    reused.value = i;
                    ctx.collect(reused);
                }
            }
        }

        @Override
        public void cancel() {}
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCopyWhatASourceFunctionEmitsAsItRunsOnAnotherThread(boolean objectReuse)
            throws Exception {
        DirectRun run =
                new DirectRun(
                        1,
                        env -> {
                            if (objectReuse) {
                                env.getConfig().enableObjectReuse();
                            }
                            env.addSource(new ReusesItsRecord())
                                    .map(counter -> counter.value)
                                    .returns(Types.LONG)
                                    .addSink(new Collecting<>(test));
                        });

        run.start().await();
        assertThat(collected())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 1000).boxed().toList());
    }
}
