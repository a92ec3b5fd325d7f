package io.millrace.runtime.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the {@link Handshake} on a socket, within its limits, and makes way for what comes after it.
 *
 * <p>Threads: the connection's event loop.
 */
final class HandshakeHandler extends ByteToMessageDecoder {

    /** What came of it; exactly one of the two is called. */
    interface Outcome {
        /** Adds the handlers for what follows; the first bytes reach them after this returns. */
        void agreed(ChannelHandlerContext context, Handshake.Agreed agreed);

        /**
         * The connection is being closed.
         *
         * @param forGood whether another try would end the same way
         */
        void refused(ChannelHandlerContext context, String cause, boolean forGood);
    }

    private final Handshake handshake;
    private final boolean initiates;
    private final UnauthenticatedLimits limits;
    private final Outcome outcome;
    private Future<?> timeout;
    private long received;
    private boolean over;

    HandshakeHandler(
            Handshake handshake, boolean initiates, UnauthenticatedLimits limits, Outcome outcome) {
        this.handshake = handshake;
        this.initiates = initiates;
        this.limits = limits;
        this.outcome = outcome;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        timeout =
                context.executor()
                        .schedule(
                                () ->
                                        refuse(
                                                context,
                                                "no handshake within "
                                                        + limits.timeoutMillis()
                                                        + " ms",
                                                false),
                                limits.timeoutMillis(),
                                TimeUnit.MILLISECONDS);
        if (initiates) {
            send(context, handshake.hello());
        }
        super.channelActive(context);
    }

    private static void send(ChannelHandlerContext context, byte[] message) {
        ByteBuf out = context.alloc().buffer(2 + message.length);
        out.writeShort(message.length).writeBytes(message);
        context.writeAndFlush(out, context.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof ByteBuf bytes && !initiates) {
            received += bytes.readableBytes();
            if (received > limits.maxBytes()) {
                bytes.release();
                refuse(context, "more than " + limits.maxBytes() + " bytes of handshake", true);
                return;
            }
        }
        super.channelRead(context, message);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (over) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < 2) {
            return;
        }
        int length = in.getUnsignedShort(in.readerIndex());
        if (length > limits.maxBytes()) {
            refuse(context, "a handshake message of " + length + " bytes", true);
            return;
        }
        if (in.readableBytes() < 2 + length) {
            return;
        }
        in.skipBytes(2);
        byte[] message = new byte[length];
        in.readBytes(message);
        try {
            byte[] answer = handshake.onMessage(message);
            if (answer != null) {
                send(context, answer);
            }
        } catch (ProtocolException e) {
            refuse(context, e.getMessage(), true);
            return;
        }
        if (handshake.isDone()) {
            over = true;
            timeout.cancel(false);
            outcome.agreed(context, handshake.agreed());
            context.pipeline().remove(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        refuse(
                context,
                initiates
                        ? "the other end closed the connection during the handshake; it may belong"
                                + " to another application or have another secret"
                        : "closed during the handshake",
                false);
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(context, String.valueOf(cause.getMessage()), false);
    }

    private void refuse(ChannelHandlerContext context, String cause, boolean forGood) {
        if (over) {
            return;
        }
        over = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        outcome.refused(context, cause, forGood);
        context.close();
    }
}
