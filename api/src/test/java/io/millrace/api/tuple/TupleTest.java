package io.millrace.api.tuple;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Modifier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TupleTest {
    static Stream<Integer> arities() {
        return IntStream.rangeClosed(1, Tuple.MAX_ARITY).boxed();
    }

    @ParameterizedTest
    @MethodSource("arities")
    void shouldGiveEveryFieldItsOwnPlace(int arity) throws Exception {
        Tuple tuple = filled(arity);

        assertThat(tuple.getClass().getSimpleName()).isEqualTo("Tuple" + arity);
        assertThat(tuple.getArity()).isEqualTo(arity);
        for (int i = 0; i < arity; i++) {
            assertThat((Object) tuple.getField(i)).isEqualTo("v" + i);
            assertThat(tuple.getClass().getField("f" + i).get(tuple)).isEqualTo("v" + i);
        }
        assertThat(tuple)
                .hasToString(
                        IntStream.range(0, arity)
                                .mapToObj(i -> "v" + i)
                                .collect(java.util.stream.Collectors.joining(",", "(", ")")));
    }

    @ParameterizedTest
    @MethodSource("arities")
    void shouldTakeArgumentsInTheOrderOfTheFields(int arity) throws Exception {
        Object[] values = IntStream.range(0, arity).mapToObj(i -> "v" + i).toArray();
        Class<? extends Tuple> type = Tuple.getTupleClass(arity);
        var of =
                Stream.of(type.getMethods())
                        .filter(
                                m ->
                                        m.getName().equals("of")
                                                && Modifier.isStatic(m.getModifiers()))
                        .findFirst()
                        .orElseThrow();
        var constructor =
                Stream.of(type.getConstructors())
                        .filter(c -> c.getParameterCount() == arity)
                        .findFirst()
                        .orElseThrow();

        assertThat(of.invoke(null, values)).isEqualTo(filled(arity));
        assertThat(constructor.newInstance(values)).isEqualTo(filled(arity));
    }

    @ParameterizedTest
    @MethodSource("arities")
    void shouldDifferWhenOneFieldDiffers(int arity) {
        for (int i = 0; i < arity; i++) {
            Tuple other = filled(arity);
            other.setField("else", i);
            assertThat(other).isNotEqualTo(filled(arity));
            assertThat(other.hashCode()).isNotEqualTo(filled(arity).hashCode());
            other.setField(null, i);
            assertThat(other).isNotEqualTo(filled(arity));
        }
        assertThat(filled(arity)).isEqualTo(filled(arity)).hasSameHashCodeAs(filled(arity));
    }

    @ParameterizedTest
    @MethodSource("arities")
    void shouldCopyWithoutSharingPlaces(int arity) {
        Tuple tuple = filled(arity);
        Tuple copy = tuple.copy();
        assertThat(copy).isEqualTo(tuple).isNotSameAs(tuple);
        copy.setField("else", arity - 1);
        assertThat(tuple).isEqualTo(filled(arity));
    }

    @ParameterizedTest
    @MethodSource("arities")
    void shouldRefusePositionsOutside(int arity) {
        for (int position : new int[] {-1, arity}) {
            assertThatThrownBy(() -> filled(arity).getField(position))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("f" + position);
            assertThatThrownBy(() -> filled(arity).setField("x", position))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void shouldHashAsTheFieldsInTheirOrder() {
        assertThat(Tuple2.of("a", 1).hashCode()).isEqualTo(31 * "a".hashCode() + 1);
        assertThat(new Tuple2<String, String>().hashCode()).isZero();
    }

    @Test
    void shouldShowArraysByTheirContents() {
        assertThat(Tuple2.of(new int[] {1, 2}, new String[][] {{"a"}}))
                .hasToString("([1, 2],[[a]])");
        assertThat(Tuple1.of(null)).hasToString("(null)");
    }

    @Test
    void shouldExchangeTheFieldsOfAPair() {
        Tuple2<Integer, String> swapped = Tuple2.of("a", 1).swap();
        assertThat(swapped).isEqualTo(Tuple2.of(1, "a"));
    }

    @Test
    void shouldHaveOneEmptyTuple() {
        assertThat(Tuple.newInstance(0)).isSameAs(Tuple0.INSTANCE).hasToString("()");
        assertThatThrownBy(() -> Tuple0.INSTANCE.getField(0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldRefuseMoreFieldsThanThereAre() {
        assertThatThrownBy(() -> Tuple.getTupleClass(26))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("26");
    }

    private static Tuple filled(int arity) {
        Tuple tuple = Tuple.newInstance(arity);
        for (int i = 0; i < arity; i++) {
            tuple.setField("v" + i, i);
        }
        return tuple;
    }
}
