package io.millrace.api.stream;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;

/** Refuses built-in aggregates of fields whose type they cannot be made of. */
final class FieldAggregation {
    private static final Set<Class<?>> SUMMABLE =
            Set.of(
                    Byte.class,
                    Short.class,
                    Integer.class,
                    Long.class,
                    Float.class,
                    Double.class,
                    byte.class,
                    short.class,
                    int.class,
                    long.class,
                    float.class,
                    double.class,
                    BigInteger.class,
                    BigDecimal.class);

    private FieldAggregation() {}

    /**
     * @return the field
     */
    static <T> FieldAccessor<T, ?> checked(
            String method,
            Aggregate aggregate,
            FieldAccessor<T, ?> field,
            TypeInformation<T> records) {
        Class<?> type = field.fieldType().getTypeClass();
        // What the compiler erased is only seen at the values; the operator refuses it there.
        boolean known = !(field.fieldType() instanceof UnknownTypeInfo);
        if (known && aggregate == Aggregate.SUM && !SUMMABLE.contains(type)) {
            throw refused(
                    method,
                    field,
                    records,
                    "a sum needs a number: byte, short, int, long, float, double, BigInteger or"
                            + " BigDecimal. Use reduce() for other types.");
        }
        if (known && !type.isPrimitive() && !Comparable.class.isAssignableFrom(type)) {
            throw refused(
                    method,
                    field,
                    records,
                    method + "() needs a type that implements Comparable. Use reduce().");
        }
        return field;
    }

    private static InvalidProgramException refused(
            String method, FieldAccessor<?, ?> field, TypeInformation<?> records, String reason) {
        return new InvalidProgramException(
                method
                        + "() of field '"
                        + field.expression()
                        + "' of "
                        + records
                        + " is not possible: the field is a "
                        + field.fieldType()
                        + ", and "
                        + reason);
    }
}
