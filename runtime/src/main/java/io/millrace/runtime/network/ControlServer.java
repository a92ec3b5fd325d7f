package io.millrace.runtime.network;

import io.netty.channel.ChannelHandlerContext;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The application master's port, where workers and clients connect.
 *
 * <p>Threads: every method may be called by any thread.
 */
public final class ControlServer implements AutoCloseable {
    /** Id of the accepting end of every control connection. */
    public static final String MASTER_ID = "master";

    private static final int THREADS = 2;

    private final MessageCodec codec;
    private final ControlListener listener;
    private final ControlSettings settings;
    private final AcceptGuard guard;
    private final NettyLoops loops;
    private final Set<ControlSession> sessions = ConcurrentHashMap.newKeySet();
    private final int port;

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

    /**
     * Listens on a free port.
     *
     * @throws java.io.UncheckedIOException if the host is not this machine's
     */
    public ControlServer(
            String bindHost,
            Secret secret,
            String applicationId,
            int epoch,
            MessageCodec codec,
            ControlListener listener,
            ControlSettings settings) {
        this.codec = codec;
        this.listener = listener;
        this.settings = settings;
        this.guard = new AcceptGuard("control port", settings.limits());
        this.loops = new NettyLoops("millrace-control", THREADS);
        Handshake.Identity identity =
                new Handshake.Identity(secret, applicationId, MASTER_ID, epoch, false);
        this.port =
                loops.listen(
                                bindHost,
                                channel ->
                                        NettyLoops.accept(
                                                channel,
                                                guard,
                                                () ->
                                                        Handshake.acceptor(
                                                                identity,
                                                                EnumSet.of(
                                                                        ConnectionKind
                                                                                .CONTROL_WORKER,
                                                                        ConnectionKind
                                                                                .CONTROL_CLIENT,
                                                                        ConnectionKind.RECORDS),
                                                                loops.nonces()),
                                                this::serve))
                        .getPort();
    }

    private void serve(ChannelHandlerContext context, Handshake.Agreed agreed) {
        ControlSession session =
                new ControlSession(context.channel(), agreed, codec, listener, settings);
        sessions.add(session);
        context.channel().closeFuture().addListener(done -> sessions.remove(session));
        session.start(context);
    }

    public int port() {
        return port;
    }

    /** Connections that ended before they had proven themselves. */
    public long refusedConnections() {
        return guard.refused();
    }

    /** Connections that have not proven themselves yet. */
    public int unauthenticatedConnections() {
        return guard.knocking();
    }

    /** Closes the port and every connection; idempotent. */
    @Override
    public void close() {
        for (ControlSession session : sessions) {
            session.close("the application master is leaving");
        }
        loops.close();
    }
}
