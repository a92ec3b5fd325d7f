package io.millrace.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.WriteMode;
import io.millrace.api.function.Collector;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.transform.ChainingStrategy;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.transform.OperatorTransformation;
import io.millrace.api.transform.PartitionTransformation;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.Transformation;
import io.millrace.api.tuple.Tuple;
import io.millrace.api.tuple.Tuple1;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple3;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataStreamTest {
    private final StreamExecutionEnvironment env =
            StreamExecutionEnvironment.getExecutionEnvironment();
    private final DataStream<Long> numbers = env.fromSequence(1, 10);
    private final DataStream<Tuple3<String, Integer, Object>> rows =
            env.fromCollection(
                    List.of(),
                    Types.<Tuple3<String, Integer, Object>>TUPLE(
                            Types.STRING, Types.INT, Types.GENERIC(Object.class)));

    /** Counts the letters of a word. */
    public static class Word {
        public String text;
        public int count;
        public Point at;
    }

    /** Part of a word. */
    public static class Point {
        public int x;
        public int y;
    }

    @Test
    void shouldAddAnOperatorThatReadsTheStream() {
        var mapped = numbers.map(n -> "n" + n);
        var spec = operator(mapped);
        assertThat(spec.input()).isSameAs(numbers.getTransformation());
        assertThat(spec.spec()).isInstanceOf(OperatorSpec.Map.class);
        assertThat(spec.name()).isEqualTo("Map");
        assertThat(mapped.getType()).isEqualTo(Types.STRING);

        assertThat(numbers.filter(n -> n > 1).getType()).isEqualTo(Types.LONG);
        assertThat(operator(numbers.flatMap((n, out) -> out.collect(n), Types.LONG)).spec())
                .isInstanceOf(OperatorSpec.FlatMap.class);
        assertThat(operator(numbers.process(new Doubled())).spec())
                .isInstanceOf(OperatorSpec.Process.class);
        assertThat(numbers.process(new Doubled()).getType()).isEqualTo(Types.LONG);
        assertThat(numbers.map(n -> null, Types.INT).getType()).isEqualTo(Types.INT);
    }

    private static final class Doubled extends ProcessFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long value, Context ctx, Collector<Long> out) {
            out.collect(value * 2);
        }
    }

    private static final class Keyed extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long value, Context ctx, Collector<String> out) {
            out.collect(ctx.getCurrentKey() + "=" + value);
        }
    }

    @Test
    void shouldSetWhatTheOperatorIsToldToBe() {
        Transformation<?> node =
                numbers.map(n -> n)
                        .name("name")
                        .uid("uid")
                        .setParallelism(3)
                        .setMaxParallelism(12)
                        .setBufferTimeout(0)
                        .slotSharingGroup("group")
                        .startNewChain()
                        .getTransformation();
        assertThat(node.name()).isEqualTo("name");
        assertThat(node.uid()).isEqualTo("uid");
        assertThat(node.parallelism()).isEqualTo(3);
        assertThat(node.maxParallelism()).isEqualTo(12);
        assertThat(node.bufferTimeoutMillis()).isZero();
        assertThat(node.slotSharingGroup()).isEqualTo("group");
        assertThat(node.chaining()).isEqualTo(ChainingStrategy.HEAD);
        assertThat(numbers.map(n -> n).disableChaining().getTransformation().chaining())
                .isEqualTo(ChainingStrategy.NEVER);
        assertThat(numbers.map(n -> n).getTransformation().bufferTimeoutMillis())
                .isEqualTo(Transformation.BUFFER_TIMEOUT_UNSET);
    }

    @Test
    void shouldRefuseParallelismOutOfRange() {
        for (int wrong : new int[] {0, -1, 32_769}) {
            assertThatThrownBy(() -> numbers.map(n -> n).name("m").setParallelism(wrong))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("operator 'm' was set to " + wrong);
            assertThatThrownBy(() -> numbers.print().setParallelism(wrong))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("sink 'Print to Std. Out' was set to " + wrong);
            assertThatThrownBy(() -> numbers.map(n -> n).setMaxParallelism(wrong))
                    .isInstanceOf(InvalidProgramException.class);
        }
    }

    @Test
    void shouldRefuseMoreSubtasksOfWhatIsForcedToOne() {
        var one = numbers.map(n -> n).forceNonParallel();
        assertThat(one.getParallelism()).isEqualTo(1);
        assertThatThrownBy(() -> one.setParallelism(2)).isInstanceOf(InvalidProgramException.class);
    }

    @Test
    void shouldTakeTheTypeThatReturnsNames() {
        assertThat(numbers.<Long>map(n -> n).returns(Long.class).getType()).isEqualTo(Types.LONG);
        assertThat(
                        numbers.map(n -> Tuple2.of(n, 1))
                                .returns(Types.TUPLE(Types.LONG, Types.INT))
                                .getType())
                .isEqualTo(Types.TUPLE(Types.LONG, Types.INT));
        assertThat(
                        numbers.map(n -> Tuple2.of(n, 1))
                                .returns(new TypeHint<Tuple2<Long, Integer>>() {})
                                .getType())
                .isEqualTo(Types.TUPLE(Types.LONG, Types.INT));
    }

    @Test
    void shouldRefuseReturnsAfterTheTypeWasUsed() {
        var mapped = numbers.map(n -> n).name("m");
        mapped.rebalance();
        assertThatThrownBy(() -> mapped.returns(Long.class))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("'m'");
    }

    @Test
    void shouldDivideRecordsAsAsked() {
        assertThat(word(numbers.rebalance())).isEqualTo("REBALANCE");
        assertThat(word(numbers.rescale())).isEqualTo("RESCALE");
        assertThat(word(numbers.shuffle())).isEqualTo("SHUFFLE");
        assertThat(word(numbers.broadcast())).isEqualTo("BROADCAST");
        assertThat(word(numbers.global())).isEqualTo("GLOBAL");
        assertThat(word(numbers.forward())).isEqualTo("FORWARD");
        assertThat(word(numbers.keyBy(n -> n))).isEqualTo("HASH");
        assertThatThrownBy(() -> numbers.keyBy(n -> n).rebalance())
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("REBALANCE");
    }

    @Test
    void shouldUniteStreamsOfOneType() {
        DataStream<Long> other = numbers.map(n -> n + 1);
        var both = numbers.union(other, numbers);
        assertThat(both.getType()).isEqualTo(Types.LONG);
        assertThat(both.getTransformation().inputs())
                .containsExactly(
                        numbers.getTransformation(),
                        other.getTransformation(),
                        numbers.getTransformation());
        @SuppressWarnings("unchecked")
        DataStream<Long> wrong = (DataStream<Long>) (DataStream<?>) numbers.map(n -> "" + n);
        assertThatThrownBy(() -> numbers.union(wrong))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Long")
                .hasMessageContaining("String");
        DataStream<Long> elsewhere =
                StreamExecutionEnvironment.getExecutionEnvironment().fromSequence(1, 2);
        assertThatThrownBy(() -> numbers.union(elsewhere))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("different environments");
    }

    @Test
    void shouldKeyBySelectors() throws Exception {
        KeyedStream<Long, String> keyed = numbers.keyBy(n -> "k" + n % 2);
        assertThat(keyed.getKeyType()).isEqualTo(Types.STRING);
        assertThat(keyed.getKeySelector().getKey(3L)).isEqualTo("k1");
        assertThat(numbers.keyBy(n -> 1, Types.INT).getKeyType()).isEqualTo(Types.INT);
        var process = operator(keyed.keyBy(n -> n).process(new Keyed()));
        assertThat(process.spec()).isInstanceOf(OperatorSpec.KeyedProcess.class);
        assertThat(process.outputType()).isEqualTo(Types.STRING);
        assertThat(process.input()).isInstanceOf(PartitionTransformation.class);
    }

    @Test
    void shouldKeyByFieldsAsTuples() throws Exception {
        KeyedStream<Tuple3<String, Integer, Object>, Tuple> one = rows.keyBy(0);
        assertThat(one.getKeyType()).isEqualTo(Types.TUPLE(Types.STRING));
        assertThat(one.getKeySelector().getKey(Tuple3.of("a", 1, null))).isEqualTo(Tuple1.of("a"));
        KeyedStream<Tuple3<String, Integer, Object>, Tuple> two = rows.keyBy("f1", "f0");
        assertThat(two.getKeyType()).isEqualTo(Types.TUPLE(Types.INT, Types.STRING));
        assertThat(two.getKeySelector().getKey(Tuple3.of("a", 1, null)))
                .isEqualTo(Tuple2.of(1, "a"));

        DataStream<Word> words = env.fromCollection(List.of(), Types.POJO(Word.class));
        Word word = new Word();
        word.at = new Point();
        word.at.y = 4;
        assertThat(words.keyBy("at.y").getKeySelector().getKey(word)).isEqualTo(Tuple1.of(4));
        assertThatThrownBy(() -> words.keyBy("none"))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> rows.keyBy(3)).isInstanceOf(InvalidProgramException.class);
        assertThatThrownBy(() -> rows.keyBy(new int[0]))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("0 fields");
    }

    @Test
    void shouldRefuseKeysWithoutEquality() {
        assertThatThrownBy(
                        () -> numbers.keyBy(n -> new long[] {n}, TypeInformation.of(long[].class)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("keyBy");
        KeySelector<Long, Point> selector = n -> new Point();
        assertThatThrownBy(() -> numbers.keyBy(selector, Types.POJO(Point.class)))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Point");
    }

    @Test
    void shouldAggregateFields() {
        var keyed = rows.keyBy(0);
        assertThat(aggregate(keyed.sum(1))).isEqualTo(Aggregate.SUM);
        assertThat(aggregate(keyed.sum("f1"))).isEqualTo(Aggregate.SUM);
        assertThat(aggregate(keyed.min(1))).isEqualTo(Aggregate.MIN);
        assertThat(aggregate(keyed.max("f0"))).isEqualTo(Aggregate.MAX);
        assertThat(aggregate(keyed.minBy(1))).isEqualTo(Aggregate.MIN_BY);
        assertThat(aggregate(keyed.minBy("f1", false))).isEqualTo(Aggregate.MIN_BY_LAST);
        assertThat(aggregate(keyed.maxBy("f1"))).isEqualTo(Aggregate.MAX_BY);
        assertThat(aggregate(keyed.maxBy(1, false))).isEqualTo(Aggregate.MAX_BY_LAST);
        assertThat(operator(keyed.reduce((a, b) -> b)).spec())
                .isInstanceOf(OperatorSpec.KeyedReduce.class);
        assertThat(keyed.sum(1).getType()).isEqualTo(rows.getType());
    }

    @Test
    void shouldAggregateFieldsWhoseTypeTheCompilerErased() {
        assertThat(aggregate(numbers.map(n -> Tuple2.of("k", n)).keyBy(0).sum(1)))
                .isEqualTo(Aggregate.SUM);
    }

    @Test
    void shouldRefuseAggregatesOfWhatHasNone() {
        var keyed = rows.keyBy(0);
        assertThatThrownBy(() -> keyed.sum(0))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("sum() of field")
                .hasMessageContaining("String");
        assertThatThrownBy(() -> keyed.min(2))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Comparable");
        assertThatThrownBy(() -> keyed.sum(3)).isInstanceOf(InvalidProgramException.class);
        assertThatThrownBy(() -> keyed.max("none")).isInstanceOf(InvalidProgramException.class);
    }

    @Test
    void shouldAddSinks() {
        assertThat(numbers.print().getTransformation().spec())
                .isEqualTo(new SinkSpec.Print<>(null, false));
        assertThat(numbers.print("p").getTransformation().spec())
                .isEqualTo(new SinkSpec.Print<>("p", false));
        assertThat(numbers.printToErr().getTransformation().spec())
                .isEqualTo(new SinkSpec.Print<>(null, true));
        assertThat(numbers.writeAsText("/out").getTransformation().spec())
                .isEqualTo(new SinkSpec.TextFile<>("/out", false));
        assertThat(numbers.writeAsText("/out", WriteMode.OVERWRITE).getTransformation().spec())
                .isEqualTo(new SinkSpec.TextFile<>("/out", true));
        assertThatThrownBy(() -> numbers.writeAsText(""))
                .isInstanceOf(InvalidProgramException.class);
        var sink =
                numbers.addSink(new DiscardingSink<>())
                        .name("s")
                        .uid("u")
                        .setParallelism(2)
                        .disableChaining()
                        .getTransformation();
        assertThat(sink.spec()).isInstanceOf(SinkSpec.Function.class);
        assertThat(sink.name()).isEqualTo("s");
        assertThat(sink.uid()).isEqualTo("u");
        assertThat(sink.parallelism()).isEqualTo(2);
        assertThat(sink.chaining()).isEqualTo(ChainingStrategy.NEVER);
    }

    private static String word(DataStream<?> stream) {
        Partitioning<?> partitioning =
                ((PartitionTransformation<?>) stream.getTransformation()).partitioning();
        return partitioning.word();
    }

    private static OperatorTransformation<?, ?> operator(DataStream<?> stream) {
        return (OperatorTransformation<?, ?>) stream.getTransformation();
    }

    private static Aggregate aggregate(DataStream<?> stream) {
        return ((OperatorSpec.KeyedAggregate<?, ?>) operator(stream).spec()).aggregate();
    }
}
