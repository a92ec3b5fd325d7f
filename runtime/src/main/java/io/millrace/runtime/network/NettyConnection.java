package io.millrace.runtime.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;

/**
 * A {@link Connection} over a socket.
 *
 * <p>Threads: the connection's event loop, except {@link #execute} and {@link #close}.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {
    private final Channel channel;
    private final String peerId;
    private final FrameSeal outgoing;
    private final FrameSeal incoming;
    private PeerSession session;
    private String cause;

    NettyConnection(Channel channel, Handshake.Agreed agreed) {
        this.channel = channel;
        this.peerId = agreed.peerId();
        this.outgoing = agreed.sealData() ? new FrameSeal(agreed.sendKey()) : null;
        this.incoming = agreed.sealData() ? new FrameSeal(agreed.receiveKey()) : null;
    }

    /** To be called before the first frame comes. */
    void serve(PeerSession session) {
        this.session = session;
    }

    @Override
    public void send(Frame frame) {
        if (!channel.isActive()) {
            return;
        }
        ByteBuf out =
                NettyLoops.frame(
                        channel.alloc(),
                        FrameCodec.maxSize(frame),
                        body -> FrameCodec.encode(frame, body),
                        outgoing);
        channel.write(out, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void execute(Runnable command) {
        try {
            channel.eventLoop().execute(command);
        } catch (RejectedExecutionException e) {
            // the loops end after all their connections; there is nobody to tell any more
            if (channel.isActive()) {
                throw e;
            }
        }
    }

    @Override
    public void close(String why) {
        execute(
                () -> {
                    if (cause == null) {
                        cause = why;
                    }
                    channel.close();
                });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf frame = (ByteBuf) message;
        try {
            if (cause != null) {
                return;
            }
            ByteBuffer body = frame.nioBuffer();
            if (incoming != null) {
                body = incoming.open(body);
            }
            session.onFrame(FrameCodec.decode(body));
        } catch (ProtocolException e) {
            close("worker " + peerId + " sent " + e.getMessage());
        } finally {
            frame.release();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            session.onWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        session.onClosed(cause == null ? "worker " + peerId + " closed it or died" : cause);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        if (cause == null) {
            cause = String.valueOf(thrown);
        }
        channel.close();
    }
}
