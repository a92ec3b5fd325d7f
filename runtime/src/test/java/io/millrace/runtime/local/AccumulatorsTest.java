package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.accumulator.Accumulator;
import io.millrace.api.accumulator.AverageAccumulator;
import io.millrace.api.accumulator.IntMaximum;
import io.millrace.api.accumulator.ListAccumulator;
import io.millrace.api.accumulator.LongCounter;
import io.millrace.api.accumulator.SimpleAccumulator;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.OpenContext;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.function.SourceFunction;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What functions add up, from their subtasks to the program. */
class AccumulatorsTest {
    private static final AtomicInteger FAILURES_LEFT = new AtomicInteger();
    private static volatile CountDownLatch release;

    /** Adds each number to several accumulators. */
    private static final class Counting extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        private transient LongCounter count;
        private transient IntMaximum greatest;
        private transient AverageAccumulator mean;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getLongCounter("count");
            greatest = new IntMaximum();
            mean = new AverageAccumulator();
            getRuntimeContext().addAccumulator("greatest", greatest);
            getRuntimeContext().addAccumulator("mean", mean);
        }

        @Override
        public Long map(Long value) {
            count.add(1);
            greatest.add(value.intValue());
            mean.add(value);
            getRuntimeContext().getIntCounter("evens").add(value % 2 == 0 ? 1 : 0);
            getRuntimeContext().getDoubleCounter("halves").add(value / 2.0);
            getRuntimeContext().getHistogram("digits").add(String.valueOf(value).length());
            return value;
        }

        @Override
        public void close() {
            count.add(1_000_000); // what close() adds counts, too
        }
    }

    @Test
    void shouldMergeThePartsOfAllSubtasks() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(3);
        env.fromSequence(1, 100).map(new Counting()).addSink(new DiscardingSink<>());

        JobExecutionResult result = env.execute("counting");

        assertThat(result.<Long>getAccumulatorResult("count")).isEqualTo(3_000_100L);
        assertThat(result.<Integer>getAccumulatorResult("greatest")).isEqualTo(100);
        assertThat(result.<Double>getAccumulatorResult("mean")).isEqualTo(50.5);
        assertThat(result.<Integer>getAccumulatorResult("evens")).isEqualTo(50);
        assertThat(result.<Double>getAccumulatorResult("halves")).isEqualTo(2525.0);
        assertThat(result.<TreeMap<Integer, Integer>>getAccumulatorResult("digits"))
                .isEqualTo(new TreeMap<>(Map.of(1, 9, 2, 90, 3, 1)));
        assertThat(result.getAllAccumulatorResults())
                .containsOnlyKeys("count", "digits", "evens", "greatest", "halves", "mean");
        assertThat(result.<Object>getAccumulatorResult("none")).isNull();
    }

    /** Fails as often as it is told, behind all records but the last. */
    private static final class Failing extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long map(Long value) {
            getRuntimeContext().getLongCounter("seen").add(1);
            if (value == 50 && FAILURES_LEFT.getAndDecrement() > 0) {
                throw new IllegalStateException("not yet");
            }
            return value;
        }
    }

    @Test
    void shouldCountOnlyTheRunThatFinished() throws Exception {
        FAILURES_LEFT.set(2);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(
                        1,
                        Configuration.fromMap(
                                Map.of(
                                        "restart-strategy.type", "fixed-delay",
                                        "restart-strategy.fixed-delay.delay", "1 ms")));
        env.fromSequence(1, 50).map(new Failing()).addSink(new DiscardingSink<>());

        assertThat(env.execute().<Long>getAccumulatorResult("seen")).isEqualTo(50L);
        assertThat(FAILURES_LEFT).hasNegativeValue();
    }

    /** Emits ten numbers and waits to be released. */
    private static final class Waiting implements SourceFunction<Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void run(SourceContext<Long> context) throws Exception {
            for (long n = 1; n <= 10; n++) {
                context.collect(n);
            }
            release.await();
        }

        @Override
        public void cancel() {
            release.countDown();
        }
    }

    @Test
    void shouldShowWhatWasAddedWhileTheJobRuns() throws Exception {
        release = new CountDownLatch(1);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.addSource(new Waiting()).map(new Failing()).addSink(new DiscardingSink<>());

        JobClient job = env.executeAsync("waiting");
        Map<String, Object> now = Map.of();
        for (int i = 0; i < 2_000 && !Long.valueOf(10).equals(now.get("seen")); i++) {
            new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
            now = job.getAccumulators().get();
        }
        assertThat(now).containsEntry("seen", 10L);

        release.countDown();
        assertThat(job.getJobExecutionResult().get().<Long>getAccumulatorResult("seen"))
                .isEqualTo(10L);
        assertThat(job.getAccumulators().get()).containsEntry("seen", 10L);
    }

    @Test
    void shouldFailAJobWhoseAccumulatorsGrowTooLarge() {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(
                        1,
                        Configuration.fromMap(
                                Map.of(
                                        "pipeline.accumulators.max-size", "2 kb",
                                        "restart-strategy.type", "fixed-delay")));
        env.fromSequence(1, 10_000)
                .map(
                        new RichMapFunction<Long, Long>() {
                            private final ListAccumulator<Long> all = new ListAccumulator<>();

                            @Override
                            public void open(OpenContext context) {
                                getRuntimeContext().addAccumulator("all of them", all);
                            }

                            @Override
                            public Long map(Long value) {
                                all.add(value);
                                return value;
                            }
                        })
                .addSink(new DiscardingSink<>());

        assertThatThrownBy(() -> env.execute("too much"))
                .isInstanceOf(JobExecutionException.class)
                .hasMessageContaining("pipeline.accumulators.max-size")
                .hasMessageContaining("'all of them'")
                .hasMessageContaining("2048 bytes");
    }

    @Test
    void shouldFailAJobWhoseAccumulatorCannotBeWritten() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.fromSequence(1, 10)
                .map(
                        new RichMapFunction<Long, Long>() {
                            @Override
                            public Long map(Long value) {
                                if (value == 1) {
                                    ListAccumulator<Object> odd = new ListAccumulator<>();
                                    odd.add(new Object());
                                    getRuntimeContext().addAccumulator("odd", odd);
                                }
                                return value;
                            }
                        })
                .addSink(new DiscardingSink<>());

        assertThatThrownBy(() -> env.execute("unwritable"))
                .isInstanceOf(JobExecutionException.class)
                .hasMessageContaining("Accumulator 'odd'")
                .hasMessageContaining("java.io.Serializable");
    }

    /** A user's own, whose merge fails. */
    private static final class Unmergeable implements SimpleAccumulator<Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void add(Long value) {}

        @Override
        public Long getLocalValue() {
            return 7L;
        }

        @Override
        public void resetLocal() {}

        @Override
        public void merge(Accumulator<Long, Long> other) {
            throw new IllegalStateException("no");
        }

        @Override
        public Unmergeable clone() {
            return new Unmergeable();
        }
    }

    @Test
    void shouldSayWhyAnAccumulatorCannotBeMerged() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        env.fromSequence(1, 10)
                .map(
                        new RichMapFunction<Long, Long>() {
                            @Override
                            public void open(OpenContext context) {
                                getRuntimeContext().addAccumulator("mine", new Unmergeable());
                            }

                            @Override
                            public Long map(Long value) {
                                return value;
                            }
                        })
                .addSink(new DiscardingSink<>());

        JobExecutionResult result = env.execute();

        assertThatThrownBy(() -> result.getAccumulatorResult("mine"))
                .hasMessageContaining("The 2 parts of accumulator 'mine'")
                .hasMessageContaining(Unmergeable.class.getName());
    }

    @Test
    void shouldRefuseASecondAccumulatorOfAName() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.fromSequence(1, 10)
                .map(new Counting())
                .map(new Counting())
                .addSink(new DiscardingSink<>());

        assertThatThrownBy(env::execute)
                .hasMessageContaining("The accumulator 'greatest' exists in this subtask");
    }
}
