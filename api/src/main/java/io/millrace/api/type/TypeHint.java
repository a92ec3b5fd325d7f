package io.millrace.api.type;

import java.lang.reflect.ParameterizedType;

/**
 * Keeps a generic type from erasure: {@code new TypeHint<Tuple2<String, Long>>() {}}.
 *
 * @param <T> the type
 */
public abstract class TypeHint<T> {
    private final TypeInformation<T> typeInfo;

    @SuppressWarnings("unchecked")
    protected TypeHint() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parent)
                || parent.getRawType() != TypeHint.class) {
            throw new IllegalArgumentException(
                    getClass().getName()
                            + " names no type: write new TypeHint<Tuple2<String, Long>>() {} with"
                            + " the type between the angle brackets");
        }
        this.typeInfo =
                (TypeInformation<T>) TypeExtractor.forType(parent.getActualTypeArguments()[0]);
    }

    public final TypeInformation<T> getTypeInfo() {
        return typeInfo;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof TypeHint<?> that && typeInfo.equals(that.typeInfo);
    }

    @Override
    public final int hashCode() {
        return typeInfo.hashCode();
    }

    @Override
    public final String toString() {
        return "TypeHint<" + typeInfo + ">";
    }
}
