package io.millrace.runtime.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A {@link ControlConnection} over a socket: messages become sealed pieces, pieces become messages.
 *
 * <p>Threads: sending queues on the event loop; everything else is the event loop's.
 */
final class ControlSession extends ChannelInboundHandlerAdapter implements ControlConnection {
    /** Pieces, their type and mark, and the mac. */
    static final int MAX_FRAME_BYTES = FrameCodec.PIECE_BYTES + 64;

    private static final int LAST_WORDS_MILLIS = 2_000;

    private final Channel channel;
    private final Handshake.Agreed agreed;
    private final MessageCodec codec;
    private final ControlListener listener;
    private final ControlSettings settings;
    private final FrameSeal outgoing;
    private final FrameSeal incoming;
    private final AtomicLong unsentBytes = new AtomicLong();
    private volatile long lastReceivedNanos;

    // the event loop's
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
    private int headSent;
    private byte[] partial = new byte[0];
    private int partialBytes;
    private String closing;
    private String cause;

    ControlSession(
            Channel channel,
            Handshake.Agreed agreed,
            MessageCodec codec,
            ControlListener listener,
            ControlSettings settings) {
        this.channel = channel;
        this.agreed = agreed;
        this.codec = codec;
        this.listener = listener;
        this.settings = settings;
        this.outgoing = new FrameSeal(agreed.sendKey());
        this.incoming = new FrameSeal(agreed.receiveKey());
        this.lastReceivedNanos = settings.nanoClock().getAsLong();
    }

    /** Puts itself behind the handshake; the listener hears of the connection. */
    void start(ChannelHandlerContext context) {
        context.pipeline()
                .addLast(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext inner, Object bytes) {
                                lastReceivedNanos = settings.nanoClock().getAsLong();
                                inner.fireChannelRead(bytes);
                            }
                        });
        NettyLoops.addFrames(context, MAX_FRAME_BYTES, this);
        listener.connected(this);
    }

    @Override
    public ConnectionKind kind() {
        return agreed.kind();
    }

    @Override
    public String peerId() {
        return agreed.peerId();
    }

    @Override
    public SocketAddress peerAddress() {
        return channel.remoteAddress();
    }

    @Override
    public int epoch() {
        return agreed.epoch();
    }

    @Override
    public long lastReceivedNanos() {
        return lastReceivedNanos;
    }

    // ---- sending

    @Override
    public void send(Object message) {
        byte[] bytes = codec.encode(message);
        if (bytes.length > settings.maxMessageBytes()) {
            throw new IllegalArgumentException(
                    "A message of "
                            + bytes.length
                            + " bytes for "
                            + agreed.peerId()
                            + "; the limit is "
                            + settings.maxMessageBytes());
        }
        long unsent = unsentBytes.addAndGet(bytes.length);
        if (unsent > settings.maxOutboundBytes()) {
            execute(
                    () ->
                            end(
                                    unsent
                                            + " bytes wait for "
                                            + agreed.peerId()
                                            + ", which does not read; the bound is "
                                            + settings.maxOutboundBytes()));
            return;
        }
        execute(
                () -> {
                    if (closing == null && cause == null) {
                        queue.add(bytes);
                        pump();
                    }
                });
    }

    private void execute(Runnable command) {
        try {
            channel.eventLoop().execute(command);
        } catch (RejectedExecutionException e) {
            // the loops end after all their connections
            if (channel.isActive()) {
                throw e;
            }
        }
    }

    /** Hands pieces to the socket while it takes them. */
    private void pump() {
        boolean wrote = false;
        while (!queue.isEmpty() && channel.isWritable()) {
            byte[] message = queue.peek();
            int from = headSent;
            int count = Math.min(FrameCodec.PIECE_BYTES, message.length - from);
            boolean last = from + count == message.length;
            write(
                    2 + count,
                    body ->
                            body.put((byte) FrameCodec.PIECE)
                                    .put((byte) (last ? 1 : 0))
                                    .put(message, from, count));
            wrote = true;
            headSent += count;
            unsentBytes.addAndGet(-count);
            if (last) {
                queue.poll();
                headSent = 0;
            }
        }
        if (wrote) {
            channel.flush();
        }
        if (closing != null && queue.isEmpty()) {
            sayGoodbye();
        }
    }

    private void write(int maxBytes, Consumer<ByteBuffer> body) {
        channel.write(
                NettyLoops.frame(channel.alloc(), maxBytes, body, outgoing), channel.voidPromise());
    }

    @Override
    public void close(String reason) {
        execute(
                () -> {
                    if (closing != null || cause != null) {
                        return;
                    }
                    closing = reason;
                    pump();
                    // who does not read would keep us for ever; loops that end close it themselves
                    if (!channel.eventLoop().isShuttingDown()) {
                        channel.eventLoop()
                                .schedule(
                                        () -> end(reason),
                                        LAST_WORDS_MILLIS,
                                        TimeUnit.MILLISECONDS);
                    }
                });
    }

    private void sayGoodbye() {
        String reason = closing;
        if (cause != null) {
            return;
        }
        cause = reason;
        ByteBuf frame =
                NettyLoops.frame(
                        channel.alloc(),
                        8 + 4096,
                        body -> {
                            body.put((byte) FrameCodec.CLOSE);
                            FrameCodec.encode(reason, body);
                        },
                        outgoing);
        channel.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes at once. */
    private void end(String why) {
        if (cause == null) {
            cause = why;
        }
        channel.close();
    }

    // ---- receiving

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf frame = (ByteBuf) message;
        try {
            if (cause == null) {
                onFrame(incoming.open(frame.nioBuffer()));
            }
        } catch (IOException e) {
            end(agreed.peerId() + " sent " + e.getMessage());
        } catch (RuntimeException e) {
            end("a message of " + agreed.peerId() + " could not be taken: " + e);
        } finally {
            frame.release();
        }
    }

    private void onFrame(ByteBuffer body) throws IOException {
        int type = body.get();
        switch (type) {
            case FrameCodec.PIECE -> {
                if (!body.hasRemaining()) {
                    throw new ProtocolException("a piece without its mark");
                }
                boolean last = body.get() != 0;
                int count = body.remaining();
                if (count > settings.maxMessageBytes() - partialBytes) {
                    throw new ProtocolException(
                            "a message of more than " + settings.maxMessageBytes() + " bytes");
                }
                if (partialBytes + count > partial.length) {
                    // the bytes that came bound what is taken, not a length that was told
                    partial =
                            Arrays.copyOf(
                                    partial,
                                    last
                                            ? partialBytes + count
                                            : (int)
                                                    Math.min(
                                                            2L * (partialBytes + count),
                                                            settings.maxMessageBytes()));
                }
                body.get(partial, partialBytes, count);
                partialBytes += count;
                if (last) {
                    byte[] whole =
                            partial.length == partialBytes
                                    ? partial
                                    : Arrays.copyOf(partial, partialBytes);
                    partial = new byte[0];
                    partialBytes = 0;
                    listener.received(this, codec.decode(whole));
                }
            }
            case FrameCodec.CLOSE ->
                    end("closed by " + agreed.peerId() + ": " + FrameCodec.decodeText(body));
            default -> throw new ProtocolException("a frame of the unknown type " + type);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        pump();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        queue.clear();
        if (cause == null) {
            cause = "the connection to " + agreed.peerId() + " was lost";
        }
        listener.closed(this, cause);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        end("the connection to " + agreed.peerId() + " failed: " + thrown.getMessage());
    }

    @Override
    public String toString() {
        return agreed.kind() + " " + agreed.peerId() + " at " + channel.remoteAddress();
    }
}
