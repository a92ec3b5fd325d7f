package io.millrace.api.type;

/** An enum. */
public final class EnumTypeInfo<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;

    public EnumTypeInfo(Class<T> type) {
        if (!type.isEnum()) {
            throw new IllegalArgumentException(type.getTypeName() + " is no enum");
        }
        this.type = type;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    /** True: constants are shared by the whole process whatever they hold. */
    @Override
    public boolean isImmutable() {
        return true;
    }

    @Override
    public String keyRefusal() {
        return null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EnumTypeInfo<?> that && type == that.type;
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
