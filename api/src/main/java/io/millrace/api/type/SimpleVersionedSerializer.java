package io.millrace.api.type;

import java.io.IOException;

/**
 * Writes values as bytes beside a version that whoever keeps the bytes keeps with them.
 *
 * @param <E> the values
 */
public interface SimpleVersionedSerializer<E> {

    /** Of what {@link #serialize} writes now. */
    int getVersion();

    byte[] serialize(E value) throws IOException;

    /**
     * @param version under which the bytes were written; may be older than {@link #getVersion}
     */
    E deserialize(int version, byte[] serialized) throws IOException;
}
