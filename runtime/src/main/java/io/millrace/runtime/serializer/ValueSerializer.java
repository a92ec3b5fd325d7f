package io.millrace.runtime.serializer;

import java.io.IOException;

/**
 * Writes and reads values of one type that are part of something larger.
 *
 * <p>Shape: what holds the value (a record's field, a collection's element) says beforehand that it
 * is not null and uses {@link #write}; where nothing says so, {@link #writeNullable} spends the
 * flag. Each value takes at least one byte in either form, which is what bounds the allocations for
 * a damaged count.
 *
 * <p>Public for the sake of generated serializers, which are in the packages of the job's classes.
 *
 * <p>Threads: as {@link TypeSerializer}.
 */
public interface ValueSerializer<T> {
    /** The header of a value that is null. */
    int NULL = 1;

    void write(T value, RecordOutput out) throws IOException;

    T read(RecordInput in) throws IOException;

    /** Moves past a value that {@link #write} has written, without making it. */
    void skip(RecordInput in) throws IOException;

    /** A deep copy of a value that is not null; the value itself if it is immutable. */
    T copy(T value);

    boolean isImmutable();

    /** Types with a header byte of their own put the flag there. */
    default void writeNullable(T value, RecordOutput out) throws IOException {
        if (value == null) {
            out.write(NULL);
        } else {
            out.write(0);
            write(value, out);
        }
    }

    default T readNullable(RecordInput in) throws IOException {
        return isNull(in) ? null : read(in);
    }

    default void skipNullable(RecordInput in) throws IOException {
        if (!isNull(in)) {
            skip(in);
        }
    }

    default T copyNullable(T value) {
        return value == null ? null : copy(value);
    }

    private static boolean isNull(RecordInput in) throws IOException {
        byte header = in.readByte();
        if (header != 0 && header != NULL) {
            throw new IOException(
                    "A flag for null has the value " + header + ": the record is damaged");
        }
        return header == NULL;
    }
}
