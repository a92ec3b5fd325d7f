package io.millrace.runtime.network;

import java.io.IOException;

/**
 * Writes and reads the messages of the control channel.
 *
 * <p>Threads: called by many threads at once.
 */
public interface MessageCodec {

    byte[] encode(Object message);

    /**
     * @throws IOException if the bytes are no message; the connection is closed
     */
    Object decode(byte[] bytes) throws IOException;
}
