package io.millrace.runtime.network;

/**
 * One authenticated connection between two workers, as the protocol of channels sees it.
 *
 * <p>Threads: all methods but {@link #execute} and {@link #close} are called by the connection's
 * own thread, which also calls the {@link PeerSession} on it.
 */
interface Connection {

    /**
     * Puts a frame behind those sent before. Its bytes were copied when this returns. Sending on a
     * closed connection does nothing.
     */
    void send(Frame frame);

    /** Frames that were sent leave now. */
    void flush();

    /**
     * Whether more should be sent; when it turns true again {@link PeerSession#onWritable} is
     * called. Small frames may be sent all the same.
     */
    boolean isWritable();

    /** Runs something on the connection's thread, in the order of the calls; any thread. */
    void execute(Runnable command);

    /** Ends the connection; {@link PeerSession#onClosed} is called with the cause. Any thread. */
    void close(String cause);
}
