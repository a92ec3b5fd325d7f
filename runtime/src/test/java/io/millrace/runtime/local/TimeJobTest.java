package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.time.Time;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whole jobs with windows and timers, on real threads. */
class TimeJobTest {
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final Map<String, ConcurrentLinkedQueue<String>> OUTPUTS =
            new ConcurrentHashMap<>();
    private static final CountDownLatch FIRED = new CountDownLatch(3);

    private final String run = "run-" + RUNS.incrementAndGet();

    TimeJobTest() {
        OUTPUTS.put(run, new ConcurrentLinkedQueue<>());
    }

    private static final class Collecting<T> implements SinkFunction<T> {
        private static final long serialVersionUID = 1;
        private final String run;

        Collecting(String run) {
            this.run = run;
        }

        @Override
        public void invoke(T value) {
            OUTPUTS.get(run).add(value.toString());
        }
    }

    @Test
    void shouldCountEachRecordOnceInEachOfItsWindows() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        env.getConfig().setAutoWatermarkInterval(1);
        env.fromSequence(0, 9_999)
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<Long>forBoundedOutOfOrderness(Duration.ofDays(1))
                                .withTimestampAssigner((value, timestamp) -> value))
                .map(value -> Tuple2.of(value % 7, 1L), Types.TUPLE(Types.LONG, Types.LONG))
                .keyBy(record -> (Long) record.getField(0))
                .timeWindow(Time.milliseconds(1_000), Time.milliseconds(250))
                .sum(1)
                .addSink(new Collecting<>(run));

        env.execute();

        Map<String, Integer> expected = new TreeMap<>();
        for (long start = -750; start < 10_000; start += 250) {
            for (long key = 0; key < 7; key++) {
                int count = 0;
                for (long value = Math.max(0, start); value < start + 1_000; value++) {
                    count += value < 10_000 && value % 7 == key ? 1 : 0;
                }
                if (count > 0) {
                    expected.merge("(" + key + "," + count + ")", 1, Integer::sum);
                }
            }
        }
        Map<String, Integer> actual = new TreeMap<>();
        OUTPUTS.get(run).forEach(result -> actual.merge(result, 1, Integer::sum));
        assertThat(actual).isEqualTo(expected);
    }

    /** Emits three keys, and ends when the timers of all of them have fired. */
    private static final class UntilFired implements SourceFunction<Long> {
        private static final long serialVersionUID = 1;

        @Override
        public void run(SourceContext<Long> ctx) throws Exception {
            for (long key = 0; key < 3; key++) {
                ctx.collect(key);
            }
            if (!FIRED.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError(FIRED.getCount() + " timers have not fired");
            }
        }

        @Override
        public void cancel() {}
    }

    private static final class SoonAgain extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1;

        @Override
        public void processElement(Long value, Context ctx, Collector<String> out) {
            long now = ctx.timerService().currentProcessingTime();
            ctx.timerService().registerProcessingTimeTimer(now + 1 + value);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext ctx, Collector<String> out) {
            out.collect("fired " + ctx.getCurrentKey());
            FIRED.countDown();
        }
    }

    @Test
    void shouldFireTimersByTheWallClockWhileNothingComes() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        env.addSource(new UntilFired(), Types.LONG)
                .keyBy(value -> value)
                .process(new SoonAgain())
                .addSink(new Collecting<>(run));

        env.execute();

        assertThat(OUTPUTS.get(run))
                .containsExactlyInAnyOrderElementsOf(List.of("fired 0", "fired 1", "fired 2"));
    }
}
