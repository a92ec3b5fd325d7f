package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.state.ReducingStateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.time.Time;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.ContinuousEventTimeTrigger;
import io.millrace.api.window.CountEvictor;
import io.millrace.api.window.CountTrigger;
import io.millrace.api.window.EventTimeSessionWindows;
import io.millrace.api.window.EventTimeTrigger;
import io.millrace.api.window.GlobalWindows;
import io.millrace.api.window.ProcessingTimeSessionWindows;
import io.millrace.api.window.ProcessingTimeoutTrigger;
import io.millrace.api.window.PurgingTrigger;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.TriggerResult;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.TumblingProcessingTimeWindows;
import io.millrace.api.window.WindowStagger;
import io.millrace.runtime.exchange.RecordBatch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowOperatorTest {
    private static final TypeInformation<Tuple2<String, Long>> TYPE =
            Types.TUPLE(Types.STRING, Types.LONG);

    private static Tuple2<String, Long> of(String key, long value) {
        return Tuple2.of(key, value);
    }

    /** The window's key, bounds and elements. */
    private static final class Describe
            extends ProcessWindowFunction<Tuple2<String, Long>, String, String, TimeWindow> {
        private static final long serialVersionUID = 1;

        @Override
        public void process(
                String key,
                Context context,
                Iterable<Tuple2<String, Long>> elements,
                Collector<String> out) {
            StringBuilder text = new StringBuilder(key);
            text.append(" [").append(context.window().getStart());
            text.append(", ").append(context.window().getEnd()).append("):");
            elements.forEach(element -> text.append(' ').append(element.f1));
            out.collect(text.toString());
        }
    }

    @Test
    void shouldFireAWindowWhenTheWatermarkPassesItsEndAndDropIt() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingEventTimeWindows.of(
                                                                Time.seconds(1)))
                                                .process(new Describe())))) {
            harness.record(of("a", 1), 10);
            harness.record(of("b", 2), 999);
            harness.record(of("a", 3), 1_000);
            harness.record(of("a", 4), 500);
            harness.watermark(998);
            assertThat(harness.take("out")).isEmpty();
            harness.watermark(999);
            assertThat(harness.take("out"))
                    .containsExactlyInAnyOrder("a [0, 1000): 1 4 @999", "b [0, 1000): 2 @999");
            harness.endOfInput();
            assertThat(harness.take("out")).containsExactly("a [1000, 2000): 3 @1999");
            assertThat(harness.state()).isEmpty();
        }
    }

    @Test
    void shouldFireAgainForLateRecordsAndSendLaterOnesToTheSideOutput() throws Exception {
        OutputTag<Tuple2<String, Long>> late = new OutputTag<>("late", TYPE);
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) -> {
                            var windows =
                                    in.keyBy(r -> r.f0)
                                            .window(TumblingEventTimeWindows.of(Time.seconds(1)))
                                            .allowedLateness(Time.milliseconds(100))
                                            .sideOutputLateData(late)
                                            .process(new Describe());
                            sinks.collect("out", windows);
                            sinks.collect("late", windows.getSideOutput(late));
                        })) {
            harness.record(of("a", 1), 10);
            harness.watermark(1_050);
            assertThat(harness.take("out")).containsExactly("a [0, 1000): 1 @999");
            harness.record(of("a", 2), 20);
            assertThat(harness.take("out")).containsExactly("a [0, 1000): 1 2 @999");
            harness.watermark(1_099);
            harness.record(of("a", 3), 30);
            assertThat(harness.take("out")).isEmpty();
            assertThat(harness.take("late")).containsExactly("(a,3) @30");
            assertThat(harness.state()).isEmpty();
        }
    }

    @Test
    void shouldMergeSessionsThatARecordJoins() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        EventTimeSessionWindows.withGap(
                                                                Duration.ofMillis(10)))
                                                .process(new Describe())))) {
            harness.record(of("a", 1), 0);
            harness.record(of("a", 2), 15);
            harness.record(of("a", 3), 40);
            harness.record(of("b", 9), 7);
            harness.record(of("a", 4), 8);
            harness.watermark(30);
            assertThat(harness.take("out"))
                    .containsExactlyInAnyOrder("a [0, 25): 1 2 4 @24", "b [7, 17): 9 @16");
            harness.endOfInput();
            assertThat(harness.take("out")).containsExactly("a [40, 50): 3 @49");
            assertThat(harness.state()).isEmpty();
        }
    }

    @Test
    void shouldMergeAccumulatorsOfSessions() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        EventTimeSessionWindows.withGap(
                                                                Duration.ofMillis(10)))
                                                .trigger(CountTrigger.of(3))
                                                .aggregate(new Average())))) {
            harness.record(of("a", 1), 0);
            harness.record(of("a", 2), 15);
            assertThat(harness.take("out")).isEmpty();
            harness.record(of("a", 6), 8); // two counts of one become three
            assertThat(harness.take("out")).containsExactly("3.0 @24");
        }
    }

    private static final class Average
            implements AggregateFunction<Tuple2<String, Long>, Tuple2<Long, Long>, Double> {
        private static final long serialVersionUID = 1;

        @Override
        public Tuple2<Long, Long> createAccumulator() {
            return Tuple2.of(0L, 0L);
        }

        @Override
        public Tuple2<Long, Long> add(Tuple2<String, Long> value, Tuple2<Long, Long> accumulator) {
            return Tuple2.of(accumulator.f0 + value.f1, accumulator.f1 + 1);
        }

        @Override
        public Double getResult(Tuple2<Long, Long> accumulator) {
            return (double) accumulator.f0 / accumulator.f1;
        }

        @Override
        public Tuple2<Long, Long> merge(Tuple2<Long, Long> a, Tuple2<Long, Long> b) {
            return Tuple2.of(a.f0 + b.f0, a.f1 + b.f1);
        }
    }

    @Test
    void shouldCountWindowsOfRecords() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect("out", in.keyBy(r -> r.f0).countWindow(2).sum(1)))) {
            harness.record(of("a", 1), RecordBatch.NO_TIMESTAMP);
            harness.record(of("b", 5), RecordBatch.NO_TIMESTAMP);
            harness.record(of("a", 2), RecordBatch.NO_TIMESTAMP);
            harness.record(of("a", 4), RecordBatch.NO_TIMESTAMP);
            harness.record(of("a", 8), RecordBatch.NO_TIMESTAMP);
            assertThat(harness.take("out"))
                    .containsExactly("(a,3) @" + Long.MAX_VALUE, "(a,12) @" + Long.MAX_VALUE);
        }
    }

    @Test
    void shouldGiveTheNewestRecordsToTheFunctionWhenOthersAreEvicted() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out", in.keyBy(r -> r.f0).countWindow(3, 2).sum(1)))) {
            for (long i = 1; i <= 6; i++) {
                harness.record(of("a", 1L << i), 0);
            }
            assertThat(harness.take("out"))
                    .containsExactly(
                            "(a,6) @" + Long.MAX_VALUE,
                            "(a,28) @" + Long.MAX_VALUE,
                            "(a,112) @" + Long.MAX_VALUE);
        }
    }

    @Test
    void shouldEvictAfterTheFunctionWhenToldSo() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(GlobalWindows.create())
                                                .trigger(CountTrigger.of(2))
                                                .evictor(CountEvictor.of(1, true))
                                                .sum(1)))) {
            for (long i = 1; i <= 4; i++) {
                harness.record(of("a", 1L << i), 0);
            }
            assertThat(harness.take("out"))
                    .containsExactly("(a,6) @" + Long.MAX_VALUE, "(a,28) @" + Long.MAX_VALUE);
        }
    }

    @Test
    void shouldFireByTheClockWhenWindowsAreByProcessingTime() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingProcessingTimeWindows.of(
                                                                Time.milliseconds(100)))
                                                .sum(1)))) {
            harness.clock(1_010);
            harness.record(of("a", 1), 0);
            harness.record(of("a", 2), 0);
            harness.clock(1_098);
            assertThat(harness.take("out")).isEmpty();
            harness.clock(1_150);
            assertThat(harness.take("out")).containsExactly("(a,3) @1099");
            harness.record(of("a", 4), 0);
            harness.endOfInput();
            assertThat(harness.take("out")).isEmpty();
        }
    }

    @Test
    void shouldEndProcessingTimeSessionsWhenNothingComes() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        ProcessingTimeSessionWindows.withGap(
                                                                Time.milliseconds(10)))
                                                .process(new Describe())))) {
            harness.record(of("a", 1), 0);
            harness.clock(5);
            harness.record(of("a", 2), 0);
            harness.clock(13);
            assertThat(harness.take("out")).isEmpty();
            harness.clock(20);
            assertThat(harness.take("out")).containsExactly("a [0, 15): 1 2 @14");
            assertThat(harness.state()).isEmpty();
        }
    }

    @Test
    void shouldFireEarlyWhenTheTriggerIsContinuous() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingEventTimeWindows.of(
                                                                Time.seconds(1)))
                                                .trigger(
                                                        ContinuousEventTimeTrigger.of(
                                                                Time.milliseconds(300)))
                                                .sum(1)))) {
            harness.record(of("a", 1), 10);
            harness.watermark(300);
            assertThat(harness.take("out")).containsExactly("(a,1) @999");
            harness.record(of("a", 2), 310);
            harness.watermark(2_000);
            assertThat(harness.take("out"))
                    .containsExactly("(a,3) @999", "(a,3) @999", "(a,3) @999");
            assertThat(harness.state()).isEmpty();
        }
    }

    @Test
    void shouldForgetWhatWasFiredWhenTheTriggerPurges() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingEventTimeWindows.of(
                                                                Time.seconds(1)))
                                                .trigger(PurgingTrigger.of(CountTrigger.of(2)))
                                                .sum(1)))) {
            harness.record(of("a", 1), 10);
            harness.record(of("a", 2), 10);
            harness.record(of("a", 4), 10);
            harness.endOfInput();
            assertThat(harness.take("out")).containsExactly("(a,3) @999");
            assertThat(harness.state()).isEmpty();
        }
    }

    /** How often the window, and any window of the key, has fired. */
    private static final class Counting
            extends ProcessWindowFunction<Tuple2<String, Long>, String, String, TimeWindow> {
        private static final long serialVersionUID = 1;
        private static final ValueStateDescriptor<Integer> FIRED =
                new ValueStateDescriptor<>("fired", Integer.class, 0);

        @Override
        public void process(
                String key,
                Context context,
                Iterable<Tuple2<String, Long>> elements,
                Collector<String> out)
                throws Exception {
            ValueState<Integer> here = context.windowState().getState(FIRED);
            ValueState<Integer> all = context.globalState().getState(FIRED);
            here.update(here.value() + 1);
            all.update(all.value() + 1);
            out.collect(key + " " + here.value() + " of " + all.value());
        }

        @Override
        public void clear(Context context) {
            context.windowState().getState(FIRED).clear();
        }
    }

    @Test
    void shouldKeepStateForTheWindowAndForTheKey() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingEventTimeWindows.of(
                                                                Time.seconds(1)))
                                                .trigger(CountTrigger.of(1))
                                                .process(new Counting())))) {
            harness.record(of("a", 1), 10);
            harness.record(of("a", 1), 20);
            harness.record(of("a", 1), 1_020);
            assertThat(harness.take("out"))
                    .containsExactly("a 1 of 1 @999", "a 2 of 2 @999", "a 1 of 3 @1999");
            harness.watermark(5_000);
            assertThat(harness.state()).containsExactly("fired={[a, null]=3}");
        }
    }

    /**
     * Sets a timer that outlives the window, and counts for each window how often it is cleared.
     */
    private static final class Overstaying extends Trigger<Object, TimeWindow> {
        private static final long serialVersionUID = 1;
        private static final ReducingStateDescriptor<Integer> CLEARED =
                new ReducingStateDescriptor<>("trigger-cleared", Integer::sum, Integer.class);

        @Override
        public TriggerResult onElement(
                Object element, long timestamp, TimeWindow window, TriggerContext ctx) {
            ctx.registerEventTimeTimer(window.maxTimestamp());
            ctx.registerEventTimeTimer(window.maxTimestamp() + 50);
            ctx.registerEventTimeTimer(window.maxTimestamp() + 500);
            ctx.registerEventTimeTimer(window.maxTimestamp() + 600);
            return TriggerResult.CONTINUE;
        }

        @Override
        public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext ctx) {
            return TriggerResult.CONTINUE;
        }

        @Override
        public TriggerResult onEventTime(long time, TimeWindow window, TriggerContext ctx) {
            return TriggerResult.FIRE;
        }

        @Override
        public void clear(TimeWindow window, TriggerContext ctx) throws Exception {
            ctx.getPartitionedState(CLEARED).add(1);
        }
    }

    /** Counts for each key how often its windows are cleared. */
    private static final class CountingClears
            extends ProcessWindowFunction<Tuple2<String, Long>, String, String, TimeWindow> {
        private static final long serialVersionUID = 1;
        private static final ReducingStateDescriptor<Integer> CLEARED =
                new ReducingStateDescriptor<>("function-cleared", Integer::sum, Integer.class);

        @Override
        public void process(
                String key,
                Context context,
                Iterable<Tuple2<String, Long>> elements,
                Collector<String> out) {
            out.collect(key);
        }

        @Override
        public void clear(Context context) throws Exception {
            context.globalState().getReducingState(CLEARED).add(1);
        }
    }

    @Test
    void shouldClearAWindowOnceWhenItsTriggerLeavesTimersBehind() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingEventTimeWindows.of(
                                                                Time.seconds(1)))
                                                .allowedLateness(Time.milliseconds(100))
                                                .trigger(new Overstaying())
                                                .process(new CountingClears())))) {
            harness.record(of("a", 1), 10);
            harness.watermark(1_098);
            assertThat(harness.take("out")).containsExactly("a @999", "a @999");
            assertThat(harness.state()).noneMatch(state -> state.contains("cleared"));
            harness.watermark(1_099);
            assertThat(harness.take("out")).as("with its last timer").containsExactly("a @999");
            harness.watermark(5_000);
            assertThat(harness.take("out")).as("fired when it was gone").isEmpty();
            assertThat(harness.state())
                    .containsExactlyInAnyOrder(
                            "function-cleared={[a, null]=1}",
                            "trigger/trigger-cleared={[a, TimeSpan[start=0, end=1000]]=1}");
        }
    }

    @Test
    void shouldFireAfterATimeoutWhenTheOtherTriggerHasNotFired() throws Exception {
        try (OperatorHarness harness = timingOut(CountTrigger.of(3), false)) {
            harness.record(of("a", 1), 10);
            harness.clock(30);
            harness.record(of("a", 2), 10);
            harness.clock(49);
            assertThat(harness.take("out")).isEmpty();
            harness.clock(50);
            assertThat(harness.take("out")).containsExactly("a [0, 1000): 1 2 @999");
            harness.record(of("a", 3), 10);
            harness.record(of("a", 4), 10);
            assertThat(harness.take("out")).as("counts anew").isEmpty();
            harness.record(of("a", 5), 10);
            assertThat(harness.take("out")).containsExactly("a [0, 1000): 1 2 3 4 5 @999");
            harness.clock(500);
            assertThat(harness.take("out")).as("its timer was deleted").isEmpty();
            harness.watermark(999);
            assertThat(harness.state()).isEmpty();
        }
    }

    @Test
    void shouldBeginTheTimeoutAnewWithEachRecordWhenToldSo() throws Exception {
        try (OperatorHarness harness = timingOut(CountTrigger.of(3), true)) {
            harness.record(of("a", 1), 10);
            harness.clock(30);
            harness.record(of("a", 2), 10);
            harness.clock(79);
            assertThat(harness.take("out")).isEmpty();
            harness.clock(80);
            assertThat(harness.take("out")).containsExactly("a [0, 1000): 1 2 @999");
        }
    }

    @Test
    void shouldDropAWindowWhoseTriggerHasDeletedTheTimerOfItsEnd() throws Exception {
        try (OperatorHarness harness = timingOut(eventTime(), false)) {
            harness.record(of("a", 1), 10);
            harness.clock(50);
            assertThat(harness.take("out")).containsExactly("a [0, 1000): 1 @999");
            harness.watermark(999);
            assertThat(harness.take("out")).containsExactly("a [0, 1000): 1 @999");
            assertThat(harness.state()).isEmpty();
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // takes any records
    private static Trigger<Tuple2<String, Long>, TimeWindow> eventTime() {
        return (Trigger) EventTimeTrigger.create();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // takes any records
    private static OperatorHarness timingOut(Trigger<?, TimeWindow> other, boolean resets)
            throws Exception {
        return OperatorHarness.of(
                TYPE,
                (in, sinks) ->
                        sinks.collect(
                                "out",
                                in.keyBy(r -> r.f0)
                                        .window(TumblingEventTimeWindows.of(Time.seconds(1)))
                                        .trigger(
                                                ProcessingTimeoutTrigger.of(
                                                        (Trigger) other,
                                                        Duration.ofMillis(50),
                                                        resets,
                                                        true))
                                        .process(new Describe())));
    }

    @Test
    void shouldBeginWindowsWhereTheClockStandsWhenTheyAreStaggeredNaturally() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) -> {
                            var keyed = in.keyBy(r -> r.f0);
                            sinks.collect(
                                    "out",
                                    keyed.window(
                                                    TumblingProcessingTimeWindows.of(
                                                            Time.milliseconds(100),
                                                            Time.milliseconds(-10),
                                                            WindowStagger.NATURAL))
                                            .process(new Describe()));
                        })) {
            harness.clock(1_030);
            harness.record(of("a", 1), 0);
            harness.clock(1_125);
            assertThat(harness.take("out")).containsExactly("a [1020, 1120): 1 @1119");
            harness.record(of("a", 2), 0);
            harness.clock(1_300);
            assertThat(harness.take("out")).containsExactly("a [1120, 1220): 2 @1219");
        }
    }

    @Test
    void shouldStaggerWindowsOfEventTimeWhateverCouldCutThemIntoPanes() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingEventTimeWindows.of(
                                                                Duration.ofMillis(100),
                                                                Duration.ZERO,
                                                                WindowStagger.NATURAL))
                                                .sum(1)))) {
            harness.clock(1_030);
            harness.record(of("a", 1), 229);
            harness.clock(1_070);
            harness.record(of("a", 2), 230);
            harness.record(of("a", 4), 329);
            harness.endOfInput();
            assertThat(harness.take("out")).containsExactly("(a,1) @229", "(a,6) @329");
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenRecordsHaveNoTimestamps() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        TumblingEventTimeWindows.of(
                                                                Time.seconds(1)))
                                                .process(new Describe())))) {
            assertThatThrownBy(() -> harness.record(of("a", 1), RecordBatch.NO_TIMESTAMP))
                    .isInstanceOf(OperatorFailure.class)
                    .cause()
                    .hasMessageContaining("no timestamp")
                    .hasMessageContaining("assignTimestampsAndWatermarks");
        }
    }

    @Test
    void shouldPutAllRecordsIntoOneSubtaskWhenWindowsAreOverAll() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect("out", in.timeWindowAll(Time.seconds(1)).maxBy(1)))) {
            harness.record(of("a", 1), 10);
            harness.record(of("b", 7), 20);
            harness.record(of("c", 3), 30);
            harness.endOfInput();
            assertThat(harness.take("out")).containsExactly("(b,7) @999");
        }
    }

    private static List<String> stateOf(AggregateFunction<Tuple2<String, Long>, ?, ?> aggregate)
            throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0)
                                                .window(
                                                        SlidingEventTimeWindows.of(
                                                                Time.milliseconds(15),
                                                                Time.milliseconds(10)))
                                                .aggregate(aggregate)))) {
            harness.record(of("a", 1), 3);
            harness.record(of("a", 2), 7);
            harness.record(of("a", 4), 9);
            return harness.state();
        }
    }

    @Test
    void shouldKeepOneAccumulatorForEachPaneWhenWindowsOverlap() throws Exception {
        assertThat(stateOf(new Average()))
                .contains("window-panes={[a, 0]=(1,1), [a, 5]=(6,2)}")
                .noneMatch(state -> state.startsWith("window-contents"));
    }

    private static final class UnmergeableSum
            implements AggregateFunction<Tuple2<String, Long>, Long, Long> {
        private static final long serialVersionUID = 1;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Tuple2<String, Long> value, Long accumulator) {
            return accumulator + value.f1;
        }

        @Override
        public Long getResult(Long accumulator) {
            return accumulator;
        }

        @Override
        public Long merge(Long a, Long b) {
            return null;
        }
    }

    @Test
    void shouldKeepOneAccumulatorForEachWindowWhenTheFunctionDoesNotMerge() throws Exception {
        assertThat(stateOf(new UnmergeableSum()))
                .contains(
                        "window-contents={"
                                + "[a, TimeSpan[start=0, end=15]]=7, "
                                + "[a, TimeSpan[start=-10, end=5]]=1}")
                .noneMatch(state -> state.startsWith("window-panes"));
    }
}
