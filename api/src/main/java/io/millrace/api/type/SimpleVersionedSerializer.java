package io.millrace.api.type;

import java.io.IOException;

/**
 * Writes objects as bytes that later versions of itself can read: splits of sources, committables
 * and states of sinks.
 *
 * @param <E> type of the objects
 */
public interface SimpleVersionedSerializer<E> {

    /** Of what {@link #serialize} writes; saved beside the bytes. */
    int getVersion();

    byte[] serialize(E obj) throws IOException;

    /**
     * Reads what this or an earlier version has written.
     *
     * @throws IOException if the version is unknown or the bytes are not what it writes
     */
    E deserialize(int version, byte[] serialized) throws IOException;
}
