package io.millrace.api.state;

import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.TypeInformation;
import java.util.List;

/** Describes a {@link ListState}. */
public class ListStateDescriptor<T> extends StateDescriptor<ListState<T>, List<T>> {
    private static final long serialVersionUID = 1L;

    private final TypeInformation<T> elementType;

    public ListStateDescriptor(String name, Class<T> elementType) {
        this(name, typeOf(elementType));
    }

    public ListStateDescriptor(String name, TypeInformation<T> elementType) {
        super(name, new ListTypeInfo<>(elementType), null);
        this.elementType = elementType;
    }

    public TypeInformation<T> getElementType() {
        return elementType;
    }

    @Override
    public Type getType() {
        return Type.LIST;
    }
}
