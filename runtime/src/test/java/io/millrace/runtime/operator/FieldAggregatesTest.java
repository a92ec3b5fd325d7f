package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.FieldAccessors;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.generate.JobClasses;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldAggregatesTest {

    public static class Numbers {
        public long aLong;
        public int anInt;
        public short aShort;
        public byte aByte;
        public double aDouble;
        public float aFloat;
        public Integer boxed;
        public Float boxedFloat;
        public BigInteger big;
        public String text;

        public Numbers() {}

        Numbers(double number) {
            aLong = (long) number;
            anInt = (int) number;
            aShort = (short) number;
            aByte = (byte) number;
            aDouble = number;
            aFloat = (float) number;
            boxed = (int) number;
            boxedFloat = (float) number;
            big = BigInteger.valueOf((long) number);
            text = "t" + number;
        }
    }

    public record Amount(String currency, long cents) {}

    private final JobClasses classes = new JobClasses(FieldAggregatesTest.class.getClassLoader());

    @SuppressWarnings("unchecked") // for the accessor's own records
    private ReduceFunction<Object> sum(FieldAccessor<?, ?> field) {
        return FieldAggregates.of(
                Aggregate.SUM,
                (FieldAccessor<Object, Object>) field,
                classes,
                "sum of " + field.expression());
    }

    @ParameterizedTest
    @CsvSource({
        "aLong, 3000000000, 4000000000, 7000000000",
        "anInt, 2147483647, 1, -2147483648",
        "aShort, 32767, 2, -32767",
        "aByte, 127, 1, -128",
        "aDouble, 0.1, 0.2, 0.30000000000000004",
        "aFloat, 16777216, 1, 1.6777216E7",
        "boxed, 2147483647, 1, -2147483648",
        "boxedFloat, 0.5, 0.25, 0.75",
        "big, 5, 6, 11",
    })
    void shouldAddAsTheTypeOfTheFieldDoes(String name, double a, double b, String sum)
            throws Exception {
        FieldAccessor<Numbers, ?> field = FieldAccessors.named(Types.POJO(Numbers.class), name);

        Object result = sum(field).reduce(new Numbers(a), new Numbers(b));

        assertThat(field.get((Numbers) result)).hasToString(sum);
        assertThat(((Numbers) result).text).isEqualTo("t" + a);
    }

    @Test
    void shouldAddFloatsAsFloats() throws Exception {
        FieldAccessor<Numbers, ?> field = FieldAccessors.named(Types.POJO(Numbers.class), "aFloat");
        ReduceFunction<Object> sum = sum(field);
        Numbers result = new Numbers(0);
        float expected = 0;
        for (int i = 1; i < 1000; i++) {
            result = (Numbers) sum.reduce(result, new Numbers(1.0 / i));
            expected += (float) (1.0 / i);
        }

        assertThat(result.aFloat).isEqualTo(expected);
    }

    @Test
    void shouldAddTheFieldOfATupleAndOfARecordAndTheValueItself() throws Exception {
        TypeInformation<Tuple2<String, Integer>> pair =
                new TypeHint<Tuple2<String, Integer>>() {}.getTypeInfo();

        assertThat(sum(FieldAccessors.at(pair, 1)).reduce(Tuple2.of("a", 2), Tuple2.of("b", 3)))
                .isEqualTo(Tuple2.of("a", 5));
        assertThat(
                        sum(FieldAccessors.named(TypeInformation.of(Amount.class), "cents"))
                                .reduce(new Amount("EUR", 2), new Amount("USD", 3)))
                .isEqualTo(new Amount("EUR", 5));
        assertThat(sum(FieldAccessors.at(Types.LONG, 0)).reduce(2L, 3L)).isEqualTo(5L);
    }

    @Test
    void shouldRefuseToAddWhatIsNoNumber() {
        assertThatThrownBy(() -> sum(FieldAccessors.named(Types.POJO(Numbers.class), "text")))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("sum(\"text\")");
    }
}
