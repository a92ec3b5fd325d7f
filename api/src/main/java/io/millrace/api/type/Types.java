package io.millrace.api.type;

import io.millrace.api.InvalidProgramException;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Names types for {@code returns(...)}: {@code Types.TUPLE(Types.STRING, Types.LONG)}. */
public final class Types {
    public static final TypeInformation<Void> VOID = BasicTypeInfo.VOID_TYPE_INFO;
    public static final TypeInformation<String> STRING = BasicTypeInfo.STRING_TYPE_INFO;
    public static final TypeInformation<Boolean> BOOLEAN = BasicTypeInfo.BOOLEAN_TYPE_INFO;
    public static final TypeInformation<Byte> BYTE = BasicTypeInfo.BYTE_TYPE_INFO;
    public static final TypeInformation<Short> SHORT = BasicTypeInfo.SHORT_TYPE_INFO;
    public static final TypeInformation<Integer> INT = BasicTypeInfo.INT_TYPE_INFO;
    public static final TypeInformation<Long> LONG = BasicTypeInfo.LONG_TYPE_INFO;
    public static final TypeInformation<Float> FLOAT = BasicTypeInfo.FLOAT_TYPE_INFO;
    public static final TypeInformation<Double> DOUBLE = BasicTypeInfo.DOUBLE_TYPE_INFO;
    public static final TypeInformation<Character> CHAR = BasicTypeInfo.CHAR_TYPE_INFO;
    public static final TypeInformation<BigDecimal> BIG_DEC = BasicTypeInfo.BIG_DEC_TYPE_INFO;
    public static final TypeInformation<BigInteger> BIG_INT = BasicTypeInfo.BIG_INT_TYPE_INFO;
    public static final TypeInformation<Date> DATE = BasicTypeInfo.DATE_TYPE_INFO;
    public static final TypeInformation<java.sql.Date> SQL_DATE = BasicTypeInfo.SQL_DATE_TYPE_INFO;
    public static final TypeInformation<java.sql.Time> SQL_TIME = BasicTypeInfo.SQL_TIME_TYPE_INFO;
    public static final TypeInformation<java.sql.Timestamp> SQL_TIMESTAMP =
            BasicTypeInfo.SQL_TIMESTAMP_TYPE_INFO;
    public static final TypeInformation<LocalDate> LOCAL_DATE = BasicTypeInfo.LOCAL_DATE_TYPE_INFO;
    public static final TypeInformation<LocalTime> LOCAL_TIME = BasicTypeInfo.LOCAL_TIME_TYPE_INFO;
    public static final TypeInformation<LocalDateTime> LOCAL_DATE_TIME =
            BasicTypeInfo.LOCAL_DATE_TIME_TYPE_INFO;
    public static final TypeInformation<OffsetDateTime> OFFSET_DATE_TIME =
            BasicTypeInfo.OFFSET_DATE_TIME_TYPE_INFO;
    public static final TypeInformation<ZonedDateTime> ZONED_DATE_TIME =
            BasicTypeInfo.ZONED_DATE_TIME_TYPE_INFO;
    public static final TypeInformation<Duration> DURATION = BasicTypeInfo.DURATION_TYPE_INFO;
    public static final TypeInformation<Instant> INSTANT = BasicTypeInfo.INSTANT_TYPE_INFO;

    private Types() {}

    /** A tuple; its class follows from the number of fields. */
    public static <T> TypeInformation<T> TUPLE(TypeInformation<?>... types) {
        return TupleTypeInfo.of(types);
    }

    /** A class that extends a tuple. */
    public static <T> TypeInformation<T> TUPLE(Class<T> tupleSubclass) {
        TypeInformation<T> type = TypeExtractor.forClass(tupleSubclass);
        if (!(type instanceof TupleTypeInfo)) {
            throw new IllegalArgumentException(tupleSubclass.getName() + " is no tuple");
        }
        return type;
    }

    /** A POJO; refused with the rule that the class breaks if it is none. */
    public static <T> TypeInformation<T> POJO(Class<T> pojoClass) {
        return pojo(pojoClass, TypeExtractor.forClass(pojoClass));
    }

    /** A POJO some of whose fields have other types than its class tells. */
    public static <T> TypeInformation<T> POJO(
            Class<T> pojoClass, Map<String, TypeInformation<?>> fields) {
        PojoTypeInfo<T> found = pojo(pojoClass, TypeExtractor.forClass(pojoClass));
        Map<String, TypeInformation<?>> rest = new TreeMap<>(fields);
        List<TypeField> merged = new ArrayList<>();
        for (TypeField field : found.fields()) {
            TypeInformation<?> given = rest.remove(field.name());
            merged.add(given == null ? field : new TypeField(field.name(), given));
        }
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException(
                    pojoClass.getName()
                            + " has no field "
                            + rest.keySet().iterator().next()
                            + "; it has "
                            + String.join(", ", found.getFieldNames()));
        }
        return new PojoTypeInfo<>(pojoClass, merged);
    }

    private static <T> PojoTypeInfo<T> pojo(Class<T> pojoClass, TypeInformation<T> found) {
        if (found instanceof PojoTypeInfo<T> pojo) {
            return pojo;
        }
        String refusal = PojoRules.refusal(pojoClass);
        throw new InvalidProgramException(
                refusal == null
                        ? pojoClass.getName() + " is no POJO but " + found + "."
                        : refusal
                                + " Change that, make it a record, or have Kryo write it, with"
                                + " Types.GENERIC.");
    }

    /** A class that Kryo writes, whatever it is. */
    public static <T> TypeInformation<T> GENERIC(Class<T> type) {
        return new GenericTypeInfo<>(type, "Types.GENERIC asks for it for " + type.getName() + ".");
    }

    /** A Java record. */
    public static <T extends Record> TypeInformation<T> RECORD(Class<T> type) {
        return TypeExtractor.forClass(type);
    }

    public static TypeInformation<?> PRIMITIVE_ARRAY(TypeInformation<?> element) {
        Class<?> primitive =
                java.lang.invoke.MethodType.methodType(element.getTypeClass())
                        .unwrap()
                        .returnType();
        if (!primitive.isPrimitive()) {
            throw new IllegalArgumentException(element + " is no primitive");
        }
        return new PrimitiveArrayTypeInfo<>(primitive.arrayType());
    }

    public static <E> TypeInformation<E[]> OBJECT_ARRAY(TypeInformation<E> element) {
        return ObjectArrayTypeInfo.getInfoFor(element);
    }

    public static <E extends Enum<E>> TypeInformation<E> ENUM(Class<E> type) {
        return new EnumTypeInfo<>(type);
    }

    public static <E> TypeInformation<List<E>> LIST(TypeInformation<E> element) {
        return new ListTypeInfo<>(element);
    }

    public static <E> TypeInformation<Set<E>> SET(TypeInformation<E> element) {
        return CollectionTypeInfo.setOf(element);
    }

    public static <K, V> TypeInformation<Map<K, V>> MAP(
            TypeInformation<K> key, TypeInformation<V> value) {
        return new MapTypeInfo<>(key, value);
    }

    public static <E> TypeInformation<Optional<E>> OPTIONAL(TypeInformation<E> element) {
        return new OptionalTypeInfo<>(element);
    }

    /** Any reflective type, for code that composes types. */
    public static TypeInformation<?> of(Type type) {
        return TypeExtractor.forType(type);
    }
}
