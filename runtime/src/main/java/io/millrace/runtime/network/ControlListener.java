package io.millrace.runtime.network;

/**
 * Hears what happens on control connections.
 *
 * <p>Shape: for each connection {@code connected}, then {@code received} for each message in order,
 * then {@code closed} once.
 *
 * <p>Threads: all calls for one connection come from one thread, calls for different connections
 * may come at the same time. Must not block: hand over to a loop of your own.
 */
public interface ControlListener {

    void connected(ControlConnection connection);

    void received(ControlConnection connection, Object message);

    /**
     * @param cause why, in words
     */
    void closed(ControlConnection connection, String cause);
}
