package io.millrace.runtime.serializer;

import java.io.IOException;

/**
 * Writes and reads values of one type.
 *
 * <p>Threads: may be used by one thread at a time.
 *
 * @param <T> the type
 */
public interface TypeSerializer<T> {

    void serialize(T value, RecordOutput out) throws IOException;

    T deserialize(RecordInput in) throws IOException;

    /** A value that shares nothing that can change with the given one. */
    T copy(T value);

    /** Whether {@link #copy} may return its argument. */
    boolean isImmutable();
}
