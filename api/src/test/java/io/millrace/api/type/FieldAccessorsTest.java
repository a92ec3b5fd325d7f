package io.millrace.api.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.tuple.Tuple2;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class FieldAccessorsTest {
    public record Amount(String currency, long cents) {}

    public static class Order {
        public Amount amount = new Amount("EUR", 5);
        private Integer count = 1;

        public Integer getCount() {
            return count;
        }

        public void setCount(Integer count) {
            this.count = count;
        }
    }

    private static final TypeInformation<Tuple2<String, Order>> PAIR =
            new TypeHint<Tuple2<String, Order>>() {}.getTypeInfo();

    @SuppressWarnings("unchecked")
    private static <T, F> FieldAccessor<T, F> travelled(FieldAccessor<T, ?> accessor)
            throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(accessor);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (FieldAccessor<T, F>) in.readObject();
        }
    }

    @Test
    void shouldReachFieldOfTupleByPositionNameAndNumber() throws Exception {
        Tuple2<String, Order> pair = new Tuple2<>("a", new Order());

        for (FieldAccessor<Tuple2<String, Order>, ?> found :
                java.util.List.of(
                        FieldAccessors.at(PAIR, 0),
                        FieldAccessors.named(PAIR, "f0"),
                        FieldAccessors.named(PAIR, "0"))) {
            FieldAccessor<Tuple2<String, Order>, String> accessor = travelled(found);
            assertThat(accessor.fieldType()).isEqualTo(Types.STRING);
            pair.f0 = "a";
            assertThat(accessor.get(pair)).isEqualTo("a");
            assertThat(accessor.set(pair, "b")).isSameAs(pair);
            assertThat(pair.f0).isEqualTo("b");
        }
    }

    @Test
    void shouldReplaceRecordWhenItsComponentIsSetThroughPojoAndTuple() throws Exception {
        Order order = new Order();
        Amount before = order.amount;
        Tuple2<String, Order> pair = new Tuple2<>("a", order);
        FieldAccessor<Tuple2<String, Order>, Long> cents =
                travelled(FieldAccessors.named(PAIR, "f1.amount.cents"));

        assertThat(cents.get(pair)).isEqualTo(5L);
        assertThat(cents.set(pair, 7L)).isSameAs(pair);

        assertThat(before.cents()).isEqualTo(5);
        assertThat(order.amount).isEqualTo(new Amount("EUR", 7));
        assertThat(cents.expression()).isEqualTo("f1.amount.cents");
    }

    @Test
    void shouldReachPrivateFieldOfPojo() throws Exception {
        Order order = new Order();
        FieldAccessor<Order, Integer> count =
                travelled(FieldAccessors.named(TypeInformation.of(Order.class), "count"));

        count.set(order, 4);

        assertThat(order.getCount()).isEqualTo(4);
    }

    @Test
    void shouldReachElementsOfArraysAndWholeValues() throws Exception {
        long[] array = {1, 2, 3};
        FieldAccessor<long[], Long> second =
                travelled(FieldAccessors.at(TypeInformation.of(long[].class), 1));
        second.set(array, 9L);
        assertThat(array).containsExactly(1, 9, 3);

        FieldAccessor<String, String> whole = travelled(FieldAccessors.at(Types.STRING, 0));
        assertThat(whole.get("x")).isEqualTo("x");
        assertThat(whole.set("x", "y")).isEqualTo("y");
        assertThat(FieldAccessors.named(PAIR, "*").fieldType()).isEqualTo(PAIR);
    }

    @Test
    void shouldListFieldsWhenThereIsNoneOfThatName() {
        assertThatThrownBy(() -> FieldAccessors.named(PAIR, "f1.amount.euros"))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("no field euros in Amount")
                .hasMessageContaining("currency, cents");
        assertThatThrownBy(() -> FieldAccessors.at(PAIR, 2))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("f0, f1");
        assertThatThrownBy(() -> FieldAccessors.at(TypeInformation.of(Order.class), 0))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("amount, count");
        assertThatThrownBy(() -> FieldAccessors.at(Types.LONG, 1))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("position 0");
    }

    @Test
    void shouldLookIntoEachValueWhenTypeIsUnknown() throws Exception {
        FieldAccessor<Object, Object> first =
                travelled(FieldAccessors.at(new UnknownTypeInfo<>(Object.class, "Erased."), 0));

        assertThat(first.get(new Tuple2<>("a", 1))).isEqualTo("a");
        assertThat(first.get(new Amount("EUR", 1))).isEqualTo("EUR");
        assertThatThrownBy(() -> first.get(new Order()))
                .isInstanceOf(InvalidProgramException.class);
    }

    private static void requireSameByHandles(
            FieldAccessor<?, ?> accessor, Object record, Object before, Object after)
            throws Throwable {
        assertThat(accessor.getter().type().parameterType(0)).isEqualTo(Object.class);
        assertThat(accessor.getter().invoke(record)).isEqualTo(before);
        Object replaced = accessor.replacer().invoke(record, after);
        assertThat(accessor.getter().invoke(replaced)).isEqualTo(after);
    }

    @Test
    void shouldReachTheSameFieldsByHandlesWithoutBoxing() throws Throwable {
        Order order = new Order();
        Tuple2<String, Order> pair = new Tuple2<>("a", order);
        FieldAccessor<Tuple2<String, Order>, Long> cents =
                travelled(FieldAccessors.named(PAIR, "f1.amount.cents"));
        Amount before = order.amount;

        requireSameByHandles(cents, pair, 5L, 7L);
        requireSameByHandles(travelled(FieldAccessors.at(PAIR, 0)), pair, "a", "b");
        requireSameByHandles(
                travelled(FieldAccessors.named(Types.POJO(Order.class), "count")), order, 1, 2);
        requireSameByHandles(travelled(FieldAccessors.at(Types.STRING, 0)), "x", "x", "y");

        assertThat(cents.getter().type().returnType()).isEqualTo(long.class);
        assertThat(cents.replacer().type().parameterType(1)).isEqualTo(long.class);
        assertThat(before.cents()).isEqualTo(5);
        assertThat(order.amount.cents()).isEqualTo(7);
        assertThat(order.amount.currency()).isEqualTo("EUR");
        assertThat(pair.f0).isEqualTo("b");
    }
}
