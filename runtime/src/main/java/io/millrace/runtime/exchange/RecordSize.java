package io.millrace.runtime.exchange;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.CollectionTypeInfo;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.EnumTypeInfo;
import io.millrace.api.type.FieldAccessors;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.ObjectArrayTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.PrimitiveArrayTypeInfo;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.TypeSerializer;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Tells about how many bytes of the heap a record takes, from the type's description: the lengths
 * of its texts, arrays and collections, and a constant for all else.
 *
 * <p>Each record is looked at, since the one among a million that has ten megabytes cannot be found
 * otherwise. Only records of which Kryo serializes a part, or a part has no known type, are
 * sampled.
 *
 * <p>Unit: bytes, {@link Integer#MAX_VALUE} if it is more; null has a size, too.
 */
public final class RecordSize {
    private static final MethodType SIZE = MethodType.methodType(long.class, Object.class);

    /** Header, and on the average what alignment adds. */
    private static final int OBJECT = 16;

    private static final int TEXT = 56;
    private static final int REFERENCE = 8;

    private RecordSize() {}

    /**
     * The size of records of a type, for one thread.
     *
     * @param place of the records in the plan; they get a class of their own there
     * @param serializer of the type, by which records are sampled if need be
     */
    @SuppressWarnings("unchecked") // the one class takes objects
    public static ToIntFunction<Object> of(
            TypeInformation<?> type,
            TypeSerializer<Object> serializer,
            JobClasses classes,
            Object place) {
        if (!isDescribed(type)) {
            return new SampledSize(serializer);
        }
        return classes.copy(
                        MethodHandles.lookup(), ComputedSize.class, place, List.of(handle(type)))
                .newInstance(ToIntFunction.class);
    }

    /** Whether the type and all of its parts say what they are. */
    private static boolean isDescribed(TypeInformation<?> type) {
        if (type instanceof CompositeType<?> composite) {
            return composite.fields().stream().allMatch(field -> isDescribed(field.type()));
        }
        if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            return isDescribed(array.getComponentInfo());
        }
        if (type instanceof ListTypeInfo<?> list) {
            return isDescribed(list.getElementTypeInfo());
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return isDescribed(collection.getElementTypeInfo());
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            return isDescribed(map.getKeyTypeInfo()) && isDescribed(map.getValueTypeInfo());
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return isDescribed(optional.getElementTypeInfo());
        }
        return type instanceof BasicTypeInfo
                || type instanceof EnumTypeInfo
                || type instanceof PrimitiveArrayTypeInfo;
    }

    /** A handle of type {@link #SIZE}. */
    private static MethodHandle handle(TypeInformation<?> type) {
        if (type instanceof CompositeType<?> composite) {
            return ofFields(composite);
        }
        if (type instanceof PrimitiveArrayTypeInfo) {
            return find("array");
        }
        if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            return find("objects", MethodHandle.class).bindTo(handle(array.getComponentInfo()));
        }
        if (type instanceof ListTypeInfo<?> list) {
            return find("collection", MethodHandle.class).bindTo(handle(list.getElementTypeInfo()));
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return find("collection", MethodHandle.class)
                    .bindTo(handle(collection.getElementTypeInfo()));
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            return MethodHandles.insertArguments(
                    find("map", MethodHandle.class, MethodHandle.class),
                    0,
                    handle(map.getKeyTypeInfo()),
                    handle(map.getValueTypeInfo()));
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return find("optional", MethodHandle.class)
                    .bindTo(handle(optional.getElementTypeInfo()));
        }
        Class<?> basic = type.getTypeClass();
        if (basic == String.class) {
            return find("text");
        }
        if (basic == BigInteger.class || basic == BigDecimal.class) {
            return find("bigNumber");
        }
        return constant(OBJECT + Long.BYTES);
    }

    private static MethodHandle ofFields(CompositeType<?> type) {
        int fixed = OBJECT;
        MethodHandle sum = null;
        for (TypeField field : type.fields()) {
            fixed += REFERENCE;
            if (isFixed(field.type())) {
                continue;
            }
            MethodHandle getter = FieldAccessors.named(type, field.name()).getter();
            MethodHandle size =
                    MethodHandles.filterReturnValue(
                            getter.asType(getter.type().changeReturnType(Object.class)),
                            handle(field.type()));
            sum = sum == null ? size : add(sum, size);
        }
        MethodHandle constant = constant(fixed);
        return whereNotNull(sum == null ? constant : add(sum, constant));
    }

    /** Whether all values but null have one size, or almost so. */
    private static boolean isFixed(TypeInformation<?> type) {
        Class<?> basic = type.getTypeClass();
        return type instanceof EnumTypeInfo
                || type instanceof BasicTypeInfo
                        && basic != String.class
                        && basic != BigInteger.class
                        && basic != BigDecimal.class;
    }

    /** Of the same record. */
    private static MethodHandle add(MethodHandle a, MethodHandle b) {
        return MethodHandles.permuteArguments(
                MethodHandles.filterArguments(
                        find(long.class, "sum", long.class, long.class), 0, a, b),
                SIZE,
                0,
                0);
    }

    private static MethodHandle constant(long bytes) {
        return MethodHandles.dropArguments(
                MethodHandles.constant(long.class, bytes), 0, Object.class);
    }

    private static MethodHandle whereNotNull(MethodHandle size) {
        return MethodHandles.guardWithTest(
                find(boolean.class, "isNull", Object.class), constant(REFERENCE), size);
    }

    /** A method of this class that tells a size, by what it takes before the value. */
    private static MethodHandle find(String name, Class<?>... before) {
        Class<?>[] parameters = Arrays.copyOf(before, before.length + 1);
        parameters[before.length] = Object.class;
        return find(long.class, name, parameters);
    }

    private static MethodHandle find(Class<?> result, String name, Class<?>... parameters) {
        try {
            return MethodHandles.lookup()
                    .findStatic(RecordSize.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- called by handles

    private static boolean isNull(Object value) {
        return value == null;
    }

    private static long sum(long a, long b) {
        return a + b;
    }

    private static long text(Object text) {
        return text == null ? REFERENCE : TEXT + ((String) text).length();
    }

    private static long bigNumber(Object number) {
        if (number instanceof BigDecimal decimal) {
            // the digits of a decimal that fits into a long would have to be made first
            return 2 * TEXT + decimal.precision() / 2;
        }
        return number == null ? REFERENCE : TEXT + ((BigInteger) number).bitLength() / 8;
    }

    private static long array(Object array) {
        return array == null
                ? REFERENCE
                : OBJECT
                        + (long) Array.getLength(array)
                                * bytesOf(array.getClass().getComponentType());
    }

    private static int bytesOf(Class<?> primitive) {
        if (primitive == long.class || primitive == double.class) {
            return 8;
        }
        if (primitive == int.class || primitive == float.class) {
            return 4;
        }
        return primitive == short.class || primitive == char.class ? 2 : 1;
    }

    private static long objects(MethodHandle element, Object array) throws Throwable {
        if (array == null) {
            return REFERENCE;
        }
        long bytes = OBJECT;
        for (Object value : (Object[]) array) {
            bytes += REFERENCE + (long) element.invokeExact(value);
        }
        return bytes;
    }

    private static long collection(MethodHandle element, Object collection) throws Throwable {
        if (collection == null) {
            return REFERENCE;
        }
        long bytes = 3 * OBJECT;
        for (Object value : (Collection<?>) collection) {
            bytes += REFERENCE + (long) element.invokeExact(value);
        }
        return bytes;
    }

    private static long map(MethodHandle key, MethodHandle value, Object map) throws Throwable {
        if (map == null) {
            return REFERENCE;
        }
        long bytes = 3 * OBJECT;
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
            Object entryKey = entry.getKey();
            Object entryValue = entry.getValue();
            bytes +=
                    3 * OBJECT
                            + (long) key.invokeExact(entryKey)
                            + (long) value.invokeExact(entryValue);
        }
        return bytes;
    }

    private static long optional(MethodHandle element, Object optional) throws Throwable {
        if (optional == null) {
            return REFERENCE;
        }
        Object value = ((Optional<?>) optional).orElse(null);
        return OBJECT + (long) element.invokeExact(value);
    }
}
