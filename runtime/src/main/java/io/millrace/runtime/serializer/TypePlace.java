package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import io.millrace.api.type.TypeInformation;

/**
 * What a class is generated for: a type, or a field of one.
 *
 * <p>No record: to make the {@code equals} of one takes longer than to generate a class, and every
 * process does it when its first job begins.
 */
final class TypePlace {
    /** Instead of a field: all of the type. */
    static final int WHOLE = -1;

    private final TypeInformation<?> type;
    private final int field;
    private final Encoding encoding;

    TypePlace(TypeInformation<?> type, int field, Encoding encoding) {
        this.type = type;
        this.field = field;
        this.encoding = encoding;
    }

    CompositeType<?> composite() {
        return (CompositeType<?>) type;
    }

    int field() {
        return field;
    }

    Encoding encoding() {
        return encoding;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TypePlace that
                && field == that.field
                && encoding == that.encoding
                && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + field;
    }

    /** Shows in stack traces. */
    @Override
    public String toString() {
        return field == WHOLE
                ? type.toString()
                : type.toString().concat("_").concat(composite().fields().get(field).name());
    }
}
