package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Set;

/**
 * A set, or something declared only as a collection.
 *
 * @param <T> the collection
 * @param <E> its elements
 */
public final class CollectionTypeInfo<T extends Collection<E>, E> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> collectionClass;
    private final TypeInformation<E> elementInfo;

    CollectionTypeInfo(Class<T> collectionClass, TypeInformation<E> elementInfo) {
        this.collectionClass = requireNonNull(collectionClass, "collectionClass");
        this.elementInfo = requireNonNull(elementInfo, "elementInfo");
    }

    /** The set of the given elements. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public static <E> CollectionTypeInfo<Set<E>, E> setOf(TypeInformation<E> elementInfo) {
        return new CollectionTypeInfo<>((Class<Set<E>>) (Class) Set.class, elementInfo);
    }

    public TypeInformation<E> getElementTypeInfo() {
        return elementInfo;
    }

    @Override
    public Class<T> getTypeClass() {
        return collectionClass;
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
        return other instanceof CollectionTypeInfo<?, ?> that
                && collectionClass == that.collectionClass
                && elementInfo.equals(that.elementInfo);
    }

    @Override
    public int hashCode() {
        return 31 * elementInfo.hashCode() + 3;
    }

    @Override
    public String toString() {
        return collectionClass.getSimpleName() + "<" + elementInfo + ">";
    }
}
