package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.BroadcastProcessFunction;
import io.millrace.api.function.CoMapFunction;
import io.millrace.api.function.CoProcessFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.function.RichFlatMapFunction;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.state.AggregatingState;
import io.millrace.api.state.AggregatingStateDescriptor;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.MapState;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ReducingState;
import io.millrace.api.state.ReducingStateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operator.OperatorHarness.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProcessOperatorsTest {
    private static final TypeInformation<Tuple2<String, Long>> TYPE =
            Types.TUPLE(Types.STRING, Types.LONG);
    private static final TypeInformation<Tuple2<String, String>> TEXTS =
            Types.TUPLE(Types.STRING, Types.STRING);
    private static final OutputTag<String> SIDE = new OutputTag<>("side", Types.STRING);
    private static final long NONE = RecordBatch.NO_TIMESTAMP;

    private static Tuple2<String, Long> of(String key, long value) {
        return Tuple2.of(key, value);
    }

    /** Sums up for each key, and tells the sum 10 ms of event time after the last record. */
    private static final class SumWhenQuiet
            extends KeyedProcessFunction<String, Tuple2<String, Long>, String> {
        private static final long serialVersionUID = 1;
        private transient ValueState<Long> sum;
        private transient ValueState<Long> timer;

        @Override
        public void open(Configuration parameters) {
            sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class, 0L));
            timer = getRuntimeContext().getState(new ValueStateDescriptor<>("timer", Long.class));
        }

        @Override
        public void processElement(Tuple2<String, Long> value, Context ctx, Collector<String> out)
                throws Exception {
            sum.update(sum.value() + value.f1);
            if (timer.value() != null) {
                ctx.timerService().deleteEventTimeTimer(timer.value());
            }
            timer.update(ctx.timestamp() + 10);
            ctx.timerService().registerEventTimeTimer(timer.value());
            ctx.timerService().registerEventTimeTimer(timer.value());
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext ctx, Collector<String> out)
                throws Exception {
            out.collect(ctx.getCurrentKey() + "=" + sum.value());
            ctx.output(SIDE, ctx.timeDomain() + " " + ctx.timestamp());
            sum.clear();
            timer.clear();
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void shouldFireTimersInTheirOrderWithTheStateOfTheirKeys(Stores stores) throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        stores,
                        TYPE,
                        (in, sinks) -> {
                            var out = in.keyBy(r -> r.f0).process(new SumWhenQuiet());
                            sinks.collect("out", out);
                            sinks.collect("side", out.getSideOutput(SIDE));
                        })) {
            harness.record(of("a", 1), 0);
            harness.record(of("b", 7), 3);
            harness.record(of("a", 2), 5);
            harness.watermark(12);
            assertThat(harness.take("out")).isEmpty();
            if (stores == Stores.MANAGED) {
                harness.restart();
            }
            harness.watermark(20);
            assertThat(harness.take("out")).containsExactly("b=7 @13", "a=3 @15");
            assertThat(harness.take("side"))
                    .containsExactly("EVENT_TIME 13 @13", "EVENT_TIME 15 @15");
            harness.record(of("a", 4), 30);
            harness.endOfInput();
            assertThat(harness.take("out")).containsExactly("a=4 @40");
            assertThat(harness.state()).isEmpty();
        }
    }

    /** Answers each record 100 ms later by the clock. */
    private static final class Echo
            extends KeyedProcessFunction<String, Tuple2<String, Long>, String> {
        private static final long serialVersionUID = 1;

        @Override
        public void processElement(Tuple2<String, Long> value, Context ctx, Collector<String> out) {
            long now = ctx.timerService().currentProcessingTime();
            ctx.timerService().registerProcessingTimeTimer(now + value.f1);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext ctx, Collector<String> out) {
            out.collect(ctx.getCurrentKey() + " at " + timestamp + " " + ctx.timeDomain());
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void shouldFireTimersByTheClock(Stores stores) throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        stores,
                        TYPE,
                        (in, sinks) ->
                                sinks.collect("out", in.keyBy(r -> r.f0).process(new Echo())))) {
            harness.clock(1_000);
            harness.record(of("late", 500), 1);
            harness.record(of("soon", 100), 2);
            harness.clock(1_099);
            assertThat(harness.take("out")).isEmpty();
            if (stores == Stores.MANAGED) {
                harness.restart();
            }
            harness.clock(1_100);
            assertThat(harness.take("out")).containsExactly("soon at 1100 PROCESSING_TIME @null");
            harness.clock(5_000);
            assertThat(harness.take("out")).containsExactly("late at 1500 PROCESSING_TIME @null");
        }
    }

    @Test
    void shouldRefuseTimersAndStateWhenTheStreamHasNoKeys() throws Exception {
        ProcessFunction<Tuple2<String, Long>, String> timers =
                new ProcessFunction<>() {
                    @Override
                    public void processElement(
                            Tuple2<String, Long> value, Context ctx, Collector<String> out) {
                        ctx.timerService().registerEventTimeTimer(1);
                    }
                };
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) -> sinks.collect("out", in.process(timers, Types.STRING)))) {
            assertThatThrownBy(() -> harness.record(of("a", 1), 0))
                    .cause()
                    .hasMessageContaining("'Process'")
                    .hasMessageContaining("cannot use timers")
                    .hasMessageContaining("keyBy");
        }
        assertThatThrownBy(
                        () ->
                                OperatorHarness.of(
                                        TYPE,
                                        (in, sinks) ->
                                                sinks.collect("out", in.map(new Counting()))))
                .cause()
                .hasMessageContaining("'Map'")
                .hasMessageContaining("'count'")
                .hasMessageContaining("keyBy");
    }

    private static final class Counting extends RichMapFunction<Tuple2<String, Long>, String> {
        private static final long serialVersionUID = 1;
        private transient ValueState<Integer> count;

        @Override
        public void open(Configuration parameters) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.INT, 0));
        }

        @Override
        public String map(Tuple2<String, Long> value) throws Exception {
            count.update(count.value() + 1);
            return value.f0 + count.value();
        }
    }

    @Test
    void shouldGiveStateToARichMapWhenTheStreamIsKeyed() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        Stores.MANAGED,
                        TYPE,
                        (in, sinks) ->
                                sinks.collect("out", in.keyBy(r -> r.f0).map(new Counting())))) {
            harness.record(of("a", 1), NONE);
            harness.record(of("b", 1), NONE);
            harness.record(of("a", 1), NONE);
            assertThat(harness.take("out")).containsExactly("a1 @null", "b1 @null", "a2 @null");
        }
    }

    /** Uses every kind of state. */
    private static final class AllStates extends RichFlatMapFunction<Tuple2<String, Long>, String> {
        private static final long serialVersionUID = 1;
        private transient ListState<Long> list;
        private transient MapState<String, Long> map;
        private transient ReducingState<Long> max;
        private transient AggregatingState<Long, String> average;

        /** (sum, count) as text. */
        private static final class Average
                implements AggregateFunction<Long, Tuple2<Long, Long>, String> {
            private static final long serialVersionUID = 1;

            @Override
            public Tuple2<Long, Long> createAccumulator() {
                return Tuple2.of(0L, 0L);
            }

            @Override
            public Tuple2<Long, Long> add(Long value, Tuple2<Long, Long> accumulator) {
                return Tuple2.of(accumulator.f0 + value, accumulator.f1 + 1);
            }

            @Override
            public String getResult(Tuple2<Long, Long> accumulator) {
                return accumulator.f0 + "/" + accumulator.f1;
            }

            @Override
            public Tuple2<Long, Long> merge(Tuple2<Long, Long> a, Tuple2<Long, Long> b) {
                return Tuple2.of(a.f0 + b.f0, a.f1 + b.f1);
            }
        }

        @Override
        public void open(Configuration parameters) {
            list = getRuntimeContext().getListState(new ListStateDescriptor<>("list", Long.class));
            map =
                    getRuntimeContext()
                            .getMapState(new MapStateDescriptor<>("map", String.class, Long.class));
            max =
                    getRuntimeContext()
                            .getReducingState(
                                    new ReducingStateDescriptor<>("max", Math::max, Long.class));
            average =
                    getRuntimeContext()
                            .getAggregatingState(
                                    new AggregatingStateDescriptor<>(
                                            "average",
                                            new Average(),
                                            Types.TUPLE(Types.LONG, Types.LONG)));
        }

        @Override
        public void flatMap(Tuple2<String, Long> value, Collector<String> out) throws Exception {
            list.add(value.f1);
            map.put("last", value.f1);
            max.add(value.f1);
            average.add(value.f1);
            StringBuilder text = new StringBuilder(value.f0);
            for (long element : list.get()) {
                text.append(' ').append(element);
                list.add(element); // may be changed while it is walked through
            }
            list.update(java.util.List.of(value.f1));
            out.collect(text + " " + map.get("last") + " " + max.get() + " " + average.get());
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void shouldKeepEveryKindOfStateForEachKey(Stores stores) throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        stores,
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out", in.keyBy(r -> r.f0).flatMap(new AllStates())))) {
            harness.record(of("a", 5), NONE);
            harness.record(of("b", 9), NONE);
            harness.record(of("a", 3), NONE);
            assertThat(harness.take("out"))
                    .containsExactly(
                            "a 5 5 5 5/1 @null", "b 9 9 9 9/1 @null", "a 5 3 3 5 8/2 @null");
        }
    }

    /** Joins a word with the number of its key. */
    private static final class Join
            extends KeyedCoProcessFunction<
                    String, Tuple2<String, Long>, Tuple2<String, String>, String> {
        private static final long serialVersionUID = 1;
        private transient ValueState<Long> number;

        @Override
        public void open(Configuration parameters) {
            number = getRuntimeContext().getState(new ValueStateDescriptor<>("n", Long.class));
        }

        @Override
        public void processElement1(Tuple2<String, Long> value, Context ctx, Collector<String> out)
                throws Exception {
            number.update(value.f1);
            ctx.timerService().registerEventTimeTimer(ctx.timestamp() + 5);
        }

        @Override
        public void processElement2(
                Tuple2<String, String> value, Context ctx, Collector<String> out) throws Exception {
            out.collect(ctx.getCurrentKey() + ":" + value.f1 + "=" + number.value());
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext ctx, Collector<String> out) {
            number.clear();
            out.collect("forgot " + ctx.getCurrentKey());
        }
    }

    @Test
    void shouldShareStateAndTimersBetweenTwoInputs() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        TEXTS,
                        (a, b, sinks) ->
                                sinks.collect(
                                        "out",
                                        a.connect(b)
                                                .keyBy(l -> l.f0, r -> r.f0)
                                                .process(new Join())))) {
            harness.record(0, of("a", 1), 10);
            harness.record(1, Tuple2.of("a", "x"), 11);
            harness.record(1, Tuple2.of("b", "y"), 12);
            harness.watermark(15);
            harness.record(1, Tuple2.of("a", "z"), 16);
            assertThat(harness.take("out"))
                    .containsExactly("a:x=1 @11", "b:y=null @12", "forgot a @15", "a:z=null @16");
        }
    }

    @Test
    void shouldTellTwoInputsWithoutKeysApart() throws Exception {
        CoMapFunction<Tuple2<String, Long>, String, String> map =
                new CoMapFunction<>() {
                    @Override
                    public String map1(Tuple2<String, Long> value) {
                        return "1: " + value;
                    }

                    @Override
                    public String map2(String value) {
                        return "2: " + value;
                    }
                };
        CoProcessFunction<Tuple2<String, Long>, String, String> process =
                new CoProcessFunction<>() {
                    @Override
                    public void processElement1(
                            Tuple2<String, Long> value, Context ctx, Collector<String> out) {
                        ctx.output(SIDE, "first at " + ctx.timerService().currentWatermark());
                    }

                    @Override
                    public void processElement2(String value, Context ctx, Collector<String> out) {
                        out.collect("second " + value);
                    }
                };
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        Types.STRING,
                        (a, b, sinks) ->
                                sinks.collect("out", a.connect(b).map(map, Types.STRING)))) {
            harness.record(1, "x", 1);
            harness.record(0, of("a", 1), 2);
            assertThat(harness.take("out")).containsExactly("2: x @1", "1: (a,1) @2");
        }
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        Types.STRING,
                        (a, b, sinks) -> {
                            var out = a.connect(b).process(process, Types.STRING);
                            sinks.collect("out", out);
                            sinks.collect("side", out.getSideOutput(SIDE));
                        })) {
            harness.watermark(7);
            harness.record(1, "x", 1);
            harness.record(0, of("a", 1), 2);
            assertThat(harness.take("out")).containsExactly("second x @1");
            assertThat(harness.take("side")).containsExactly("first at 7 @2");
        }
    }

    private static final MapStateDescriptor<String, Long> RULES =
            new MapStateDescriptor<>("rules", String.class, Long.class);

    /** Emits what is above the limit of its key. */
    private static final class Limits
            extends BroadcastProcessFunction<Tuple2<String, Long>, Tuple2<String, Long>, String> {
        private static final long serialVersionUID = 1;

        @Override
        public void processElement(
                Tuple2<String, Long> value, ReadOnlyContext ctx, Collector<String> out)
                throws Exception {
            Long limit = ctx.getBroadcastState(RULES).get(value.f0);
            out.collect(value + " limit " + limit);
        }

        @Override
        public void processBroadcastElement(
                Tuple2<String, Long> value, Context ctx, Collector<String> out) throws Exception {
            ctx.getBroadcastState(RULES).put(value.f0, value.f1);
        }
    }

    @Test
    void shouldShowTheBroadcastStateToTheOtherSide() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        TYPE,
                        (a, b, sinks) ->
                                sinks.collect(
                                        "out",
                                        a.connect(b.broadcast(RULES)).process(new Limits())))) {
            harness.record(0, of("a", 1), 1);
            harness.record(1, of("a", 10), 2);
            harness.record(0, of("a", 2), 3);
            assertThat(harness.take("out"))
                    .containsExactly("(a,1) limit null @1", "(a,2) limit 10 @3");
        }
    }

    /** Counts for each key, and tells or clears all counts when a rule comes. */
    private static final class CountsOnDemand
            extends KeyedBroadcastProcessFunction<
                    String, Tuple2<String, Long>, Tuple2<String, Long>, String> {
        private static final long serialVersionUID = 1;
        private static final ReducingStateDescriptor<Long> COUNT =
                new ReducingStateDescriptor<>("count", Long::sum, Long.class);

        @Override
        public void processElement(
                Tuple2<String, Long> value, ReadOnlyContext ctx, Collector<String> out)
                throws Exception {
            getRuntimeContext().getReducingState(COUNT).add(1L);
            ctx.timerService().registerEventTimeTimer(ctx.timestamp() + 1);
        }

        @Override
        public void processBroadcastElement(
                Tuple2<String, Long> value, Context ctx, Collector<String> out) throws Exception {
            ctx.applyToKeyedState(
                    COUNT,
                    (key, count) -> {
                        out.collect(key + " " + count.get());
                        count.clear();
                    });
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext ctx, Collector<String> out) {
            out.collect("timer of " + ctx.getCurrentKey());
        }
    }

    @Test
    void shouldApplyAFunctionToAllKeysWhenABroadcastRecordComes() throws Exception {
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        TYPE,
                        (a, b, sinks) ->
                                sinks.collect(
                                        "out",
                                        a.keyBy(r -> r.f0)
                                                .connect(b.broadcast(RULES))
                                                .process(new CountsOnDemand())))) {
            harness.record(0, of("a", 1), 1);
            harness.record(0, of("b", 1), 5);
            harness.record(0, of("a", 1), 2);
            harness.record(1, of("", 0), 9);
            assertThat(harness.take("out")).containsExactlyInAnyOrder("a 2 @9", "b 1 @9");
            harness.record(1, of("", 0), 10);
            assertThat(harness.take("out")).isEmpty();
            harness.watermark(4);
            assertThat(harness.take("out")).containsExactly("timer of a @2", "timer of a @3");
        }
    }

    @Test
    void shouldNameTheOperatorAndTheCallWhenATimerFails() throws Exception {
        KeyedProcessFunction<String, Tuple2<String, Long>, String> fails =
                new KeyedProcessFunction<>() {
                    @Override
                    public void processElement(
                            Tuple2<String, Long> value, Context ctx, Collector<String> out) {
                        ctx.timerService().registerEventTimeTimer(1);
                    }

                    @Override
                    public void onTimer(long timestamp, OnTimerContext ctx, Collector<String> out) {
                        throw new IllegalStateException("no luck");
                    }
                };
        try (OperatorHarness harness =
                OperatorHarness.of(
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out", in.keyBy(r -> r.f0).process(fails, Types.STRING)))) {
            harness.record(of("a", 1), 0);
            assertThatThrownBy(() -> harness.watermark(1))
                    .isInstanceOfSatisfying(
                            OperatorFailure.class,
                            failure ->
                                    assertThat(failure.where())
                                            .isEqualTo("operator 'Keyed Process', in onTimer()"))
                    .hasRootCauseMessage("no luck");
        }
    }
}
