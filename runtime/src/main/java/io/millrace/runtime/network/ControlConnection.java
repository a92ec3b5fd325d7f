package io.millrace.runtime.network;

import java.net.SocketAddress;

/**
 * One authenticated connection of the control channel, either end.
 *
 * <p>Threads: every method may be called by any thread; none blocks.
 *
 * <p>Errors: nothing is promised about a message that was sent; when the connection is gone, the
 * listener hears why.
 */
public interface ControlConnection {

    ConnectionKind kind();

    /**
     * Name of the other end: a worker's id, a client's, or the master's. Proven by the handshake.
     */
    String peerId();

    /** Where the other end is, for texts. */
    SocketAddress peerAddress();

    /** Epoch of the application master at the accepting end, as told in the handshake. */
    int epoch();

    /**
     * Sends a message behind all sent before. Does nothing on a closed connection. A connection
     * whose unsent bytes go over the bound is closed with that cause: its peer does not read.
     */
    void send(Object message);

    /** Closes it; both listeners hear the reason, this one's as it is given. Idempotent. */
    void close(String reason);

    /** Reading of the monotonic clock when the last byte of the other end arrived. */
    long lastReceivedNanos();
}
