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
public abstract class TypeInformation<T> implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The class of the values; {@code Object.class} for an unknown type. */
    public abstract Class<T> getTypeClass();

    /**
     * Whether values may be shared between functions without a copy, because nobody can change
     * them.
     */
    public abstract boolean isImmutable();

    /** Whether values can be keys: they have a stable equality and hash by value. */
    public abstract boolean isKeyType();

    @Override
    public abstract boolean equals(Object other);

    @Override
    public abstract int hashCode();

    /** The type as a user would write it, e.g. {@code Tuple2<String, Integer>}. */
    @Override
    public abstract String toString();
}
