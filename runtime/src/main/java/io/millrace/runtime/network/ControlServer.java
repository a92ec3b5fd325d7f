package io.millrace.runtime.network;

/**
 * The application master's port, where workers and clients connect.
 *
 * <p>Threads: every method may be called by any thread.
 */
public final class ControlServer implements AutoCloseable {

    /** Listens on a free port. */
    public ControlServer(
            String bindHost,
            Secret secret,
            String applicationId,
            int epoch,
            MessageCodec codec,
            ControlListener listener) {
        this(bindHost, secret, applicationId, epoch, codec, listener, ControlSettings.defaults());
    }

    /** Listens on a free port. */
    public ControlServer(
            String bindHost,
            Secret secret,
            String applicationId,
            int epoch,
            MessageCodec codec,
            ControlListener listener,
            ControlSettings settings) {
        throw new UnsupportedOperationException();
    }

    public int port() {
        throw new UnsupportedOperationException();
    }

    /** Connections that ended before they had proven themselves. */
    public long refusedConnections() {
        throw new UnsupportedOperationException();
    }

    /** Closes the port and every connection; idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
