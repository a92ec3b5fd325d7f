package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/** A value that may be absent. */
public final class OptionalTypeInfo<E> extends TypeInformation<Optional<E>> {
    private static final long serialVersionUID = 1L;

    private final TypeInformation<E> elementInfo;

    public OptionalTypeInfo(TypeInformation<E> elementInfo) {
        this.elementInfo = requireNonNull(elementInfo, "elementInfo");
    }

    public TypeInformation<E> getElementTypeInfo() {
        return elementInfo;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Class<Optional<E>> getTypeClass() {
        return (Class<Optional<E>>) (Class) Optional.class;
    }

    @Override
    public boolean isImmutable() {
        return elementInfo.isImmutable();
    }

    @Override
    public String keyRefusal() {
        return elementInfo.keyRefusal();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OptionalTypeInfo<?> that && elementInfo.equals(that.elementInfo);
    }

    @Override
    public int hashCode() {
        return 31 * elementInfo.hashCode() + 4;
    }

    @Override
    public String toString() {
        return "Optional<" + elementInfo + ">";
    }
}
