package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A list.
 *
 * @param <E> its elements
 */
public final class ListTypeInfo<E> extends TypeInformation<List<E>> {
    private static final long serialVersionUID = 1L;

    private final Class<?> listClass;
    private final TypeInformation<E> elementInfo;

    public ListTypeInfo(TypeInformation<E> elementInfo) {
        this(List.class, elementInfo);
    }

    ListTypeInfo(Class<?> listClass, TypeInformation<E> elementInfo) {
        this.listClass = listClass;
        this.elementInfo = requireNonNull(elementInfo, "elementInfo");
    }

    public TypeInformation<E> getElementTypeInfo() {
        return elementInfo;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Class<List<E>> getTypeClass() {
        return (Class<List<E>>) listClass;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }

    @Override
    public String keyRefusal() {
        return elementInfo.keyRefusal();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ListTypeInfo<?> that
                && listClass == that.listClass
                && elementInfo.equals(that.elementInfo);
    }

    @Override
    public int hashCode() {
        return 31 * elementInfo.hashCode() + 2;
    }

    @Override
    public String toString() {
        return listClass.getSimpleName() + "<" + elementInfo + ">";
    }
}
