package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

/**
 * A type of which only a supertype is known, for instance because the compiler erased the result of
 * a lambda. Each value carries what it is; that costs a byte for common classes and the class name
 * for others.
 */
public final class UnknownTypeInfo<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> bound;
    private final String reason;

    /**
     * @param bound what all values are instances of
     * @param reason a sentence that says why no more is known and what would make it known
     */
    public UnknownTypeInfo(Class<T> bound, String reason) {
        this.bound = requireNonNull(bound, "bound");
        this.reason = requireNonNull(reason, "reason");
    }

    /** A sentence that says why no more is known and which {@code returns(...)} would cure it. */
    public String getReason() {
        return reason;
    }

    @Override
    public Class<T> getTypeClass() {
        return bound;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }

    /** Null: whether a value can be a key is only seen at the value. */
    @Override
    public String keyRefusal() {
        return null;
    }

    /** The reason is only a text for people and does not count. */
    @Override
    public boolean equals(Object other) {
        return other instanceof UnknownTypeInfo<?> that && bound == that.bound;
    }

    @Override
    public int hashCode() {
        return bound.getName().hashCode();
    }

    @Override
    public String toString() {
        return bound == Object.class ? "?" : "? extends " + bound.getSimpleName();
    }
}
