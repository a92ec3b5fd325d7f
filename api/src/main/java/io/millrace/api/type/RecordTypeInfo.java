package io.millrace.api.type;

import java.util.List;

/** A Java record; its fields are its components as declared. */
public final class RecordTypeInfo<T> extends CompositeType<T> {
    private static final long serialVersionUID = 1L;

    RecordTypeInfo(Class<T> type, List<TypeField> fields) {
        super(type, fields);
    }

    @Override
    public boolean isImmutable() {
        return fields().stream().allMatch(field -> field.type().isImmutable());
    }

    @Override
    public String keyRefusal() {
        return fieldRefusal();
    }

    @Override
    public String toString() {
        return getTypeClass().getSimpleName();
    }
}
