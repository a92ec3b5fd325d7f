package io.millrace.runtime.serializer;

import java.io.IOException;

/** Writes an enum constant as its ordinal: writer and reader have the same class. */
final class EnumSerializer<T> implements ValueSerializer<T> {
    private final Class<T> type;
    private final T[] constants;

    EnumSerializer(Class<T> type) {
        this.type = type;
        this.constants = type.getEnumConstants();
    }

    @Override
    public void write(T value, RecordOutput out) {
        out.writeVarInt(((Enum<?>) type.cast(value)).ordinal());
    }

    @Override
    public T read(RecordInput in) throws IOException {
        int ordinal = in.readVarInt();
        if (ordinal < 0 || ordinal >= constants.length) {
            throw new IOException(
                    "Enum "
                            + type.getName()
                            + " has "
                            + constants.length
                            + " constants, number "
                            + Integer.toUnsignedString(ordinal)
                            + " was read: the record is damaged");
        }
        return constants[ordinal];
    }

    @Override
    public void skip(RecordInput in) throws IOException {
        in.readVarInt();
    }

    @Override
    public T copy(T value) {
        return value;
    }

    @Override
    public boolean isImmutable() {
        return true;
    }
}
