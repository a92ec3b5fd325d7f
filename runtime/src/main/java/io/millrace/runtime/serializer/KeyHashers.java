package io.millrace.runtime.serializer;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.CollectionTypeInfo;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.EnumTypeInfo;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.TupleTypeInfo;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import io.millrace.runtime.generate.JobClasses;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * Makes hashes of keys that are the same in every process.
 *
 * <p>{@code hashCode} is not: that of an enum, and of whatever holds one, is the identity of an
 * object. So enums are hashed by name, and what holds enums or values of unknown classes field by
 * field. A POJO or record made only of text, numbers, dates and collections of them is hashed by
 * its own {@code hashCode}, which is stable then and agrees with its own {@code equals} even if
 * that looks at some of the fields only.
 *
 * <p>0.0 and -0.0 have one hash, as have all NaNs; the order of sets and maps does not count.
 */
public final class KeyHashers {
    private static final MethodHandle MIX = own("mix", int.class, int.class, int.class);
    private static final MethodHandle HASH =
            own("hash", int.class, ToIntFunction.class, Object.class);

    private final JobClasses classes;

    /** Generated hashes are shared by subtasks, so that several threads may look here. */
    private final Map<Class<?>, ToIntFunction<Object>> byClass = new ConcurrentHashMap<>();

    private KeyHashers(JobClasses classes) {
        this.classes = classes;
    }

