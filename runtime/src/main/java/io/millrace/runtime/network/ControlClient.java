package io.millrace.runtime.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
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

    private final ControlSettings settings;
    private final NettyLoops loops = new NettyLoops("millrace-control-client", 1);

    public ControlClient() {
        this(ControlSettings.defaults());
    }

    public ControlClient(ControlSettings settings) {
        this.settings = settings;
    }

    /**
     * Opens a connection; one try, ended by the time-out of the settings.
     *
     * @param kind {@link ConnectionKind#CONTROL_WORKER} or {@link ConnectionKind#CONTROL_CLIENT}
     * @param ownId the worker's id, or a name for the client
     * @param epoch that the master must have, or {@link #ANY_EPOCH}
     * @return the connection, after {@link ControlListener#connected} was called; or an {@link
     *     IOException} that says who was tried and what went wrong
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
        if (kind == ConnectionKind.DATA) {
            throw new IllegalArgumentException("DATA is no kind of control connection");
        }
        Handshake.Identity identity =
                new Handshake.Identity(secret, applicationId, ownId, epoch, false);
        CompletableFuture<ControlConnection> result = new CompletableFuture<>();
        HandshakeHandler.Outcome outcome =
                new HandshakeHandler.Outcome() {
                    @Override
                    public void agreed(ChannelHandlerContext context, Handshake.Agreed agreed) {
                        ControlSession session =
                                new ControlSession(
                                        context.channel(), agreed, codec, listener, settings);
                        session.start(context);
                        result.complete(session);
                    }

                    @Override
                    public void refused(
                            ChannelHandlerContext context, String cause, boolean forGood) {
                        result.completeExceptionally(failure(cause, null));
                    }

                    private IOException failure(String cause, Throwable thrown) {
                        return new IOException(
                                "No control connection from "
                                        + ownId
                                        + " to the application master at "
                                        + address
                                        + ": "
                                        + cause,
                                thrown);
                    }
                };
        loops.connect(address, channel -> initialize(channel, identity, kind, outcome))
                .addListener(
                        done -> {
                            if (!done.isSuccess()) {
                                result.completeExceptionally(
                                        new IOException(
                                                "No control connection from "
                                                        + ownId
                                                        + " to the application master: "
                                                        + done.cause().getMessage(),
                                                done.cause()));
                            }
                        });
        return result;
    }

    private void initialize(
            Channel channel,
            Handshake.Identity identity,
            ConnectionKind kind,
            HandshakeHandler.Outcome outcome) {
        channel.pipeline()
                .addLast(
                        new HandshakeHandler(
                                Handshake.initiator(
                                        identity, kind, ControlServer.MASTER_ID, loops.nonces()),
                                true,
                                settings.limits(),
                                outcome));
    }

    /** Closes every connection; idempotent. */
    @Override
    public void close() {
        loops.close();
    }
}
