package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.Collector;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.time.AscendingTimestampExtractor;
import io.millrace.api.time.AssignerWithPunctuatedWatermarks;
import io.millrace.api.time.BoundedOutOfOrdernessTimestampExtractor;
import io.millrace.api.time.Time;
import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.Types;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimestampsOperatorTest {
    private static final long NONE = RecordBatch.NO_TIMESTAMP;

    /** Each record with the watermark that it comes behind. */
    private static final class WithWatermark extends ProcessFunction<Long, String> {
        private static final long serialVersionUID = 1;

        @Override
        public void processElement(Long value, Context ctx, Collector<String> out) {
            long watermark = ctx.timerService().currentWatermark();
            out.collect(value + " behind " + (watermark == Long.MIN_VALUE ? "none" : watermark));
        }
    }

    private static OperatorHarness harness(WatermarkStrategy<Long> strategy) throws Exception {
        return OperatorHarness.of(
                Types.LONG,
                (in, sinks) -> collect(in.assignTimestampsAndWatermarks(strategy), sinks));
    }

    private static void collect(DataStream<Long> stream, OperatorHarness.Sinks sinks) {
        sinks.collect("out", stream.process(new WithWatermark()));
    }

    @Test
    void shouldEmitWatermarksByTheClockBehindTheGreatestTimestamp() throws Exception {
        WatermarkStrategy<Long> strategy =
                WatermarkStrategy.<Long>forBoundedOutOfOrderness(Duration.ofMillis(5))
                        .withTimestampAssigner((value, timestamp) -> value * 10);
        try (OperatorHarness harness = harness(strategy)) {
            harness.record(7L, NONE);
            harness.record(4L, NONE);
            harness.clock(199);
            harness.record(1L, NONE);
            harness.clock(200);
            harness.record(2L, NONE);
            assertThat(harness.take("out"))
                    .containsExactly(
                            "7 behind none @70",
                            "4 behind none @40",
                            "1 behind none @10",
                            "2 behind 64 @20");
        }
    }

    @Test
    void shouldEndTheWatermarksThatComeIn() throws Exception {
        WatermarkStrategy<Long> strategy =
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((value, timestamp) -> value);
        try (OperatorHarness harness = harness(strategy)) {
            harness.watermark(1_000);
            harness.record(3L, NONE);
            assertThat(harness.take("out")).containsExactly("3 behind none @3");
            harness.clock(200);
            harness.record(4L, NONE);
            assertThat(harness.take("out")).containsExactly("4 behind 2 @4");
        }
    }

    @Test
    void shouldEmitWatermarksOnRecordsWhenTheGeneratorDoes() throws Exception {
        AssignerWithPunctuatedWatermarks<Long> punctuated =
                new AssignerWithPunctuatedWatermarks<>() {
                    @Override
                    public Watermark checkAndGetNextWatermark(Long last, long timestamp) {
                        return last % 10 == 0 ? new Watermark(timestamp) : null;
                    }

                    @Override
                    public long extractTimestamp(Long element, long recordTimestamp) {
                        return element;
                    }
                };
        try (OperatorHarness harness =
                OperatorHarness.of(
                        Types.LONG,
                        (in, sinks) ->
                                collect(in.assignTimestampsAndWatermarks(punctuated), sinks))) {
            harness.record(9L, NONE);
            harness.record(10L, NONE);
            harness.record(11L, NONE);
            assertThat(harness.take("out"))
                    .containsExactly("9 behind none @9", "10 behind none @10", "11 behind 10 @11");
        }
    }

    @Test
    void shouldTakeTheAssignersOfOlderPrograms() throws Exception {
        BoundedOutOfOrdernessTimestampExtractor<Long> bounded =
                new BoundedOutOfOrdernessTimestampExtractor<>(Time.milliseconds(3)) {
                    @Override
                    public long extractTimestamp(Long element) {
                        return element;
                    }
                };
        AscendingTimestampExtractor<Long> ascending =
                new AscendingTimestampExtractor<>() {
                    @Override
                    public long extractAscendingTimestamp(Long element) {
                        return element;
                    }
                };
        try (OperatorHarness first =
                        OperatorHarness.of(
                                Types.LONG,
                                (in, sinks) ->
                                        collect(in.assignTimestampsAndWatermarks(bounded), sinks));
                OperatorHarness second =
                        OperatorHarness.of(
                                Types.LONG,
                                (in, sinks) ->
                                        collect(
                                                in.assignTimestampsAndWatermarks(ascending),
                                                sinks))) {
            first.record(100L, NONE);
            first.clock(200);
            first.record(101L, NONE);
            second.record(100L, NONE);
            second.clock(200);
            second.record(101L, NONE);
            assertThat(first.take("out")).contains("101 behind 97 @101");
            assertThat(second.take("out")).contains("101 behind 99 @101");
        }
    }

    /** A clock that a test moves. */
    private static final class ManualTime implements ProcessingTime {
        private long nowMillis;

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public void wakeAt(long millis) {}
    }

    @Test
    void shouldBecomeIdleWhenNothingComesAndActiveAgainWithTheNextRecord() {
        ManualTime time = new ManualTime();
        List<Object> emitted = new ArrayList<>();
        WatermarkStrategy<Object> strategy =
                WatermarkStrategy.forMonotonousTimestamps().withIdleness(Duration.ofSeconds(1));
        TimestampsOperator operator =
                new TimestampsOperator(
                        "t",
                        strategy,
                        200,
                        time,
                        new Downstream(List.of(), List.of(emitted::add)),
                        (value, timestamp) -> emitted.add(value));
        operator.open();

        operator.process("a", 50);
        for (time.nowMillis = 200; time.nowMillis <= 1_200; time.nowMillis += 200) {
            operator.processingTime(time.nowMillis);
        }
        assertThat(emitted).containsExactly("a", new StreamEvent.Watermark(49));

        // a second after the first look that found nothing new
        operator.processingTime(time.nowMillis);
        operator.processingTime(time.nowMillis + 200);
        operator.process("b", 60);
        operator.processingTime(time.nowMillis + 400);
        assertThat(emitted.subList(2, emitted.size()))
                .containsExactly(
                        StreamEvent.Status.IDLE,
                        "b",
                        StreamEvent.Status.ACTIVE,
                        new StreamEvent.Watermark(59));
    }

    @Test
    void shouldNeverAskTheGeneratorByTheClockWhenTheIntervalIsZero() throws Exception {
        WatermarkStrategy<Long> strategy =
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((value, timestamp) -> value);
        try (OperatorHarness harness =
                OperatorHarness.of(
                        Types.LONG,
                        (in, sinks) -> {
                            in.getExecutionEnvironment().getConfig().setAutoWatermarkInterval(0);
                            collect(in.assignTimestampsAndWatermarks(strategy), sinks);
                        })) {
            harness.record(1L, NONE);
            harness.clock(100_000);
            harness.record(2L, NONE);
            assertThat(harness.take("out")).containsExactly("1 behind none @1", "2 behind none @2");
        }
    }
}
