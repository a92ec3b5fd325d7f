package io.millrace.runtime.serializer;

import java.io.IOException;

/**
 * Writes and reads values that begin with a byte of flags, so that null costs nothing more.
 *
 * <p>Format: of the first byte, for all such types,
 *
 * <pre>
 *   bit 0     the value is null; nothing follows
 *   bit 1     of another class than declared: its name follows, then the value as that class's own
 *             serializer writes it, with flags of its own
 *   bit 2     some fields or elements are null; what tells which ones follows
 *   bit 3     reserved: the fields of an older class follow (state, not the wire)
 *   bits 4-7  the kind of collection or map, else 0
 * </pre>
 *
 * <p>Public for the sake of generated serializers.
 */
public interface FlaggedSerializer<T> extends ValueSerializer<T> {
    int OTHER_CLASS = 2;
    int NULL_PARTS = 4;

    /** Reads what follows the flags of a value that is not null. */
    T read(int flags, RecordInput in) throws IOException;

    /** Moves past what follows the flags of a value that is not null. */
    void skip(int flags, RecordInput in) throws IOException;

    @Override
    default T read(RecordInput in) throws IOException {
        return read(in.readByte(), in);
    }

    @Override
    default void skip(RecordInput in) throws IOException {
        skip(in.readByte(), in);
    }

    @Override
    default void writeNullable(T value, RecordOutput out) throws IOException {
        if (value == null) {
            out.write(NULL);
        } else {
            write(value, out);
        }
    }

    @Override
    default T readNullable(RecordInput in) throws IOException {
        int flags = in.readByte();
        return flags == NULL ? null : read(flags, in);
    }

    @Override
    default void skipNullable(RecordInput in) throws IOException {
        int flags = in.readByte();
        if (flags != NULL) {
            skip(flags, in);
        }
    }

    /** For flags that the type does not have. */
    static IOException unknownFlags(String type, int flags) {
        return new IOException(
                "A "
                        + type
                        + " begins with the byte "
                        + flags
                        + ": the record is damaged, or a newer version wrote it");
    }

    /** For a field that cannot be null and is said to be. */
    static IOException nullPrimitive() {
        return new IOException("A primitive field is said to be null: the record is damaged");
    }
}