    private static MethodHandle own(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.lookup()
                    .findStatic(KeyHashers.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * The hash for keys of a type.
     *
     * @param classes of the job; keeps what is generated for the type
     * @throws InvalidProgramException if values of the type cannot be keys
     */
    public static <K> KeyHasher<K> forType(TypeInformation<K> type, JobClasses classes) {
        return new KeyHasher<>(new KeyHashers(classes).of(type));
    }

    private ToIntFunction<Object> of(TypeInformation<?> type) {
        String refusal = type.keyRefusal();
        if (refusal != null) {
            throw new InvalidProgramException(refusal);
        }
        if (type.getTypeClass() == Double.class) {
            return key -> hashDouble((Double) key);
        }
        if (type.getTypeClass() == Float.class) {
            return key -> hashFloat((Float) key);
        }
        if (type instanceof BasicTypeInfo) {
            return basic(type.getTypeClass());
        }
        if (type instanceof EnumTypeInfo) {
            return key -> ((Enum<?>) key).name().hashCode();
        }
        if (type instanceof ListTypeInfo<?> list) {
            ToIntFunction<Object> element = of(list.getElementTypeInfo());
            return key -> ordered((Collection<?>) key, element);
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            ToIntFunction<Object> element = of(collection.getElementTypeInfo());
            return key ->
                    key instanceof Set<?> set
                            ? unordered(set, element)
                            : ordered((Collection<?>) key, element);
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            ToIntFunction<Object> mapKey = of(map.getKeyTypeInfo());
            ToIntFunction<Object> mapValue = of(map.getValueTypeInfo());
            return key -> entries((Map<?, ?>) key, mapKey, mapValue);
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            ToIntFunction<Object> element = of(optional.getElementTypeInfo());
            return key -> hash(((Optional<?>) key).orElse(null), element);
        }
        if (type instanceof UnknownTypeInfo) {
            return this::hashByClass;
        }
        if (type instanceof CompositeType<?> composite) {
            return composite(composite);
        }
        return Object::hashCode; // Kryo's classes; that they override it was checked above
    }

    /** The commonest by name: a call of hashCode that all keys share would not be inlined. */
    private static ToIntFunction<Object> basic(Class<?> type) {
        if (type == Long.class) {
            return key -> Long.hashCode((Long) key);
        }
        if (type == Integer.class) {
            return key -> (Integer) key;
        }
        if (type == String.class) {
            return key -> ((String) key).hashCode();
        }
        return Object::hashCode;
    }

    private ToIntFunction<Object> composite(CompositeType<?> type) {
        if (!(type instanceof TupleTypeInfo) && hasStableHashCode(type)) {
            return exactly(type, Object::hashCode);
        }
        MethodHandle sum =
                MethodHandles.dropArguments(MethodHandles.constant(int.class, 0), 0, Object.class);
        for (TypeField field : type.fields()) {
            MethodHandle hash =
                    MethodHandles.filterReturnValue(
                            getter(type.getTypeClass(), field.name()),
                            HASH.bindTo(of(field.type())));
            sum =
                    MethodHandles.permuteArguments(
                            MethodHandles.filterArguments(MIX, 0, sum, hash),
                            MethodType.methodType(int.class, Object.class),
                            0,
                            0);
        }
        return exactly(type, computed(type, sum));
    }

    /** The key's type; shows in profiles. */
    private record Place(TypeInformation<?> type) {
        @Override
        public String toString() {
            return type.getTypeClass().getSimpleName();
        }
    }

    @SuppressWarnings("unchecked") // it takes objects
    private ToIntFunction<Object> computed(TypeInformation<?> type, MethodHandle hash) {
        return classes.copy(
                        MethodHandles.lookup(), ComputedHash.class, new Place(type), List.of(hash))
                .newInstance(ToIntFunction.class);
    }

    private static int mix(int before, int hash) {
        return 31 * before + hash;
    }

    private static int hash(ToIntFunction<Object> hasher, Object value) {
        return hash(value, hasher);
    }

    /** A subclass may have more fields and a hashCode of its own. */
    private ToIntFunction<Object> exactly(CompositeType<?> type, ToIntFunction<Object> hasher) {
        Class<?> declared = type.getTypeClass();
        byClass.putIfAbsent(declared, hasher);
        return key -> key.getClass() == declared ? hasher.applyAsInt(key) : hashByClass(key);
    }

    /** Whether no part of the type has a hashCode that differs between processes. */
    private static boolean hasStableHashCode(TypeInformation<?> type) {
        if (type instanceof BasicTypeInfo) {
            return true;
        }
        if (type instanceof CompositeType<?> composite) {
            return composite.fields().stream().allMatch(field -> hasStableHashCode(field.type()));
        }
        if (type instanceof ListTypeInfo<?> list) {
            return hasStableHashCode(list.getElementTypeInfo());
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return hasStableHashCode(collection.getElementTypeInfo());
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            return hasStableHashCode(map.getKeyTypeInfo())
                    && hasStableHashCode(map.getValueTypeInfo());
        }
        return type instanceof OptionalTypeInfo<?> optional
                && hasStableHashCode(optional.getElementTypeInfo());
    }

    private int hashByClass(Object key) {
        Class<?> type = key.getClass();
        ToIntFunction<Object> hasher = byClass.get(type);
        if (hasher == null) {
            TypeInformation<?> found = TypeExtractor.forClass(type);
            if (found instanceof UnknownTypeInfo) {
                throw new IllegalStateException(type + " is the class of a value and yet unknown");
            }
            hasher = of(found);
            byClass.put(type, hasher);
        }
        return hasher.applyAsInt(key);
    }

    private static MethodHandle getter(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                Field field = c.getDeclaredField(name);
                return MethodHandles.privateLookupIn(c, MethodHandles.lookup())
                        .unreflectGetter(field)
                        .asType(MethodType.methodType(Object.class, Object.class));
            } catch (NoSuchFieldException e) {
                // look above
            } catch (IllegalAccessException e) {
                throw new InvalidProgramException(
                        type.getName()
                                + " cannot be a key: its module is closed to the engine, so its"
                                + " field "
                                + name
                                + " cannot be read; open the package or use another key",
                        e);
            }
        }
        throw new IllegalStateException(type.getName() + " has no field " + name);
    }

    private static int hash(Object value, ToIntFunction<Object> hasher) {
        return value == null ? 0 : hasher.applyAsInt(value);
    }

    private static int hashDouble(double value) {
        return value == 0.0 ? 0 : Double.hashCode(value);
    }

    private static int hashFloat(float value) {
        return value == 0.0f ? 0 : Float.hashCode(value);
    }

    private static int ordered(Collection<?> values, ToIntFunction<Object> hasher) {
        int hash = 1;
        for (Object value : values) {
            hash = 31 * hash + hash(value, hasher);
        }
        return hash;
    }

    private static int unordered(Collection<?> values, ToIntFunction<Object> hasher) {
        int hash = 0;
        for (Object value : values) {
            hash += hash(value, hasher);
        }
        return hash;
    }

    private static int entries(
            Map<?, ?> map, ToIntFunction<Object> keyHasher, ToIntFunction<Object> valueHasher) {
        int hash = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            hash += hash(entry.getKey(), keyHasher) ^ hash(entry.getValue(), valueHasher);
        }
        return hash;
    }
}
