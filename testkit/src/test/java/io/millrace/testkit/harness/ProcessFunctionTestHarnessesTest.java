package io.millrace.testkit.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.function.BroadcastProcessFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.Watermark;
import io.millrace.api.type.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** As a job author uses them. */
class ProcessFunctionTestHarnessesTest {
    private static final OutputTag<String> ODD = new OutputTag<>("odd", Types.STRING);
    private static final ValueStateDescriptor<Long> SUM =
            new ValueStateDescriptor<>("sum", Types.LONG);

    /** Doubles even numbers, and tells odd ones aside. */
    private static final class Doubling extends ProcessFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long value, Context context, Collector<Long> out) {
            if (value < 0) {
                throw new IllegalStateException("no negative numbers");
            } else if (value % 2 == 0) {
                out.collect(2 * value);
            } else {
                context.output(ODD, "odd " + value);
            }
        }
    }

    /**
     * Adds up the numbers of each key; tells the sum when a second of event time is over, and at
     * every fifth second of the wall clock.
     */
    private static final class Sums extends KeyedProcessFunction<Boolean, Long, String> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Long> sum;

        @Override
        public void open(Configuration parameters) {
            sum = getRuntimeContext().getState(SUM);
        }

        @Override
        public void processElement(Long value, Context context, Collector<String> out)
                throws Exception {
            sum.update(sum.value() == null ? value : sum.value() + value);
            context.timerService().registerEventTimeTimer(context.timestamp() / 1000 * 1000 + 999);
            long now = context.timerService().currentProcessingTime();
            context.timerService().registerProcessingTimeTimer(now / 5000 * 5000 + 5000);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out)
                throws Exception {
            String word = context.timeDomain() == TimeDomain.EVENT_TIME ? "event" : "wall";
            out.collect(word + " " + context.getCurrentKey() + " " + sum.value());
        }
    }

    private static KeyedOneInputStreamOperatorTestHarness<Boolean, Long, String> sums() {
        return ProcessFunctionTestHarnesses.forKeyedProcessFunction(
                new Sums(), value -> value % 2 == 0, Types.BOOLEAN);
    }

    @Test
    void shouldGiveRecordsWatermarksAndSideOutputs() {
        try (var harness = ProcessFunctionTestHarnesses.forProcessFunction(new Doubling(), ODD)) {
            harness.processElement(2L, 10);
            harness.processElement(3L, 11);
            harness.processElement(4L);
            harness.processWatermark(10);

            assertThat(harness.getOutput())
                    .containsExactly(
                            new StreamRecord<>(4L, 10L), new StreamRecord<>(8L), new Watermark(10));
            assertThat(harness.extractOutputValues()).containsExactly(4L, 8L);
            assertThat(harness.getSideOutput(ODD))
                    .containsExactly(new StreamRecord<>("odd 3", 11L));
        }
    }

    @Test
    void shouldTellWhatAFunctionHasThrownAndOnWhichRecord() {
        try (var harness = ProcessFunctionTestHarnesses.forProcessFunction(new Doubling())) {
            assertThatThrownBy(() -> harness.processElement(-1L, 10))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("no negative numbers")
                    .hasMessageContaining("record '-1'");
            assertThatThrownBy(() -> harness.processElement(2L, 10))
                    .isInstanceOf(TaskFailedException.class);
            assertThatThrownBy(() -> harness.getSideOutput(ODD))
                    .hasMessageContaining("was not told of side output 'odd'");
        }
    }

    @Test
    void shouldFireTimersByTheClocksThatTheTestMoves() throws Exception {
        try (var harness = sums()) {
            harness.processElement(1L, 500);
            harness.processElement(2L, 1500);
            harness.processElement(3L, 900);
            assertThat(harness.getOutput()).isEmpty();
            assertThat(harness.getKeyedState(false).getState(SUM).value()).isEqualTo(4);

            harness.processWatermark(1000);
            assertThat(harness.getOutput())
                    .containsExactly(
                            new StreamRecord<>("event false 4", 999L), new Watermark(1000));

            harness.setProcessingTime(4999);
            assertThat(harness.getOutput()).hasSize(2);
            harness.advanceProcessingTime(1);
            assertThat(harness.extractOutputValues())
                    .containsExactlyInAnyOrder("event false 4", "wall false 4", "wall true 2");
        }
    }

    @Test
    void shouldGoOnFromASnapshot() throws Exception {
        try (var harness = sums()) {
            harness.processElement(1L, 500);
            TaskSnapshot snapshot = harness.snapshot(1);
            harness.processElement(3L, 600);

            harness.initializeState(snapshot);
            harness.processElement(5L, 700);
            harness.processWatermark(999);

            assertThat(harness.extractOutputValues()).containsExactly("event false 6");
        }
    }

    @Test
    void shouldDealTheKeysOutAnewWithAnotherParallelism() throws Exception {
        TaskSnapshot snapshot;
        try (var one = keyed(1, 0)) {
            one.open();
            for (long number = 0; number < 100; number++) {
                one.processElement(number, number);
            }
            snapshot = one.snapshot(1);
        }

        List<Long> found = new ArrayList<>();
        TaskSnapshot[] both = new TaskSnapshot[2];
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var half = keyed(2, subtask)) {
                half.initializeState(snapshot);
                half.open();
                half.processWatermark(999);
                assertThat(half.extractOutputValues()).hasSizeBetween(1, 99);
                found.addAll(half.extractOutputValues());
                both[subtask] = half.snapshot(2);
                assertThatThrownBy(
                                () -> {
                                    for (long number = 0; number < 100; number++) {
                                        half.processElement(number, number);
                                    }
                                })
                        .hasMessageContaining("belongs to subtask");
            }
        }
        assertThat(found).hasSize(100).doesNotHaveDuplicates();

        try (var whole = keyed(1, 0)) {
            assertThatThrownBy(
                            () -> {
                                whole.initializeState(both[1]);
                                whole.open();
                            })
                    .hasMessageContaining("TaskSnapshot.of");
        }
        try (var whole = keyed(1, 0)) {
            whole.initializeState(AbstractStreamOperatorTestHarness.repackageState(both));
            whole.open();
            for (long number = 0; number < 100; number++) {
                assertThat(whole.getKeyedState(number).getState(SUM).value()).isEqualTo(number);
            }
        }
    }

    /** Each number is a key of its own. */
    private static final class SumsOfNumbers extends KeyedProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Long> sum;

        @Override
        public void open(Configuration parameters) {
            sum = getRuntimeContext().getState(SUM);
        }

        @Override
        public void processElement(Long value, Context context, Collector<Long> out)
                throws Exception {
            sum.update(sum.value() == null ? value : sum.value() + value);
            context.timerService().registerEventTimeTimer(999);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<Long> out)
                throws Exception {
            out.collect(sum.value());
        }
    }

    private static KeyedOneInputStreamOperatorTestHarness<Long, Long, Long> keyed(
            int parallelism, int subtask) {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                Types.LONG,
                number -> number,
                Types.LONG,
                stream -> stream.process(new SumsOfNumbers()),
                16,
                parallelism,
                subtask);
    }

    /** Keeps the second input's last word of a key, and puts it before each of the first's. */
    private static final class Greeting
            extends KeyedCoProcessFunction<String, String, Integer, String> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Integer> length;

        @Override
        public void open(Configuration parameters) {
            length = getRuntimeContext().getState(new ValueStateDescriptor<>("l", Types.INT));
        }

        @Override
        public void processElement1(String value, Context context, Collector<String> out)
                throws Exception {
            out.collect(value + " of " + length.value());
        }

        @Override
        public void processElement2(Integer value, Context context, Collector<String> out)
                throws Exception {
            length.update(value);
        }
    }

    @Test
    void shouldDriveBothInputsOfAFunction() {
        try (var harness =
                ProcessFunctionTestHarnesses.forKeyedCoProcessFunction(
                        new Greeting(), word -> "k", number -> "k", Types.STRING)) {
            harness.processElement1("a", 1);
            harness.processElement2(7, 2);
            harness.processElement1("b", 3);
            harness.processWatermark1(5);
            harness.processWatermark2(4);

            assertThat(harness.getOutput())
                    .containsExactly(
                            new StreamRecord<>("a of null", 1L),
                            new StreamRecord<>("b of 7", 3L),
                            new Watermark(4));
        }
    }

    private static final MapStateDescriptor<String, Long> LIMITS =
            new MapStateDescriptor<>("limits", Types.STRING, Types.LONG);

    /** Lets numbers through that are above what was broadcast last. */
    private static final class Above extends BroadcastProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long value, ReadOnlyContext context, Collector<Long> out)
                throws Exception {
            Long limit = context.getBroadcastState(LIMITS).get("least");
            if (limit == null || value > limit) {
                out.collect(value);
            }
        }

        @Override
        public void processBroadcastElement(Long value, Context context, Collector<Long> out)
                throws Exception {
            context.getBroadcastState(LIMITS).put("least", value);
        }
    }

    @Test
    void shouldKeepBroadcastStateOverASnapshot() {
        try (var harness =
                ProcessFunctionTestHarnesses.forBroadcastProcessFunction(new Above(), LIMITS)) {
            harness.processElement(1L, 1);
            harness.processBroadcastElement(5L, 2);
            harness.initializeState(harness.snapshot(1));
            harness.processElement(4L, 3);
            harness.processElement(6L, 4);

            assertThat(harness.extractOutputValues()).isEqualTo(List.of(1L, 6L));
        }
    }
}
