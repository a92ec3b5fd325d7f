package io.millrace.runtime.network;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * Connects workers and the command line to the application master.
 *
 * <p>Threads: every method may be called by any thread.
 */
public final class ControlClient implements AutoCloseable {
    /** Any epoch of the application master is accepted. */
    public static final int ANY_EPOCH = 0;

    public ControlClient() {
        this(ControlSettings.defaults());
    }

    public ControlClient(ControlSettings settings) {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens a connection; one try, ended by the time-out of the settings.
     *
     * @param kind {@link ConnectionKind#CONTROL_WORKER} or {@link ConnectionKind#CONTROL_CLIENT}
     * @param ownId the worker's id, or a name for the client
     * @param epoch that the master must have, or {@link #ANY_EPOCH}
     * @return the connection, after {@link ControlListener#connected} was called; or an {@link
     *     java.io.IOException} that says who was tried and what went wrong
     */
    public CompletableFuture<ControlConnection> connect(
            InetSocketAddress address,
            ConnectionKind kind,
            String ownId,
            Secret secret,
            String applicationId,
            int epoch,
            MessageCodec codec,
            ControlListener listener) {
        throw new UnsupportedOperationException();
    }

    /** Closes every connection; idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
