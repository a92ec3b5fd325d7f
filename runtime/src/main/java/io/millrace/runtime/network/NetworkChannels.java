package io.millrace.runtime.network;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.WorkerAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/**
 * The channels of one worker to and from other workers, over TCP: one connection for each pair of
 * workers, one data port, a pool of segments shared by all.
 *
 * <p>Threads: any; what happens on a connection runs on its event loop.
 *
 * <p>Errors: opening a channel throws {@link
 * io.millrace.runtime.memory.InsufficientNetworkMemoryException} if the pool cannot hold what it
 * requires. When a connection breaks its readers get an {@link
 * io.millrace.runtime.exchange.ExchangeException} and its writers, at their next write, a {@link
 * io.millrace.runtime.exchange.ChannelBrokenException}, which name both workers and the cause.
 */
public final class NetworkChannels implements Channels, AutoCloseable {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final int FRAME_OVERHEAD_BYTES = 8 * 1024;

    private final DataNetworkSettings settings;
    private final NettyLoops loops;
    private final RemoteChannels channels;
    private final AcceptGuard guard;
    private final Handshake.Identity identity;
    private final int maxFrameBytes;
    private final WorkerAddress address;

    /** Listens on a free port. The pool stays the caller's, to be closed after this. */
    public NetworkChannels(DataNetworkSettings settings, NetworkBufferPool pool) {
        this.settings = settings;
        this.identity =
                new Handshake.Identity(
                        settings.secret(),
                        settings.applicationId(),
                        settings.workerId(),
                        0,
                        settings.authenticateDataFrames());
        this.maxFrameBytes = pool.segmentBytes() + FRAME_OVERHEAD_BYTES;
        this.guard = new AcceptGuard("data port", settings.limits());
        this.loops = new NettyLoops("millrace-data-" + settings.workerId(), settings.eventLoops());
        this.channels = new RemoteChannels(settings, pool, new NettyTransport());
        InetSocketAddress bound =
                loops.listen(
                        settings.host(),
                        channel ->
                                NettyLoops.accept(
                                        channel,
                                        guard,
                                        () ->
                                                Handshake.acceptor(
                                                        identity,
                                                        EnumSet.of(ConnectionKind.DATA),
                                                        loops.nonces()),
                                        this::serve));
        this.address = new WorkerAddress(settings.workerId(), settings.host(), bound.getPort());
    }

    private void serve(ChannelHandlerContext context, Handshake.Agreed agreed) {
        NettyConnection connection = new NettyConnection(context.channel(), agreed);
        NettyLoops.addFrames(context, maxFrameBytes, connection);
        connection.serve(channels.connected(agreed.peerId(), connection));
    }

    /** Dials, again and again until the deadline. */
    private final class NettyTransport implements Transport {
        @Override
        public void dial(WorkerAddress peer, long timeoutMillis) {
            new Dialling(peer, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis))
                    .attempt();
        }

        @Override
        public void schedule(long delayMillis, Runnable command) {
            loops.schedule(delayMillis, command);
        }
    }

    /** The tries to reach one worker. */
    private final class Dialling implements HandshakeHandler.Outcome {
        private final WorkerAddress peer;
        private final long deadlineNanos;
        private long pauseMillis = FIRST_PAUSE_MILLIS;

        Dialling(WorkerAddress peer, long deadlineNanos) {
            this.peer = peer;
            this.deadlineNanos = deadlineNanos;
        }

        void attempt() {
            loops.connect(new InetSocketAddress(peer.host(), peer.dataPort()), this::initialize)
                    .addListener(
                            done -> {
                                if (!done.isSuccess()) {
                                    again(String.valueOf(done.cause().getMessage()));
                                }
                            });
        }

        private void initialize(Channel channel) {
            channel.pipeline()
                    .addLast(
                            new HandshakeHandler(
                                    Handshake.initiator(
                                            identity,
                                            ConnectionKind.DATA,
                                            peer.workerId(),
                                            loops.nonces()),
                                    true,
                                    settings.limits(),
                                    this));
        }

        @Override
        public void agreed(ChannelHandlerContext context, Handshake.Agreed agreed) {
            serve(context, agreed);
        }

        @Override
        public void refused(ChannelHandlerContext context, String cause, boolean forGood) {
            if (forGood) {
                channels.connectFailed(peer.workerId(), at(cause));
            } else {
                again(cause);
            }
        }

        private void again(String cause) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= TimeUnit.MILLISECONDS.toNanos(pauseMillis)) {
                channels.connectFailed(peer.workerId(), at(cause));
                return;
            }
            loops.schedule(pauseMillis, this::attempt);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }

        private String at(String cause) {
            return cause + " (" + peer.host() + ":" + peer.dataPort() + ")";
        }
    }

    /** Where other workers reach this one. */
    public WorkerAddress address() {
        return address;
    }

    @Override
    public OutputChannel openOutput(
            ChannelId id, WorkerAddress reader, TypeSerializer<Object> serializer, Wakeup writer) {
        return channels.openOutput(id, reader, serializer, writer);
    }

    @Override
    public InputChannel openInput(
            ChannelId id, WorkerAddress writer, TypeSerializer<Object> serializer, Wakeup reader) {
        return channels.openInput(id, writer, serializer, reader);
    }

    /**
     * {@inheritDoc}
     *
     * <p>What an ended channel has not handed over yet waits for its reader: until the reader has
     * it or goes away, a newer attempt of the same writer opens the channel, or the time-out. A
     * worker runs one job, so that the end of the job is the end of it, too.
     */
    @Override
    public void release(AttemptId attempt) {
        channels.release(attempt);
    }

    /** Connections that ended before they had proven themselves. */
    public long refusedConnections() {
        return guard.refused();
    }

    /** Channels of both directions that are not closed. */
    public int openChannels() {
        return channels.openChannels();
    }

    /** Closes the port, every connection and every channel; idempotent. */
    @Override
    public void close() {
        channels.close();
        loops.close();
    }

    @Override
    public String toString() {
        return channels.toString();
    }
}
