package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.type.UnknownTypeInfo;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.TypeShape.Composite;
import io.millrace.runtime.serializer.TypeShape.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Values of a class as it was, read as of the class as it is. */
class TypeMigrationTest {
    private static final JobClasses CLASSES =
            new JobClasses(TypeMigrationTest.class.getClassLoader());

    record Before(String name, int age, List<Long> scores) {}

    record After(Double weight, List<Long> scores, String name, boolean active, char sign) {}

    public static class PojoBefore {
        public String name;
        public int age;
        public Tuple2<Integer, String> pair;
    }

    public static class PojoAfter {
        public String name;
        public String country = "unknown";
        public long visits = 7;
        public Tuple2<Integer, String> pair;
    }

    record Outer1(Map<String, Before> inner, Optional<Before> one, Before[] all, int x) {}

    record Outer2(Map<String, After> inner, Optional<After> one, After[] all, long added) {}

    enum Color1 {
        RED,
        GREEN
    }

    enum Color2 {
        BLUE,
        GREEN,
        RED
    }

    /** The shape of a type as it would be had the class had another name. */
    private static String shapeAs(TypeInformation<?> type, Class<?>... renames) {
        String text = TypeShape.text(type);
        for (int i = 0; i < renames.length; i += 2) {
            text = text.replace(renames[i].getName(), renames[i + 1].getName());
        }
        return text;
    }

    @SuppressWarnings("unchecked")
    private static <T> byte[] write(TypeInformation<T> type, Object value) throws IOException {
        RecordOutput out = new RecordOutput(64);
        Serializers.compile(type, CLASSES).serialize((T) value, out);
        return Arrays.copyOf(out.bytes(), out.length());
    }

    private static <T> T migrate(String former, byte[] bytes, TypeInformation<T> type)
            throws IOException {
        RecordInput in = new RecordInput();
        in.reset(bytes, 0, bytes.length);
        T value = TypeMigration.of(former, type, CLASSES).read(in);
        assertThat(in.remaining()).isZero();
        return value;
    }

    private static <T> TypeInformation<T> typeOf(Class<T> type) {
        return TypeExtractor.forClass(type);
    }

    @Test
    void shouldReadARecordWhoseComponentsWereAddedRemovedAndMoved() throws IOException {
        byte[] bytes = write(typeOf(Before.class), new Before("Ada", 36, List.of(1L, 2L)));

        After after =
                migrate(
                        shapeAs(typeOf(Before.class), Before.class, After.class),
                        bytes,
                        typeOf(After.class));

        assertThat(after).isEqualTo(new After(null, List.of(1L, 2L), "Ada", false, '\0'));
    }

    @Test
    void shouldReadNullFieldsAndNullItself() throws IOException {
        String former = shapeAs(typeOf(Before.class), Before.class, After.class);

        assertThat(
                        migrate(
                                former,
                                write(typeOf(Before.class), new Before(null, 1, null)),
                                typeOf(After.class)))
                .isEqualTo(new After(null, null, null, false, '\0'));
        assertThat(migrate(former, write(typeOf(Before.class), null), typeOf(After.class)))
                .isNull();
    }

    @Test
    void shouldLeaveToTheConstructorWhatAPojoHasMore() throws IOException {
        PojoBefore before = new PojoBefore();
        before.name = "Ada";
        before.age = 36;
        before.pair = Tuple2.of(1, "one");

        PojoAfter after =
                migrate(
                        shapeAs(typeOf(PojoBefore.class), PojoBefore.class, PojoAfter.class),
                        write(typeOf(PojoBefore.class), before),
                        typeOf(PojoAfter.class));

        assertThat(after.name).isEqualTo("Ada");
        assertThat(after.country).isEqualTo("unknown");
        assertThat(after.visits).isEqualTo(7);
        assertThat(after.pair).isEqualTo(Tuple2.of(1, "one"));
    }

    @Test
    void shouldReadWhatHasChangedAtAnyDepth() throws IOException {
        Before before = new Before("x", 1, List.of());
        Outer1 outer =
                new Outer1(
                        Map.of("k", before), Optional.of(before), new Before[] {before, null}, 5);
        String former =
                shapeAs(
                        typeOf(Outer1.class),
                        Outer1.class,
                        Outer2.class,
                        Before.class,
                        After.class);

        Outer2 after = migrate(former, write(typeOf(Outer1.class), outer), typeOf(Outer2.class));

        After inner = new After(null, List.of(), "x", false, '\0');
        assertThat(after.inner()).isEqualTo(Map.of("k", inner));
        assertThat(after.one()).contains(inner);
        assertThat(after.all()).containsExactly(inner, null);
        assertThat(after.added()).isZero();
    }

