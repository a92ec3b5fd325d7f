package io.millrace.api.type;

/** An array of primitives, for instance {@code byte[]}. */
public final class PrimitiveArrayTypeInfo<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> arrayClass;

    public PrimitiveArrayTypeInfo(Class<T> arrayClass) {
        if (!arrayClass.isArray() || !arrayClass.getComponentType().isPrimitive()) {
            throw new IllegalArgumentException(
                    arrayClass.getTypeName() + " is no array of primitives");
        }
        this.arrayClass = arrayClass;
    }

    /** The primitive class of the elements. */
    public Class<?> getComponentClass() {
        return arrayClass.getComponentType();
    }

    @Override
    public Class<T> getTypeClass() {
        return arrayClass;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }

    @Override
    public String keyRefusal() {
        return ObjectArrayTypeInfo.arrayRefusal(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PrimitiveArrayTypeInfo<?> that && arrayClass == that.arrayClass;
    }

    @Override
    public int hashCode() {
        return arrayClass.getName().hashCode();
    }

    @Override
    public String toString() {
        return arrayClass.getSimpleName();
    }
}
