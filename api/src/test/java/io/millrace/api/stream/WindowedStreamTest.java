package io.millrace.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.CoMapFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.function.RichAggregateFunction;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.StateTtlConfig;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.time.Time;
import io.millrace.api.time.TimeCharacteristic;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorTransformation;
import io.millrace.api.transform.WindowSpec;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import io.millrace.api.window.DeltaTrigger;
import io.millrace.api.window.EventTimeSessionWindows;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.TumblingProcessingTimeWindows;
import io.millrace.api.window.WindowAssigner;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowedStreamTest {
    private final StreamExecutionEnvironment env =
            StreamExecutionEnvironment.createLocalEnvironment(2);
    private final KeyedStream<Tuple2<String, Integer>, String> keyed =
            env.fromElements(Tuple2.of("a", 1), Tuple2.of("b", 2)).keyBy(record -> record.f0);

    private static final class Sum
            implements AggregateFunction<Tuple2<String, Integer>, Long, Double> {
        private static final long serialVersionUID = 1;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Tuple2<String, Integer> value, Long accumulator) {
            return accumulator + value.f1;
        }

        @Override
        public Double getResult(Long accumulator) {
            return (double) accumulator;
        }

        @Override
        public Long merge(Long a, Long b) {
            return a + b;
        }
    }

    private static final class Name<T>
            extends ProcessWindowFunction<T, Tuple2<String, T>, String, TimeWindow> {
        private static final long serialVersionUID = 1;

        @Override
        public void process(
                String key,
                Context context,
                Iterable<T> elements,
                Collector<Tuple2<String, T>> out) {
            elements.forEach(element -> out.collect(Tuple2.of(key, element)));
        }
    }

    private WindowedStream<Tuple2<String, Integer>, String, TimeWindow> windowed() {
        return keyed.window(TumblingEventTimeWindows.of(Time.seconds(1)));
    }

    @Test
    void shouldFindOutWhatWindowsEmit() {
        assertThat(windowed().sum(1).getType()).isEqualTo(keyed.getType());
        assertThat(windowed().aggregate(new Sum()).getType()).isEqualTo(Types.DOUBLE);
        assertThat(windowed().aggregate(new Sum(), new Name<>()).getType())
                .isEqualTo(Types.TUPLE(Types.STRING, Types.DOUBLE));
        assertThat(windowed().process(new Name<>()).getType())
                .isEqualTo(Types.TUPLE(Types.STRING, keyed.getType()));
        assertThat(keyed.countWindow(3).reduce((a, b) -> b).getType()).isEqualTo(keyed.getType());
        assertThat(
                        keyed.timeWindowAll(Time.seconds(1))
                                .apply(
                                        (window, values, out) -> out.collect(window.getEnd()),
                                        Types.LONG)
                                .getType())
                .isEqualTo(Types.LONG);
    }

    @Test
    void shouldRunWindowsOverAllRecordsInOneSubtask() {
        SingleOutputStreamOperator<?> all = keyed.timeWindowAll(Time.seconds(1)).sum(1);

        assertThat(all.getParallelism()).isEqualTo(1);
        assertThatThrownBy(() -> all.setParallelism(2))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("more than one subtask");
    }

    private static WindowAssigner<?, ?> assignerOf(DataStream<?> operator) {
        OperatorTransformation<?, ?> node =
                (OperatorTransformation<?, ?>) operator.getTransformation();
        OperatorSpec.WindowAggregate<?, ?, ?, ?, ?> spec =
                (OperatorSpec.WindowAggregate<?, ?, ?, ?, ?>) node.spec();
        WindowSpec<?, ?> windows = spec.windows();
        return windows.assigner();
    }

    @Test
    void shouldTakeWindowsOfOlderProgramsByTheTimeCharacteristic() {
        assertThat(assignerOf(keyed.timeWindow(Time.seconds(2)).sum(1)))
                .isInstanceOf(TumblingEventTimeWindows.class);

        env.setStreamTimeCharacteristic(TimeCharacteristic.ProcessingTime);

        assertThat(assignerOf(keyed.timeWindow(Time.seconds(2)).sum(1)))
                .isInstanceOf(TumblingProcessingTimeWindows.class);
        assertThat(env.getConfig().getAutoWatermarkInterval()).isZero();
        assertThatThrownBy(() -> env.setStreamTimeCharacteristic(TimeCharacteristic.IngestionTime))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("assignTimestampsAndWatermarks");
    }

    @Test
    void shouldRefuseWindowsThatAreNone() {
        assertThatThrownBy(() -> TumblingEventTimeWindows.of(Time.seconds(0)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("size of 0 ms");
        assertThatThrownBy(
                        () ->
                                SlidingEventTimeWindows.of(
                                        Time.seconds(10), Time.seconds(5), Time.seconds(5)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("offset of 5000 ms");
        assertThatThrownBy(() -> EventTimeSessionWindows.withGap(Duration.ZERO))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("gap of 0 ms");
        assertThatThrownBy(() -> windowed().allowedLateness(Time.milliseconds(-1)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("-1 ms");
        assertThatThrownBy(() -> keyed.countWindow(0))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("0 records");
    }

    @Test
    void shouldRefuseATriggerThatCannotMergeWhenWindowsDo() {
        WindowedStream<Tuple2<String, Integer>, String, TimeWindow> sessions =
                keyed.window(EventTimeSessionWindows.withGap(Time.seconds(1)));

        assertThatThrownBy(
                        () ->
                                sessions.trigger(
                                        DeltaTrigger.of(1, (a, b) -> b.f1 - a.f1, keyed.getType())))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("DeltaTrigger(1.0)")
                .hasMessageContaining("EventTimeSessionWindows(1000)")
                .hasMessageContaining("canMerge");
    }

    @Test
    void shouldRefuseARichFunctionWhereNobodyOpensIt() {
        RichAggregateFunction<Tuple2<String, Integer>, Long, Long> rich =
                new RichAggregateFunction<>() {
                    @Override
                    public Long createAccumulator() {
                        return 0L;
                    }

                    @Override
                    public Long add(Tuple2<String, Integer> value, Long accumulator) {
                        return accumulator;
                    }

                    @Override
                    public Long getResult(Long accumulator) {
                        return accumulator;
                    }

                    @Override
                    public Long merge(Long a, Long b) {
                        return a;
                    }
                };

        assertThatThrownBy(() -> windowed().aggregate(rich))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("rich function")
                .hasMessageContaining("ProcessWindowFunction");
    }

    @Test
    void shouldRefuseASideOutputThatIsReadAsTwoTypes() {
        SingleOutputStreamOperator<?> operator = windowed().sum(1);
        operator.getSideOutput(new OutputTag<>("late", Types.STRING));

        assertThat(operator.getSideOutput(new OutputTag<String>("late") {}).getType())
                .isEqualTo(Types.STRING);
        assertThatThrownBy(() -> operator.getSideOutput(new OutputTag<>("late", Types.LONG)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("'late'")
                .hasMessageContaining("String")
                .hasMessageContaining("Long");
        assertThatThrownBy(() -> new OutputTag<String>("late"))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("{}");
        assertThatThrownBy(() -> windowed().sideOutputLateData(wrongTag()))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("late");
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static OutputTag<Tuple2<String, Integer>> wrongTag() {
        return (OutputTag) new OutputTag<>("late", Types.LONG);
    }

    private static final class NumberOrText implements CoMapFunction<Long, String, Object> {
        private static final long serialVersionUID = 1;

        @Override
        public Object map1(Long value) {
            return value;
        }

        @Override
        public Object map2(String value) {
            return value;
        }
    }

    private static final class Keep<K, A, B> extends KeyedCoProcessFunction<K, A, B, A> {
        private static final long serialVersionUID = 1;

        @Override
        public void processElement1(A value, Context ctx, Collector<A> out) {
            out.collect(value);
        }

        @Override
        public void processElement2(B value, Context ctx, Collector<A> out) {}
    }

    private static final class Rules<K, A, B> extends KeyedBroadcastProcessFunction<K, A, B, B> {
        private static final long serialVersionUID = 1;

        @Override
        public void processElement(A value, ReadOnlyContext ctx, Collector<B> out) {}

        @Override
        public void processBroadcastElement(B value, Context ctx, Collector<B> out) {}
    }

    @Test
    void shouldConnectTwoStreams() {
        DataStream<Long> numbers = env.fromSequence(1, 2);
        DataStream<String> texts = env.fromElements("a");

        assertThat(numbers.connect(texts).map(new NumberOrText()).getType().getTypeClass())
                .isEqualTo(Object.class);
        assertThat(
                        numbers.connect(texts)
                                .keyBy(n -> "" + n, t -> t)
                                .process(new Keep<String, Long, String>())
                                .getType())
                .isEqualTo(Types.LONG);
        assertThatThrownBy(() -> numbers.connect(texts).process(new Keep<String, Long, String>()))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("must be keyed");
        assertThatThrownBy(
                        () ->
                                numbers.connect(texts)
                                        .keyBy(n -> n, t -> t)
                                        .process(new Keep<Object, Long, String>()))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Long")
                .hasMessageContaining("String");
        MapStateDescriptor<String, Long> rules =
                new MapStateDescriptor<>("rules", String.class, Long.class);
        assertThat(
                        numbers.keyBy(n -> n)
                                .connect(texts.broadcast(rules))
                                .process(new Rules<Long, Long, String>())
                                .getType())
                .isEqualTo(Types.STRING);
        assertThatThrownBy(
                        () ->
                                numbers.connect(texts.broadcast(rules))
                                        .process(new Rules<Long, Long, String>()))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("is not keyed")
                .hasMessageContaining("BroadcastProcessFunction");
        assertThatThrownBy(() -> texts.broadcast(rules, rules))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("'rules'");
    }

    @Test
    void shouldRefuseTimesThatAreNone() {
        assertThatThrownBy(() -> WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(-1)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("-1 ms");
        assertThatThrownBy(
                        () ->
                                WatermarkStrategy.forMonotonousTimestamps()
                                        .withIdleness(Duration.ZERO))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("at least 1 ms");
        assertThatThrownBy(() -> env.getConfig().setAutoWatermarkInterval(-1))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("-1 ms");
        assertThatThrownBy(() -> StateTtlConfig.newBuilder(Duration.ZERO))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("time to live");
        assertThatThrownBy(
                        () ->
                                new ValueStateDescriptor<>("v", Long.class, 0L)
                                        .enableTimeToLive(
                                                StateTtlConfig.newBuilder(Duration.ofHours(1))
                                                        .build()))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("default value");
        assertThatThrownBy(() -> env.enableCheckpointing(1))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("at least 10 ms");
    }
}
