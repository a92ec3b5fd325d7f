package io.millrace.api.type;

import java.util.Objects;

/**
 * An array of objects.
 *
 * @param <T> the array
 * @param <C> its elements
 */
public final class ObjectArrayTypeInfo<T, C> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> arrayClass;
    private final TypeInformation<C> componentInfo;

    ObjectArrayTypeInfo(Class<T> arrayClass, TypeInformation<C> componentInfo) {
        this.arrayClass = Objects.requireNonNull(arrayClass, "arrayClass");
        this.componentInfo = Objects.requireNonNull(componentInfo, "componentInfo");
    }

    /** The array of the given elements. */
    @SuppressWarnings("unchecked")
    public static <C> ObjectArrayTypeInfo<C[], C> getInfoFor(TypeInformation<C> componentInfo) {
        return new ObjectArrayTypeInfo<>(
                (Class<C[]>) componentInfo.getTypeClass().arrayType(), componentInfo);
    }

    public TypeInformation<C> getComponentInfo() {
        return componentInfo;
    }

    static String arrayRefusal(TypeInformation<?> array) {
        return array
                + " cannot be a key: Java compares arrays by identity, not by content. Use a list,"
                + " a tuple, a record or a string.";
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
        return arrayRefusal(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectArrayTypeInfo<?, ?> that
                && arrayClass == that.arrayClass
                && componentInfo.equals(that.componentInfo);
    }

    @Override
    public int hashCode() {
        return 31 * componentInfo.hashCode() + 1;
    }

    @Override
    public String toString() {
        return componentInfo + "[]";
    }
}
