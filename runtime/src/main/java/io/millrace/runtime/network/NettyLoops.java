package io.millrace.runtime.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The threads, sockets and buffers of one port and the connections made beside it.
 *
 * <p>Threads: any.
 */
final class NettyLoops implements AutoCloseable {
    /**
     * Bytes that Netty holds of one connection before it calls it unwritable, and writable again.
     */
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int CLOSE_TIMEOUT_MILLIS = 2_000;
    private static final int PAGE_BYTES = 8192;

    /** Chunks of 1 MiB: a few frames of 32 KiB for each loop, not 4 MiB for each thread. */
    private static final int MAX_ORDER = 7;

    private final EventLoopGroup group;
    private final ByteBufAllocator allocator;
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final SecureRandom random = new SecureRandom();

    /**
     * @param name of the threads
     */
    NettyLoops(String name, int threads) {
        group =
                new MultiThreadIoEventLoopGroup(
                        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
        allocator = new PooledByteBufAllocator(true, 0, threads, PAGE_BYTES, MAX_ORDER);
    }

    /** Random bytes for handshakes. */
    Supplier<byte[]> nonces() {
        return () -> {
            byte[] nonce = new byte[32];
            random.nextBytes(nonce);
            return nonce;
        };
    }

    /** Listens on a free port; returns where. */
    InetSocketAddress listen(String host, Consumer<Channel> initializer) {
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.ALLOCATOR, allocator)
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                        .childHandler(initialized(initializer))
                        .bind(host, 0)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new UncheckedIOException(
                    new IOException(
                            "No port can be opened on host '" + host + "': " + bound.cause(),
                            bound.cause()));
        }
        channels.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    ChannelFuture connect(InetSocketAddress address, Consumer<Channel> initializer) {
        return new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(initialized(initializer))
                .connect(address);
    }

    private ChannelHandler initialized(Consumer<Channel> initializer) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channels.add(channel);
                channel.closeFuture().addListener(done -> channels.remove(channel));
                initializer.accept(channel);
            }
        };
    }

    void schedule(long delayMillis, Runnable command) {
        if (!group.isShuttingDown()) {
            group.schedule(command, delayMillis, TimeUnit.MILLISECONDS);
        }
    }

    /** An initializer for a port that lets in who passes the handshake. */
    static void accept(
            Channel channel,
            AcceptGuard guard,
            Supplier<Handshake> handshakes,
            Consumer2<ChannelHandlerContext, Handshake.Agreed> agreed) {
        AcceptGuard.Place place = guard.enter(channel.remoteAddress());
        if (place == null) {
            channel.close();
            return;
        }
        channel.closeFuture().addListener(done -> place.leave());
        channel.pipeline()
                .addLast(
                        new HandshakeHandler(
                                handshakes.get(),
                                false,
                                guard.limits(),
                                new HandshakeHandler.Outcome() {
                                    @Override
                                    public void agreed(
                                            ChannelHandlerContext context,
                                            Handshake.Agreed result) {
                                        place.leave();
                                        agreed.accept(context, result);
                                    }

                                    @Override
                                    public void refused(
                                            ChannelHandlerContext context,
                                            String cause,
                                            boolean forGood) {
                                        guard.refuse(channel.remoteAddress(), cause);
                                    }
                                }));
    }

    /** Takes two things. */
    @FunctionalInterface
    interface Consumer2<A, B> {
        void accept(A first, B second);
    }

    /** Adds what cuts the stream of bytes into frames and hands each to the handler. */
    static void addFrames(
            ChannelHandlerContext context,
            int maxFrameBytes,
            ChannelInboundHandlerAdapter handler) {
        context.pipeline()
                .addLast(new LengthFieldBasedFrameDecoder(maxFrameBytes, 0, 4, 0, 4))
                .addLast(handler);
    }

    /**
     * A frame as it goes out: length, body and, if there is a seal, its mac.
     *
     * @param maxBodyBytes upper bound of what {@code body} writes
     */
    static ByteBuf frame(
            ByteBufAllocator allocator,
            int maxBodyBytes,
            Consumer<ByteBuffer> body,
            FrameSeal seal) {
        ByteBuf out = allocator.directBuffer(4 + maxBodyBytes + FrameSeal.BYTES);
        ByteBuffer nio = out.internalNioBuffer(4, maxBodyBytes).slice();
        body.accept(nio);
        nio.flip();
        int length = nio.remaining();
        out.setInt(0, length + (seal == null ? 0 : FrameSeal.BYTES));
        out.writerIndex(4 + length);
        if (seal != null) {
            out.writeBytes(seal.seal(nio));
        }
        return out;
    }

    /** Closes all sockets and ends the threads; idempotent. */
    @Override
    public void close() {
        for (Channel channel : channels) {
            channel.close();
        }
        // loops that end close their sockets first and do what was queued, last words too, after
        for (Channel channel : channels) {
            if (!channel.eventLoop().inEventLoop()) {
                channel.closeFuture().awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
            }
        }
        group.shutdownGracefully(0, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }
}
