package io.millrace.runtime.serializer;

import java.io.IOException;

/**
 * Reads one field of serialized records and makes nothing of the rest.
 *
 * <p>Shape: each method begins where a record begins, as a {@link TypeSerializer} of the type has
 * written it, and leaves the input behind the field, or behind the record if it is of a class that
 * has to be made as a whole.
 *
 * <p>Errors: {@link IOException} if the record is null or damaged, or the field is null and a
 * number is asked for; {@link ClassCastException} if the field is no such number.
 *
 * <p>Threads: as {@link TypeSerializer}.
 */
public interface FieldReader {

    /** The field, which may be null. */
    Object read(RecordInput in) throws IOException;

    /** A field that is a {@code long}, {@code int}, {@code short} or {@code byte}, boxed or not. */
    long readLong(RecordInput in) throws IOException;

    /** A field that is an {@code int}, {@code short} or {@code byte}, boxed or not. */
    int readInt(RecordInput in) throws IOException;

    /** A field that is a {@code double} or {@code float}, boxed or not. */
    double readDouble(RecordInput in) throws IOException;
}
