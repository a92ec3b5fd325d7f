package io.millrace.runtime.operator;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.type.FieldAccessor;
import io.millrace.runtime.generate.JobClasses;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;

/** Turns the built-in aggregates of one field into functions that combine two records. */
final class FieldAggregates {
    /** Narrowing the sum in 64 bits gives what adding in fewer would have given. */
    private static final Set<Class<?>> WHOLE =
            Set.of(long.class, int.class, short.class, byte.class);

    /** The sum of two floats in double precision, rounded, is their sum. */
    private static final Set<Class<?>> FRACTION = Set.of(double.class, float.class);

    private FieldAggregates() {}

    /**
     * @param classes of the job; sums get a class of their own
     * @param place of the operator in the plan
     * @throws InvalidProgramException if the field is of a type that cannot be summed or compared
     */
    static ReduceFunction<Object> of(
            Aggregate aggregate,
            FieldAccessor<Object, Object> field,
            JobClasses classes,
            Object place) {
        return switch (aggregate) {
            case SUM -> sum(field, classes, place);
            case MIN -> (a, b) -> compare(field, b, a) < 0 ? field.set(a, field.get(b)) : a;
            case MAX -> (a, b) -> compare(field, b, a) > 0 ? field.set(a, field.get(b)) : a;
            case MIN_BY -> (a, b) -> compare(field, b, a) < 0 ? b : a;
            case MIN_BY_LAST -> (a, b) -> compare(field, b, a) <= 0 ? b : a;
            case MAX_BY -> (a, b) -> compare(field, b, a) > 0 ? b : a;
            case MAX_BY_LAST -> (a, b) -> compare(field, b, a) >= 0 ? b : a;
        };
    }

    @SuppressWarnings("unchecked") // both classes reduce objects
    private static ReduceFunction<Object> sum(
            FieldAccessor<Object, Object> field, JobClasses classes, Object place) {
        Class<?> type = field.fieldType().getTypeClass();
        Class<?> primitive = MethodType.methodType(type).unwrap().returnType();
        MethodHandle getter = field.getter();
        if (getter != null && (WHOLE.contains(primitive) || FRACTION.contains(primitive))) {
            Class<?> wide = WHOLE.contains(primitive) ? long.class : double.class;
            // first what the field is known to be, then its number, then the number to add with
            MethodHandle get =
                    getter.asType(MethodType.methodType(type, Object.class))
                            .asType(MethodType.methodType(primitive, Object.class))
                            .asType(MethodType.methodType(wide, Object.class));
            MethodHandle replace =
                    MethodHandles.explicitCastArguments(
                            field.replacer().asType(replacing(type)).asType(replacing(primitive)),
                            replacing(wide));
            return classes.copy(
                            MethodHandles.lookup(),
                            wide == long.class ? WholeNumberSum.class : FractionSum.class,
                            place,
                            List.of(get, replace))
                    .newInstance(ReduceFunction.class);
        }
        Adder adder = adder(type);
        if (adder == null && type != Object.class) {
            throw new InvalidProgramException(
                    "sum(\""
                            + field.expression()
                            + "\"): the field is of type "
                            + type.getName()
                            + ", which is no number; sum a numeric field, or use reduce()");
        }
        if (adder != null) {
            return (a, b) -> field.set(a, adder.add(field.get(a), field.get(b)));
        }
        return (a, b) -> {
            Object left = field.get(a);
            Adder found = adder(left.getClass());
            if (found == null) {
                throw new IllegalArgumentException(
                        "sum(\""
                                + field.expression()
                                + "\") met a "
                                + left.getClass().getName()
                                + ", which is no number");
            }
            return field.set(a, found.add(left, field.get(b)));
        };
    }

    private static MethodType replacing(Class<?> value) {
        return MethodType.methodType(Object.class, Object.class, value);
    }

    @SuppressWarnings({
        "unchecked",
        "rawtypes"
    }) // the field's type was checked when the graph was built
    private static int compare(FieldAccessor<Object, Object> field, Object left, Object right) {
        return ((Comparable) field.get(left)).compareTo(field.get(right));
    }

    @FunctionalInterface
    private interface Adder {
        Object add(Object a, Object b);
    }

    private static Adder adder(Class<?> type) {
        if (type == Integer.class || type == int.class) {
            return (a, b) -> (Integer) a + (Integer) b;
        }
        if (type == Long.class || type == long.class) {
            return (a, b) -> (Long) a + (Long) b;
        }
        if (type == Double.class || type == double.class) {
            return (a, b) -> (Double) a + (Double) b;
        }
        if (type == Float.class || type == float.class) {
            return (a, b) -> (Float) a + (Float) b;
        }
        if (type == Short.class || type == short.class) {
            return (a, b) -> (short) ((Short) a + (Short) b);
        }
        if (type == Byte.class || type == byte.class) {
            return (a, b) -> (byte) ((Byte) a + (Byte) b);
        }
        if (type == BigInteger.class) {
            return (a, b) -> ((BigInteger) a).add((BigInteger) b);
        }
        if (type == BigDecimal.class) {
            return (a, b) -> ((BigDecimal) a).add((BigDecimal) b);
        }
        return null;
    }
}
