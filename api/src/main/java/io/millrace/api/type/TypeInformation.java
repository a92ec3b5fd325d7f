package io.millrace.api.type;

import java.io.Serializable;

/**
 * Describes a type as data: what it is made of, never how it is written.
 *
 * <p>The engine compiles a description into a serializer; a job author only names types. Two
 * descriptions that are equal denote the same type.
 *
 * @param <T> the type described
 */
public abstract sealed class TypeInformation<T> implements Serializable
        permits BasicTypeInfo,
                PrimitiveArrayTypeInfo,
                ObjectArrayTypeInfo,
                CompositeType,
                EnumTypeInfo,
                ListTypeInfo,
                CollectionTypeInfo,
                MapTypeInfo,
                OptionalTypeInfo,
                GenericTypeInfo,
                UnknownTypeInfo {
    private static final long serialVersionUID = 1L;

    TypeInformation() {}

    /** The description of a class; its type parameters, if it has any, stay unknown. */
    public static <T> TypeInformation<T> of(Class<T> type) {
        return TypeExtractor.forClass(type);
    }

    /** The description of a generic type: {@code of(new TypeHint<List<String>>() {})}. */
    public static <T> TypeInformation<T> of(TypeHint<T> hint) {
        return hint.getTypeInfo();
    }

    /** The class of the values; {@code Object.class} for a type of which nothing is known. */
    public abstract Class<T> getTypeClass();

    /**
     * Whether values may be shared between functions without a copy, because nobody can change
     * them.
     */
    public abstract boolean isImmutable();

    /** Whether values can be keys: they have a stable equality and hash by value. */
    public final boolean isKeyType() {
        return keyRefusal() == null;
    }

    /** Why values cannot be keys, as a sentence with the cure; null if they can. */
    public abstract String keyRefusal();

    /**
     * Why no value can be sent from one function to another, as part of a sentence with the cure;
     * null if that is not certain.
     */
    public final String writeRefusal() {
        return Writability.refusal(this);
    }

    @Override
    public abstract boolean equals(Object other);

    @Override
    public abstract int hashCode();

    /** The type as a user would write it, e.g. {@code Tuple2<String, Integer>}. */
    @Override
    public abstract String toString();
}
