package io.millrace.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.tuple.Tuple1;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple3;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class FieldKeySelectorTest {
    private static final TypeInformation<Tuple3<String, Long, Integer>> TYPE =
            new TypeHint<Tuple3<String, Long, Integer>>() {}.getTypeInfo();

    @SuppressWarnings("unchecked") // it is what was written
    private static <T> FieldKeySelector<T> travelled(FieldKeySelector<T> selector)
            throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(selector);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (FieldKeySelector<T>) in.readObject();
        }
    }

    @Test
    void shouldMakeATupleOfTheFieldsInTheirOrder() throws Exception {
        Tuple3<String, Long, Integer> record = Tuple3.of("a", 5L, 7);

        assertThat(travelled(FieldKeySelector.at(TYPE, new int[] {2, 0})).getKey(record))
                .isEqualTo(Tuple2.of(7, "a"));
        assertThat(travelled(FieldKeySelector.named(TYPE, new String[] {"f1"})).getKey(record))
                .isEqualTo(Tuple1.of(5L));
    }

    @Test
    void shouldMakeAKeyWithANullInIt() {
        assertThat(FieldKeySelector.at(TYPE, new int[] {0}).getKey(Tuple3.of(null, 5L, 7)))
                .isEqualTo(Tuple1.of(null));
    }

    @Test
    void shouldFindTheFieldsOfAnUnknownTypeInTheRecord() {
        FieldKeySelector<Object> selector =
                FieldKeySelector.at(
                        new UnknownTypeInfo<>(Object.class, "for the test"), new int[] {1});

        assertThat(selector.getKey(Tuple2.of("a", "b"))).isEqualTo(Tuple1.of("b"));
    }

    @Test
    void shouldRefuseAKeyOfNothing() {
        assertThatThrownBy(() -> FieldKeySelector.at(TYPE, new int[0]))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("0 fields");
    }
}
