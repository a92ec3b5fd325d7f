package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A type with named parts.
 *
 * <p>Shape: the order of the fields is the order in which they are written; it depends on nothing
 * but the class.
 */
public abstract sealed class CompositeType<T> extends TypeInformation<T>
        permits TupleTypeInfo, PojoTypeInfo, RecordTypeInfo {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final List<TypeField> fields;

    CompositeType(Class<T> type, List<TypeField> fields) {
        this.type = requireNonNull(type, "type");
        this.fields = List.copyOf(fields);
    }

    /** The fields in the order in which they are written. */
    public final List<TypeField> fields() {
        return fields;
    }

    public final int getArity() {
        return fields.size();
    }

    public final String[] getFieldNames() {
        return fields.stream().map(TypeField::name).toArray(String[]::new);
    }

    /** The position of a field, or -1 if there is none of that name. */
    public final int getFieldIndex(String name) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    public final TypeInformation<?> getTypeAt(int position) {
        return fields.get(position).type();
    }

    @Override
    public final Class<T> getTypeClass() {
        return type;
    }

    /** The refusal of the first field that cannot be part of a key, or null. */
    final String fieldRefusal() {
        for (TypeField field : fields) {
            String refusal = field.type().keyRefusal();
            if (refusal != null) {
                return this
                        + " cannot be a key because of its field "
                        + field.name()
                        + ": "
                        + refusal;
            }
        }
        return null;
    }

    final String withTypeArguments() {
        return type.getSimpleName()
                + fields.stream()
                        .map(field -> field.type().toString())
                        .collect(Collectors.joining(", ", "<", ">"));
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof CompositeType<?> that
                && getClass() == that.getClass()
                && type == that.type
                && fields.equals(that.fields);
    }

    @Override
    public final int hashCode() {
        return 31 * type.getName().hashCode() + fields.hashCode();
    }
}
