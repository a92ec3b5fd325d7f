package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import io.millrace.api.type.TypeField;
import java.io.IOException;

/** Reads a field where generated code finds it. */
final class SerializedField implements FieldReader {
    private final String name;
    private final CompositeType<?> type;
    private final Class<?> fieldClass;
    private final FieldSeeker seeker;
    private final ValueSerializer<?> values;
    private final OwnSerializers own;

    /**
     * @param index of the field
     * @param values the field's serializer
     * @param own finds the field in records of other classes
     */
    SerializedField(
            CompositeType<?> type,
            int index,
            FieldSeeker seeker,
            ValueSerializer<?> values,
            OwnSerializers own) {
        TypeField field = type.fields().get(index);
        this.type = type;
        this.name = field.name();
        this.fieldClass = field.type().getTypeClass();
        this.seeker = seeker;
        this.values = values;
        this.own = own;
    }

    private FieldReader other(RecordInput in) throws IOException {
        try {
            return own.fieldOf(in, type.getTypeClass(), name);
        } catch (RuntimeException | LinkageError e) {
            throw unreadable(e);
        }
    }

    private int seek(RecordInput in) throws IOException {
        try {
            return seeker.seek(in);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            throw unreadable(e);
        }
    }

    private IOException unreadable(Throwable e) {
        return new IOException("Field " + name + " of a " + type + " cannot be read: " + e, e);
    }

    @Override
    public Object read(RecordInput in) throws IOException {
        int found = seek(in);
        if (found == FlaggedSerializer.OTHER_CLASS) {
            return other(in).read(in);
        }
        if (found != 0) {
            return null;
        }
        try {
            return values.read(in);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            throw unreadable(e);
        }
    }

    @Override
    public long readLong(RecordInput in) throws IOException {
        int found = seek(in);
        if (found == FlaggedSerializer.OTHER_CLASS) {
            return other(in).readLong(in);
        }
        checkPresent(found);
        return fieldClass == Long.class ? in.readLong() : integer(in);
    }

    @Override
    public int readInt(RecordInput in) throws IOException {
        int found = seek(in);
        if (found == FlaggedSerializer.OTHER_CLASS) {
            return other(in).readInt(in);
        }
        checkPresent(found);
        return integer(in);
    }

    private int integer(RecordInput in) throws IOException {
        if (fieldClass == Integer.class) {
            return in.readInt();
        }
        if (fieldClass == Short.class) {
            return in.readShort();
        }
        if (fieldClass == Byte.class) {
            return in.readByte();
        }
        throw noSuchNumber();
    }

    @Override
    public double readDouble(RecordInput in) throws IOException {
        int found = seek(in);
        if (found == FlaggedSerializer.OTHER_CLASS) {
            return other(in).readDouble(in);
        }
        checkPresent(found);
        if (fieldClass == Double.class) {
            return in.readDouble();
        }
        if (fieldClass == Float.class) {
            return in.readFloat();
        }
        throw noSuchNumber();
    }

    private void checkPresent(int found) throws IOException {
        if (found != 0) {
            throw new IOException("Field " + name + " of a " + type + " is null, not a number");
        }
    }

    private ClassCastException noSuchNumber() {
        return new ClassCastException(
                "Field "
                        + name
                        + " of "
                        + type
                        + " is a "
                        + fieldClass.getName()
                        + ", which cannot be read as the number asked for");
    }
}