    @Test
    void shouldFindConstantsByTheirNames() throws IOException {
        String former = shapeAs(typeOf(Color1.class), Color1.class, Color2.class);

        assertThat(migrate(former, write(typeOf(Color1.class), Color1.GREEN), typeOf(Color2.class)))
                .isEqualTo(Color2.GREEN);
        assertThat(
                        TypeMigration.refusal(
                                shapeAs(typeOf(Color2.class), Color2.class, Color1.class),
                                typeOf(Color1.class),
                                CLASSES))
                .contains("BLUE is not there any more");
    }

    @Test
    void shouldReadWhatCarriesItsClassAsTheTypeThatIsKnownNow() throws IOException {
        TypeInformation<Object> unknown = new UnknownTypeInfo<>(Object.class, "erased");
        Before value = new Before("a", 2, List.of(3L));

        assertThat(migrate(TypeShape.text(unknown), write(unknown, value), typeOf(Before.class)))
                .isEqualTo(value);
        assertThat(migrate(TypeShape.text(unknown), write(unknown, 5L), Types.LONG)).isEqualTo(5L);
        assertThat(migrate(TypeShape.text(Types.LONG), write(Types.LONG, 5L), unknown))
                .isEqualTo(5L);
        assertThatThrownBy(() -> migrate(TypeShape.text(unknown), write(unknown, "5"), Types.LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("java.lang.String");
    }

    @Test
    void shouldRefuseAnythingElseAndNameBothShapes() {
        assertThat(TypeMigration.refusal(TypeShape.text(Types.LONG), Types.STRING, CLASSES))
                .isEqualTo("the value was Long and is String now");
        String former = TypeShape.text(typeOf(Before.class)).replace("age:Integer", "age:String");
        assertThat(TypeMigration.refusal(former, typeOf(Before.class), CLASSES))
                .isEqualTo("the value's field 'age' was String and is Integer now");
        assertThat(
                        TypeMigration.refusal(
                                TypeShape.text(Types.LIST(Types.LONG)),
                                Types.LIST(Types.STRING),
                                CLASSES))
                .contains("elements was Long and is String now");
    }

    @Test
    void shouldNotGuessWhatASubclassWas() throws IOException {
        byte[] bytes = {2, 0};

        assertThatThrownBy(
                        () ->
                                migrate(
                                        shapeAs(
                                                typeOf(PojoBefore.class),
                                                PojoBefore.class,
                                                PojoAfter.class),
                                        bytes,
                                        typeOf(PojoAfter.class)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("subclass");
    }

    // ---- random shapes: what a class may have been is said by a shape alone

    /** Has a field of each kind; its former self had any of them, and others. */
    public static class Wide {
        public Integer i;
        public String s;
        public Long l;
        public List<String> list;
        public Map<String, Long> map;
        public Optional<Integer> optional;
        public int[] numbers;
        public Before nested;

        @Override
        public boolean equals(Object o) {
            return o instanceof Wide w
                    && Objects.equals(i, w.i)
                    && Objects.equals(s, w.s)
                    && Objects.equals(l, w.l)
                    && Objects.equals(list, w.list)
                    && Objects.equals(map, w.map)
                    && Objects.equals(optional, w.optional)
                    && Arrays.equals(numbers, w.numbers)
                    && Objects.equals(nested, w.nested);
        }

        @Override
        public int hashCode() {
            return Objects.hash(i, s, l, list, map, optional, nested);
        }
    }

    /** A field of the former class: its type, a value, and whether the class has it still. */
    private record Former(String name, TypeInformation<?> type, Object value) {}

    @Provide
    Arbitrary<List<Former>> formers() {
        List<Arbitrary<Former>> kept =
                List.of(
                        former("i", Types.INT, Arbitraries.integers()),
                        former("s", Types.STRING, Arbitraries.strings().ofMaxLength(20)),
                        former("l", Types.LONG, Arbitraries.longs()),
                        former(
                                "list",
                                TypeInformation.of(new TypeHint<List<String>>() {}),
                                Arbitraries.strings().ofMaxLength(3).list().ofMaxSize(4)),
                        former(
                                "map",
                                TypeInformation.of(new TypeHint<Map<String, Long>>() {}),
                                Arbitraries.maps(
                                                Arbitraries.strings().ofMaxLength(3),
                                                Arbitraries.longs())
                                        .ofMaxSize(4)),
                        former(
                                "optional",
                                TypeInformation.of(new TypeHint<Optional<Integer>>() {}),
                                Arbitraries.integers().optional()),
                        former(
                                "numbers",
                                typeOf(int[].class),
                                Arbitraries.integers().array(int[].class).ofMaxSize(4)),
                        former(
                                "nested",
                                typeOf(Before.class),
                                Arbitraries.integers().map(n -> new Before("n", n, null))));
        List<Arbitrary<Former>> gone = new ArrayList<>();
        for (int i = 0; i < kept.size(); i++) {
            int number = i;
            gone.add(kept.get(i).map(f -> new Former("gone" + number, f.type(), f.value())));
        }
        gone.add(
                former(
                        "tagged",
                        new UnknownTypeInfo<>(Object.class, "erased"),
                        Arbitraries.of("x", 5L, List.of(1), Tuple2.of(1, "y"))));
        List<Arbitrary<Former>> all = new ArrayList<>(kept);
        all.addAll(gone);
        return Combinators.combine(all)
                .as(x -> x)
                .flatMap(fields -> Arbitraries.shuffle(fields))
                .flatMap(
                        fields ->
                                Arbitraries.integers()
                                        .between(0, fields.size())
                                        .map(count -> fields.subList(0, count)));
    }

    private static Arbitrary<Former> former(
            String name, TypeInformation<?> type, Arbitrary<?> values) {
        return values.injectNull(0.2).map(value -> new Former(name, type, value));
    }

    @Property(tries = 300)
    void shouldKeepTheFieldsThatAreThereStill(@ForAll("formers") List<Former> formers)
            throws Exception {
        RecordOutput out = new RecordOutput(64);
        boolean nulls = formers.stream().anyMatch(f -> f.value() == null);
        out.write(nulls ? FlaggedSerializer.NULL_PARTS : 0);
        byte[] mask = new byte[(formers.size() + 7) / 8];
        List<Field> fields = new ArrayList<>();
        Wide expected = new Wide();
        for (int i = 0; i < formers.size(); i++) {
            Former former = formers.get(i);
            mask[i / 8] |= (byte) (former.value() == null ? 1 << i % 8 : 0);
            fields.add(new Field(former.name(), TypeShape.of(former.type())));
            if (!former.name().startsWith("gone") && !former.name().equals("tagged")) {
                Wide.class.getField(former.name()).set(expected, former.value());
            }
        }
        if (nulls) {
            out.write(mask);
        }
        SerializerCompiler compiler = new SerializerCompiler(CLASSES, Encoding.VALUE);
        for (Former former : formers) {
            if (former.value() != null) {
                writePart(compiler, former, out);
            }
        }
        String shape =
                new Composite(TypeShape.Composition.POJO, Wide.class.getName(), fields).toString();
        byte[] bytes = Arrays.copyOf(out.bytes(), out.length());

        assertThat(migrate(shape, bytes, typeOf(Wide.class))).isEqualTo(expected);
        assertThat(TypeShape.parse(shape)).hasToString(shape);
        assertThat(ShapeReader.of(shape).read(bytes))
                .isInstanceOfSatisfying(
                        ShapeReader.Parts.class,
                        parts -> assertThat(parts.values()).hasSize(formers.size()));
    }

    @SuppressWarnings("unchecked")
    private static void writePart(SerializerCompiler compiler, Former former, RecordOutput out)
            throws IOException {
        ((ValueSerializer<Object>) compiler.compile(former.type())).write(former.value(), out);
    }

    @Property(tries = 300)
    void shouldEndInAValueOrAnIoExceptionWhateverTheBytes(
            @ForAll("formers") List<Former> formers, @ForAll byte[] bytes) {
        List<Field> fields =
                formers.stream().map(f -> new Field(f.name(), TypeShape.of(f.type()))).toList();
        String shape =
                new Composite(TypeShape.Composition.POJO, Wide.class.getName(), fields).toString();
        RecordInput in = new RecordInput();
        in.reset(bytes, 0, bytes.length);
        try {
            TypeMigration.of(shape, typeOf(Wide.class), CLASSES).read(in);
        } catch (IOException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
