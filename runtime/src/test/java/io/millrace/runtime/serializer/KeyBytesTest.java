package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.SampleTypes.Sealed;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KeyBytesTest {
    private static final JobClasses CLASSES = new JobClasses(KeyBytesTest.class.getClassLoader());
    private static final double OTHER_NAN = Double.longBitsToDouble(0xfff8_0000_0000_0001L);
    private static final float OTHER_FLOAT_NAN = Float.intBitsToFloat(0xffc0_0001);

    private record Plain(double first, float second) {}

    private record Boxed(Double first, Float second, List<Double> more) {}

    private static <T> byte[] key(TypeInformation<T> type, T key) throws IOException {
        return bytes(Serializers.compileKey(type, CLASSES), key);
    }

    private static <T> byte[] value(TypeInformation<T> type, T value) throws IOException {
        return bytes(Serializers.compile(type, CLASSES), value);
    }

    private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) throws IOException {
        RecordOutput out = new RecordOutput(1);
        serializer.serialize(value, out);
        return Arrays.copyOf(out.bytes(), out.length());
    }

    /** Of what prints alike and is kept differently: one key, two values. */
    private static <T> void assertOneKey(TypeInformation<T> type, T one, T other)
            throws IOException {
        assertThat(key(type, one)).as(type + " " + one).isEqualTo(key(type, other));
        assertThat(value(type, one)).as(type + " " + one).isNotEqualTo(value(type, other));
    }

    @Test
    void shouldHaveOneZeroAndOneNaNWhereverNumbersStand() throws IOException {
        assertOneKey(Types.DOUBLE, 0.0, -0.0);
        assertOneKey(Types.DOUBLE, Double.NaN, OTHER_NAN);
        assertOneKey(Types.FLOAT, 0.0f, -0.0f);
        assertOneKey(Types.FLOAT, Float.NaN, OTHER_FLOAT_NAN);
        assertOneKey(TypeInformation.of(Plain.class), new Plain(0.0, 1), new Plain(-0.0, 1));
        assertOneKey(
                TypeInformation.of(Plain.class),
                new Plain(1, Float.NaN),
                new Plain(1, OTHER_FLOAT_NAN));
        assertOneKey(
                TypeInformation.of(Boxed.class),
                new Boxed(0.0, 0.0f, List.of(Double.NaN)),
                new Boxed(-0.0, -0.0f, List.of(OTHER_NAN)));
        assertOneKey(
                TypeInformation.of(Boxed.class),
                new Boxed(0.0, null, null),
                new Boxed(-0.0, null, null));
        assertOneKey(
                new TypeHint<Tuple2<Double, Optional<Double>>>() {}.getTypeInfo(),
                new Tuple2<>(0.0, Optional.of(-0.0)),
                new Tuple2<>(-0.0, Optional.of(0.0)));
        assertOneKey(TypeInformation.of(Object.class), 0.0, -0.0);
        assertOneKey(
                TypeInformation.of(Object.class), new Tuple2<>("a", 0.0), new Tuple2<>("a", -0.0));
    }

    @Test
    void shouldNotDependOnHowSetsMapsAndListsAreKept() throws IOException {
        TypeInformation<Set<String>> sets = new TypeHint<Set<String>>() {}.getTypeInfo();
        assertOneKey(
                sets, new LinkedHashSet<>(List.of("b", "a")), new TreeSet<>(List.of("a", "b")));
        TypeInformation<Map<String, Set<Integer>>> maps =
                new TypeHint<Map<String, Set<Integer>>>() {}.getTypeInfo();
        Map<String, Set<Integer>> one = new LinkedHashMap<>();
        one.put("x", new LinkedHashSet<>(List.of(1, 2)));
        one.put("y", Set.of());
        Map<String, Set<Integer>> other = new LinkedHashMap<>();
        other.put("y", new TreeSet<>());
        other.put("x", new LinkedHashSet<>(List.of(2, 1)));
        assertOneKey(maps, one, other);
        assertOneKey(TypeInformation.of(Object.class), one, other);
        TypeInformation<List<Integer>> lists = new TypeHint<List<Integer>>() {}.getTypeInfo();
        assertOneKey(lists, List.of(1, 2), new java.util.LinkedList<>(List.of(1, 2)));
        assertThat(key(lists, List.of(1, 2))).isNotEqualTo(key(lists, List.of(2, 1)));
        assertThat(key(sets, Set.of("a"))).isNotEqualTo(key(sets, Set.of("b")));
    }

    @Test
    void shouldRefuseKeysThatKryoWouldWrite() {
        assertThatThrownBy(
                        () ->
                                Serializers.compileKey(
                                        Types.LIST(TypeInformation.of(Sealed.class)), CLASSES))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining(Sealed.class.getName())
                .hasMessageContaining("Make the class a record");
        assertThatThrownBy(() -> key(TypeInformation.of(Object.class), new Sealed("a", List.of())))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining(Sealed.class.getName());
    }
}
