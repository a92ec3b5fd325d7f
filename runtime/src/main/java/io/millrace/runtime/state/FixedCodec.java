package io.millrace.runtime.state;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.TypeInformation;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * Numbers and the like as eight bytes: keys and values that may lie in a table.
 *
 * <p>Format: whole numbers extended with their sign, characters and truth values with zeros,
 * floating point by its bits. Keys have one form of each value: all NaNs are one, and -0.0 is 0.0.
 */
public record FixedCodec<T>(ToLongFunction<T> toLong, LongFunction<T> fromLong) {
    private static final Map<Class<?>, FixedCodec<?>> VALUES =
            Map.of(
                    Long.class, new FixedCodec<>(Long::longValue, v -> v),
                    Integer.class, new FixedCodec<>(Integer::longValue, v -> (int) v),
                    Short.class, new FixedCodec<>(Short::longValue, v -> (short) v),
                    Byte.class, new FixedCodec<>(Byte::longValue, v -> (byte) v),
                    Character.class, new FixedCodec<>(Character::charValue, v -> (char) v),
                    Boolean.class, new FixedCodec<Boolean>(v -> v ? 1 : 0, v -> v != 0),
                    Double.class,
                            new FixedCodec<>(Double::doubleToRawLongBits, Double::longBitsToDouble),
                    Float.class,
                            new FixedCodec<Float>(
                                    v -> Float.floatToRawIntBits(v),
                                    v -> Float.intBitsToFloat((int) v)));

    /** For values of the type, or null if they are no numbers. */
    @SuppressWarnings("unchecked")
    public static <T> FixedCodec<T> ofValue(TypeInformation<T> type) {
        return type instanceof BasicTypeInfo
                ? (FixedCodec<T>) VALUES.get(type.getTypeClass())
                : null;
    }

    /** For keys of the type, or null if they are no numbers. */
    @SuppressWarnings("unchecked")
    public static <T> FixedCodec<T> ofKey(TypeInformation<T> type) {
        if (type.getTypeClass() == Double.class) {
            return (FixedCodec<T>)
                    new FixedCodec<Double>(
                            v -> Double.doubleToLongBits(v == 0.0 ? 0.0 : v),
                            Double::longBitsToDouble);
        }
        if (type.getTypeClass() == Float.class) {
            return (FixedCodec<T>)
                    new FixedCodec<Float>(
                            v -> Float.floatToIntBits(v == 0.0f ? 0.0f : v),
                            v -> Float.intBitsToFloat((int) v));
        }
        return ofValue(type);
    }
}
