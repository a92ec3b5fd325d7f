package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

/** A class that the engine has no serializer for; Kryo writes it. */
public final class GenericTypeInfo<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final String reason;

    GenericTypeInfo(Class<T> type, String reason) {
        this.type = requireNonNull(type, "type");
        this.reason = requireNonNull(reason, "reason");
    }

    /** A sentence that says which rule of a POJO the class breaks, and where. */
    public String getReason() {
        return reason;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }

    @Override
    public String keyRefusal() {
        return KeyRules.equalityRefusal(type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenericTypeInfo<?> that && type == that.type;
    }

    @Override
    public int hashCode() {
        return type.getName().hashCode();
    }

    @Override
    public String toString() {
        return type.getSimpleName();
    }
}
