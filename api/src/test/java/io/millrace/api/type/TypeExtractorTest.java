package io.millrace.api.type;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.Collector;
import io.millrace.api.function.FlatMapFunction;
import io.millrace.api.function.Function;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.tuple.Tuple1;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple3;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TypeExtractorTest {
    private static final TypeInformation<Tuple2<String, Integer>> WORD_COUNT =
            Types.TUPLE(Types.STRING, Types.INT);

    public static class Person {
        public String name;
        private int age;
        protected transient Object cache;

        public int getAge() {
            return age;
        }

        public void setAge(int age) {
            this.age = age;
        }
    }

    public static class Box<T> {
        public T content;
        public List<T> more;
    }

    public static class NamedBox extends Box<Long> {
        public String name;
    }

    public static class Node {
        public int value;
        public Node next;
    }

    public static class WithoutSetter {
        private int amount;

        public int getAmount() {
            return amount;
        }
    }

    public static class WithoutConstructor {
        public final String name;

        public WithoutConstructor(String name) {
            this.name = name;
        }
    }

    public static class WithFinalField {
        public final int fixed = 1;
    }

    static class NotPublic {
        private int value;
    }

    private static final class Hidden {
        @SuppressWarnings("unused") // read by the serializer
        private String text;
    }

    static class NotPublicAndWithoutConstructor {
        NotPublicAndWithoutConstructor(int value) {}
    }

    public static class OfTheJdk extends java.util.Observable {}

    public static class Heir extends WithoutSetter {
        public String own;
    }

    public static class Word extends Tuple2<String, Long> {
        private static final long serialVersionUID = 1L;
    }

    record Point(int x, double y, List<String> names) {}

    record Pair<A, B>(A left, B right) {}

    interface Shape {}

    enum Colour {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "green";
            }
        }
    }

    static class Identity<T> implements MapFunction<T, T> {
        private static final long serialVersionUID = 1L;

        @Override
        public T map(T value) {
            return value;
        }
    }

    abstract static class Swapping<X, Y, Z> implements MapFunction<Tuple2<X, Y>, Tuple2<Y, Z>> {
        private static final long serialVersionUID = 1L;
    }

    static class SwapToLong<Q> extends Swapping<String, Q, List<Q>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<Q, List<Q>> map(Tuple2<String, Q> value) {
            return new Tuple2<>(value.f1, List.of(value.f1));
        }
    }

    static class Splitter implements FlatMapFunction<String, Tuple2<String, Integer>> {
        private static final long serialVersionUID = 1L;

        @Override
        public void flatMap(String line, Collector<Tuple2<String, Integer>> out) {
            out.collect(new Tuple2<>(line, 1));
        }
    }

    @SuppressWarnings("rawtypes")
    static class Raw implements MapFunction {
        private static final long serialVersionUID = 1L;

        @Override
        public Object map(Object value) {
            return value;
        }
    }

    static class Knowing implements MapFunction<String, Object>, ResultTypeQueryable<Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public Object map(String value) {
            return value;
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public TypeInformation<Object> getProducedType() {
            return (TypeInformation) Types.LONG;
        }
    }

    interface ToLength extends MapFunction<String, Integer> {}

    static Tuple2<String, Integer> one(String word) {
        return new Tuple2<>(word, 1);
    }

    static <T> Tuple2<T, List<T>> twice(T value) {
        return new Tuple2<>(value, List.of(value, value));
    }

    static void split(String line, Collector<Tuple2<String, Integer>> out) {
        out.collect(new Tuple2<>(line, 1));
    }

    <T> Optional<T> maybe(T value) {
        return Optional.of(value);
    }

    private static TypeInformation<?> mapOutput(MapFunction<?, ?> f, TypeInformation<?> input) {
        return TypeExtractor.outputOf(f, MapFunction.class, 1, input);
    }

    private static <I, O> TypeInformation<?> lambda(MapFunction<I, O> f, TypeInformation<I> input) {
        return mapOutput(f, input);
    }

    private static <I, O> TypeInformation<?> flatLambda(
            FlatMapFunction<I, O> f, TypeInformation<I> input) {
        return TypeExtractor.outputOf(f, FlatMapFunction.class, 1, input);
    }

    @Test
    void shouldDescribeClassesByTheirParts() {
        assertThat(TypeExtractor.forClass(int.class)).isEqualTo(Types.INT);
        assertThat(TypeExtractor.forClass(String[].class))
                .isEqualTo(Types.OBJECT_ARRAY(Types.STRING));
        assertThat(TypeExtractor.forClass(long[].class)).isInstanceOf(PrimitiveArrayTypeInfo.class);
        assertThat(TypeExtractor.forClass(Colour.GREEN.getClass()))
                .isEqualTo(Types.ENUM(Colour.class));
        assertThat(TypeExtractor.forClass(Point.class))
                .isInstanceOf(RecordTypeInfo.class)
                .extracting(type -> ((RecordTypeInfo<?>) type).fields())
                .isEqualTo(
                        List.of(
                                new TypeField("x", Types.INT),
                                new TypeField("y", Types.DOUBLE),
                                new TypeField("names", Types.LIST(Types.STRING))));
        assertThat(TypeExtractor.forClass(Person.class))
                .isInstanceOf(PojoTypeInfo.class)
                .extracting(type -> ((PojoTypeInfo<?>) type).fields())
                .isEqualTo(
                        List.of(
                                new TypeField("age", Types.INT),
                                new TypeField("name", Types.STRING)));
        assertThat(TypeExtractor.forClass(NamedBox.class))
                .extracting(type -> ((PojoTypeInfo<?>) type).fields())
                .isEqualTo(
                        List.of(
                                new TypeField("content", Types.LONG),
                                new TypeField("more", Types.LIST(Types.LONG)),
                                new TypeField("name", Types.STRING)));
        assertThat(TypeExtractor.forClass(Word.class))
                .isInstanceOf(TupleTypeInfo.class)
                .extracting(type -> ((TupleTypeInfo<?>) type).getTypeAt(1))
                .isEqualTo(Types.LONG);
    }

    @Test
    void shouldNotFallToKryoWhenClassHasOrdinaryParts() {
        for (Class<?> type :
                List.of(
                        Person.class,
                        Box.class,
                        NamedBox.class,
                        Node.class,
                        Point.class,
                        Pair.class,
                        Word.class,
                        Tuple3.class,
                        List.class,
                        ArrayList.class,
                        Map.class,
                        Set.class,
                        Optional.class,
                        Colour.class,
                        Object.class,
                        Shape.class,
                        List.of().getClass(),
                        Arrays.asList(1).getClass(),
                        java.util.Collections.unmodifiableMap(Map.of()).getClass())) {
            assertThat(TypeExtractor.forClass(type))
                    .as(type.getName())
                    .isNotInstanceOf(GenericTypeInfo.class);
        }
    }

    @Test
    void shouldNameFieldAndRuleWhenClassIsNoPojo() {
        assertThat(reason(WithoutSetter.class))
                .contains("WithoutSetter is no POJO")
                .contains("field amount is not public and has no public setter");
        assertThat(reason(Heir.class)).contains("amount").contains("inherited from");
        assertThat(reason(WithoutConstructor.class))
                .contains("no public constructor without arguments");
        assertThat(reason(WithFinalField.class)).contains("field fixed is final");
        assertThat(reason(NotPublicAndWithoutConstructor.class))
                .contains("it has no constructor without arguments");
        assertThat(reason(OfTheJdk.class))
                .contains("inherited from java.util.Observable, belongs to the JDK");
        assertThat(reason(TreeMap.class)).contains("belongs to the JDK");
    }

    @Test
    void shouldAskForNoAccessorsWhenClassIsNotPublic() {
        assertThat(TypeExtractor.forClass(NotPublic.class)).isInstanceOf(PojoTypeInfo.class);
        assertThat(TypeExtractor.forClass(Hidden.class))
                .isInstanceOf(PojoTypeInfo.class)
                .extracting(type -> ((PojoTypeInfo<?>) type).fields().get(0).name())
                .isEqualTo("text");
    }

    private static String reason(Class<?> type) {
        return ((GenericTypeInfo<?>) TypeExtractor.forClass(type)).getReason();
    }

    @Test
    void shouldStopWhenClassContainsItself() {
        PojoTypeInfo<?> node = (PojoTypeInfo<?>) TypeExtractor.forClass(Node.class);

        assertThat(node.getTypeAt(0)).isInstanceOf(UnknownTypeInfo.class);
        assertThat(((UnknownTypeInfo<?>) node.getTypeAt(0)).getReason())
                .contains("contains itself");
    }

    @Test
    void shouldKeepTypeArgumentsWhenHintNamesThem() {
        assertThat(TypeInformation.of(new TypeHint<Tuple2<String, Map<Long, int[]>>>() {}))
                .hasToString("Tuple2<String, Map<Long, int[]>>");
        assertThat(new TypeHint<Pair<String, Box<Integer>>>() {}.getTypeInfo())
                .extracting(type -> ((RecordTypeInfo<?>) type).getTypeAt(1))
                .extracting(type -> ((PojoTypeInfo<?>) type).getTypeAt(0))
                .isEqualTo(Types.INT);
    }

    @Test
    void shouldFindOutputOfAnonymousAndNamedClasses() {
        assertThat(
                        mapOutput(
                                new MapFunction<String, Tuple2<String, Long>>() {
                                    private static final long serialVersionUID = 1L;

                                    @Override
                                    public Tuple2<String, Long> map(String value) {
                                        return new Tuple2<>(value, 1L);
                                    }
                                },
                                Types.STRING))
                .isEqualTo(Types.TUPLE(Types.STRING, Types.LONG));
        assertThat(TypeExtractor.outputOf(new Splitter(), FlatMapFunction.class, 1, Types.STRING))
                .isEqualTo(WORD_COUNT);
        assertThat(
                        TypeExtractor.outputOf(
                                new KeyedProcessFunction<String, Long, List<Long>>() {
                                    private static final long serialVersionUID = 1L;

                                    @Override
                                    public void processElement(
                                            Long value, Context ctx, Collector<List<Long>> out) {}
                                },
                                KeyedProcessFunction.class,
                                2,
                                Types.LONG))
                .isEqualTo(Types.LIST(Types.LONG));
        assertThat(
                        TypeExtractor.outputOf(
                                new SourceFunction<Point>() {
                                    private static final long serialVersionUID = 1L;

                                    @Override
                                    public void run(SourceContext<Point> ctx) {}

                                    @Override
                                    public void cancel() {}
                                },
                                SourceFunction.class,
                                0,
                                null))
                .isEqualTo(TypeExtractor.forClass(Point.class));
    }

    @Test
    void shouldBindTypeVariablesOfFunctionToItsInput() {
        assertThat(mapOutput(new Identity<>(), WORD_COUNT)).isEqualTo(WORD_COUNT);
        assertThat(mapOutput(new SwapToLong<>(), Types.TUPLE(Types.STRING, Types.DOUBLE)))
                .isEqualTo(Types.TUPLE(Types.DOUBLE, Types.LIST(Types.DOUBLE)));
    }

    @Test
    void shouldAskFunctionFirstWhenItKnowsItsType() {
        assertThat(mapOutput(new Knowing(), Types.STRING)).isEqualTo(Types.LONG);
    }

    @Test
    void shouldReadOutputOfMethodReferences() {
        assertThat(lambda(TypeExtractorTest::one, Types.STRING)).isEqualTo(WORD_COUNT);
        assertThat(lambda(String::length, Types.STRING)).isEqualTo(Types.INT);
        assertThat(lambda(TypeExtractorTest::twice, Types.STRING))
                .isEqualTo(Types.TUPLE(Types.STRING, Types.LIST(Types.STRING)));
        assertThat(lambda(Tuple1<String>::new, Types.STRING)).isEqualTo(Types.TUPLE(Types.STRING));
        assertThat(
                        lambda(
                                Pair<String, Long>::left,
                                new TypeHint<Pair<String, Long>>() {}.getTypeInfo()))
                .isEqualTo(Types.STRING);
        assertThat(flatLambda(TypeExtractorTest::split, Types.STRING)).isEqualTo(WORD_COUNT);
    }

    @Test
    void shouldReadErasedResultOfLambdas() {
        int captured = WORD_COUNT.toString().length();
        assertThat(lambda((String word) -> word.length() + captured, Types.STRING))
                .isEqualTo(Types.INT);
        assertThat(lambda((Tuple2<String, Integer> t) -> t.f0, WORD_COUNT)).isEqualTo(Types.STRING);
        assertThat(lambda((String word) -> new Point(1, 2, List.of()), Types.STRING))
                .isEqualTo(TypeExtractor.forClass(Point.class));
        KeySelector<Tuple2<String, Integer>, String> key = t -> t.f0;
        assertThat(TypeExtractor.outputOf(key, KeySelector.class, 1, WORD_COUNT))
                .isEqualTo(Types.STRING);
        ToLength length = word -> word.length();
        assertThat(mapOutput(length, Types.STRING)).isEqualTo(Types.INT);
    }

    @Test
    void shouldKeepArityAndNameCureWhenLambdaReturnsTuple() {
        TypeInformation<?> type = lambda((String word) -> new Tuple2<>(word, 1), Types.STRING);

        assertThat(type).isInstanceOf(TupleTypeInfo.class);
        assertThat(((TupleTypeInfo<?>) type).getArity()).isEqualTo(2);
        assertThat(((UnknownTypeInfo<?>) ((TupleTypeInfo<?>) type).getTypeAt(0)).getReason())
                .contains("shouldKeepArityAndNameCureWhenLambdaReturnsTuple")
                .contains(".returns(");
    }

    @Test
    void shouldBeUnknownWhenLambdaEmitsThroughCollector() {
        TypeInformation<?> type =
                flatLambda(
                        (String line, Collector<Tuple2<String, Integer>> out) ->
                                out.collect(new Tuple2<>(line, 1)),
                        Types.STRING);

        assertThat(type).isInstanceOf(UnknownTypeInfo.class);
        assertThat(((UnknownTypeInfo<?>) type).getReason()).contains(".returns(");
    }

    @Test
    void shouldBeUnknownWhenFunctionIsRaw() {
        assertThat(mapOutput(new Raw(), Types.STRING)).isInstanceOf(UnknownTypeInfo.class);
        Function other = new Function() {};
        assertThat(TypeExtractor.outputOf(other, MapFunction.class, 1, Types.STRING).getTypeClass())
                .isEqualTo(Object.class);
    }

    @Test
    void shouldDescribeValuesByTheirContent() {
        assertThat(TypeExtractor.forObject(new Tuple2<>("a", List.of(1, 2))))
                .isEqualTo(Types.TUPLE(Types.STRING, Types.LIST(Types.INT)));
        assertThat(TypeExtractor.forObject(Map.of("a", 1L)))
                .isEqualTo(Types.MAP(Types.STRING, Types.LONG));
        assertThat(TypeExtractor.forObject(Optional.of('x'))).isEqualTo(Types.OPTIONAL(Types.CHAR));
    }

    @Test
    void shouldLeavePartsUnknownWhenValuesDiffer() {
        TypeInformation<?> type =
                TypeExtractor.forObjects(List.of(new Tuple2<>("a", 1), new Tuple2<>("b", 2L)));

        assertThat(type).hasToString("Tuple2<String, ?>");
    }

    @Test
    void shouldSayWhyTypeIsNoKey() {
        assertThat(Types.STRING.isKeyType()).isTrue();
        assertThat(WORD_COUNT.keyRefusal()).isNull();
        assertThat(TypeExtractor.forClass(int[].class).keyRefusal()).contains("by identity");
        assertThat(Types.TUPLE(Types.STRING, TypeExtractor.forClass(byte[].class)).keyRefusal())
                .contains("field f1")
                .contains("byte[]");
        assertThat(TypeExtractor.forClass(Person.class).keyRefusal())
                .contains("does not override equals and hashCode");
        assertThat(TypeExtractor.forClass(Point.class).isKeyType()).isTrue();
    }

    @Test
    void shouldKnowWhichTypesAreImmutable() {
        assertThat(TypeExtractor.forClass(Colour.class).isImmutable()).isTrue();
        assertThat(Types.INSTANT.isImmutable()).isTrue();
        assertThat(new TypeHint<Pair<String, Long>>() {}.getTypeInfo().isImmutable()).isTrue();
        assertThat(TypeExtractor.forClass(Point.class).isImmutable()).isFalse();
        assertThat(Types.DATE.isImmutable()).isFalse();
        assertThat(WORD_COUNT.isImmutable()).isFalse();
    }

    @Test
    void shouldSurviveJavaSerialization() throws Exception {
        TypeInformation<?> type =
                new TypeHint<
                        Tuple3<
                                Pair<String, Box<Integer>>,
                                Map<Colour, Node>,
                                byte[][]>>() {}.getTypeInfo();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(type);
        }

        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(type).hasSameHashCodeAs(type);
        }
    }
}
