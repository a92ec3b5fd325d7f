package io.millrace.runtime.control;

/**
 * Sends messages over control connections. Promises nothing: a message may be lost with its
 * connection, and who sent it hears only that the connection ended.
 *
 * <p>Threads: called by the loop that owns it; never blocks.
 */
public interface Outbox {

    /** Sends behind all that was sent before; does nothing on a connection that has ended. */
    void send(String connection, ControlMessage message);

    /** Ends a connection; its owner hears so like of any other end. */
    void close(String connection, String reason);
}
