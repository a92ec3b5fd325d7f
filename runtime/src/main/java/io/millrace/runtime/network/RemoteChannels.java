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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the readers and writers of channels between this worker and others together, whichever is
 * deployed first; knows nothing of sockets.
 *
 * <p>Of two workers, the one whose id sorts first dials. A reader asks for its channel as soon as
 * the connection stands; the request waits at the writer's worker until the writer is deployed
 * there, and is refused when that takes too long, or the writer was there and is gone.
 *
 * <p>Threads: any; guarded by its own lock. A channel's lock may be taken under it, never the other
 * way round.
 */
final class RemoteChannels implements Channels, AutoCloseable {
    private static final int REMEMBERED_ATTEMPTS = 4096;

    private final DataNetworkSettings settings;
    private final NetworkBufferPool pool;
    private final Transport transport;
    private final Map<String, Peer> peers = new HashMap<>();
    private final Map<ChannelId, RemoteOutputChannel> outputs = new HashMap<>();
    private final Map<ChannelId, RemoteInputChannel> inputs = new HashMap<>();
    private final Map<PartitionSegments.Key, PartitionSegments> partitions = new HashMap<>();
    private final Map<GateSegments.Key, GateSegments> gates = new HashMap<>();
    private final Map<ChannelId, WaitingReader> waitingReaders = new HashMap<>();

    /** Writers that were here and are gone, so that their readers need not wait in vain. */
    private final Map<AttemptId, Boolean> gone =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<AttemptId, Boolean> eldest) {
                    return size() > REMEMBERED_ATTEMPTS;
                }
            };

    private boolean closed;

    /** Another worker. */
    private static final class Peer {
        final String id;
        PeerSession session;
        boolean dialing;

        /** Counts the waits for a connection, so that a late time-out ends none but its own. */
        int waits;

        final List<RemoteInputChannel> waiting = new ArrayList<>();

        Peer(String id) {
            this.id = id;
        }
    }

    /** A reader whose writer is not here yet. */
    private record WaitingReader(PeerSession session, int number) {}

    RemoteChannels(DataNetworkSettings settings, NetworkBufferPool pool, Transport transport) {
        this.settings = settings;
        this.pool = pool;
        this.transport = transport;
    }

    // ---- the worker

    @Override
    public OutputChannel openOutput(
            ChannelId id, WorkerAddress reader, TypeSerializer<Object> serializer, Wakeup writer) {
        checkPeer(reader);
        RemoteOutputChannel output;
        WaitingReader waiting;
        List<RemoteOutputChannel> outdated = new ArrayList<>();
        boolean dial;
        synchronized (this) {
            checkOpen();
            if (outputs.containsKey(id)) {
                throw new IllegalStateException("Channel " + id + " has a writer already");
            }
            for (RemoteOutputChannel old : outputs.values()) {
                if (old.isLingering()
                        && old.id.edge() == id.edge()
                        && old.id.writer().sameSubtask(id.writer())
                        && old.id.writer().compareTo(id.writer()) < 0) {
                    outdated.add(old);
                }
            }
            PartitionSegments.Key key = new PartitionSegments.Key(id.writer(), id.edge());
            PartitionSegments partition = partitions.get(key);
            if (partition == null) {
                partition = new PartitionSegments(key, pool);
                partitions.put(key, partition);
            }
            partition.reserve();
            output =
                    new RemoteOutputChannel(
                            id,
                            reader,
                            partition,
                            this,
                            serializer,
                            writer,
                            settings.maxQueuedSegments(),
                            settings.maxRecordBytes());
            partition.add(output);
            outputs.put(id, output);
            waiting = waitingReaders.remove(id);
            if (waiting != null && !waiting.session().peerId().equals(reader.workerId())) {
                refuse(waiting, "it is meant for worker " + reader.workerId());
                waiting = null;
            }
            if (waiting != null) {
                output.claim();
            }
            dial = needsDial(peer(reader.workerId()));
        }
        for (RemoteOutputChannel old : outdated) {
            old.abandon();
        }
        if (waiting != null) {
            WaitingReader at = waiting;
            at.session().execute(() -> at.session().bind(at.number(), output));
        } else if (dial) {
            transport.dial(reader, settings.connectTimeoutMillis());
        }
        return output;
    }

    @Override
    public InputChannel openInput(
            ChannelId id, WorkerAddress writer, TypeSerializer<Object> serializer, Wakeup reader) {
        checkPeer(writer);
        RemoteInputChannel input;
        PeerSession session;
        boolean dial;
        synchronized (this) {
            checkOpen();
            if (inputs.containsKey(id)) {
                throw new IllegalStateException("Channel " + id + " has a reader already");
            }
            GateSegments.Key key = new GateSegments.Key(id.reader(), id.edge());
            GateSegments gate = gates.get(key);
            if (gate == null) {
                gate =
                        new GateSegments(
                                key,
                                pool,
                                settings.exclusiveSegments(),
                                settings.floatingSegments());
                gates.put(key, gate);
            }
            gate.reserve();
            input =
                    new RemoteInputChannel(
                            id,
                            writer,
                            gate,
                            this,
                            serializer,
                            reader,
                            settings.exclusiveSegments(),
                            settings.maxRecordBytes());
            inputs.put(id, input);
            Peer peer = peer(writer.workerId());
            session = peer.session;
            dial = needsDial(peer);
            if (session == null) {
                peer.waiting.add(input);
                if (peer.waiting.size() == 1 && !peer.dialing) {
                    awaitDial(peer);
                }
            }
        }
        if (session != null) {
            PeerSession at = session;
            at.execute(() -> at.open(input));
        } else if (dial) {
            transport.dial(writer, settings.connectTimeoutMillis());
        }
        return input;
    }

    private void checkPeer(WorkerAddress peer) {
        if (peer.workerId().equals(settings.workerId())) {
            throw new IllegalArgumentException(
                    "Worker " + peer.workerId() + " needs no network to reach itself");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "The network of worker " + settings.workerId() + " is closed");
        }
    }

    private Peer peer(String id) {
        return peers.computeIfAbsent(id, Peer::new);
    }

    private boolean needsDial(Peer peer) {
        if (peer.session != null || peer.dialing || settings.workerId().compareTo(peer.id) > 0) {
            return false;
        }
        peer.dialing = true;
        return true;
    }

    /** The other end dials; it does so when it has something deployed that talks to us. */
    private void awaitDial(Peer peer) {
        int wait = ++peer.waits;
        long millis = settings.openTimeoutMillis();
        transport.schedule(
                millis,
                () -> {
                    synchronized (this) {
                        if (peer.session != null || peer.waits != wait) {
                            return;
                        }
                    }
                    connectFailed(peer.id, "it did not connect within " + millis + " ms");
                });
    }

    @Override
    public void release(AttemptId attempt) {
        List<RemoteOutputChannel> written = new ArrayList<>();
        List<RemoteInputChannel> read = new ArrayList<>();
        synchronized (this) {
            for (RemoteOutputChannel output : outputs.values()) {
                if (output.id.writer().equals(attempt)) {
                    written.add(output);
                }
            }
            for (RemoteInputChannel input : inputs.values()) {
                if (input.id.reader().equals(attempt)) {
                    read.add(input);
                }
            }
            gone.put(attempt, true);
            waitingReaders
                    .entrySet()
                    .removeIf(
                            e -> {
                                if (!e.getKey().writer().equals(attempt)) {
                                    return false;
                                }
                                refuse(e.getValue(), "writer " + attempt + " is gone");
                                return true;
                            });
        }
        for (RemoteOutputChannel output : written) {
            output.close();
        }
        for (RemoteInputChannel input : read) {
            input.close();
        }
    }

    // ---- channels

    /**
     * A writing end was closed.
     *
     * @param whole false while the rest of it waits for its reader
     */
    void outputClosed(RemoteOutputChannel output, boolean whole) {
        synchronized (this) {
            PartitionSegments partition = output.partition;
            if (partition.remove(output)) {
                partitions.remove(partition.key);
            }
            if (whole) {
                outputs.remove(output.id, output);
                gone.put(output.id.writer(), true);
                return;
            }
        }
        if (output.isLingering()) {
            transport.schedule(settings.lingerTimeoutMillis(), output::abandon);
        }
    }

    void inputClosed(RemoteInputChannel input) {
        synchronized (this) {
            if (inputs.remove(input.id, input)) {
                Peer peer = peers.get(input.writer.workerId());
                if (peer != null) {
                    peer.waiting.remove(input);
                }
                if (input.gate.remove()) {
                    gates.remove(input.gate.key);
                }
            }
        }
    }

    // ---- sessions

    /** The peer asks for a channel; called by the session. */
    void onOpen(PeerSession session, int number, ChannelId id) {
        RemoteOutputChannel output;
        String refusal = null;
        synchronized (this) {
            output = outputs.get(id);
            WaitingReader waiting = new WaitingReader(session, number);
            if (output != null) {
                if (!output.reader.workerId().equals(session.peerId())) {
                    refusal = "it is meant for worker " + output.reader.workerId();
                } else if (!output.claim()) {
                    refusal = "it has a reader already";
                }
            } else if (gone.containsKey(id.writer())) {
                refusal = "writer " + id.writer() + " is gone";
            } else if (closed || waitingReaders.size() >= settings.maxWaitingReaders()) {
                refusal = waitingReaders.size() + " readers wait for their writers already";
            } else if (waitingReaders.putIfAbsent(id, waiting) != null) {
                refusal = "it has a reader already";
            } else {
                long millis = settings.openTimeoutMillis();
                transport.schedule(
                        millis,
                        () -> {
                            if (removeWaiting(id, waiting)) {
                                refuse(
                                        waiting,
                                        "its writer did not start within " + millis + " ms");
                            }
                        });
                return;
            }
        }
        if (refusal != null) {
            session.writerFailed(number, refusal);
        } else {
            session.bind(number, output);
        }
    }

    private synchronized boolean removeWaiting(ChannelId id, WaitingReader waiting) {
        return waitingReaders.remove(id, waiting);
    }

    private void refuse(WaitingReader waiting, String cause) {
        PeerSession session = waiting.session();
        session.execute(() -> session.writerFailed(waiting.number(), cause));
    }

    /** A reader went away before its writer came. */
    void stopWaiting(ChannelId id, PeerSession session, int number) {
        removeWaiting(id, new WaitingReader(session, number));
    }

    /** A connection stands; called by its thread, before any frame comes. */
    PeerSession connected(String peerId, Connection connection) {
        PeerSession session = new PeerSession(settings.workerId(), peerId, connection, this);
        PeerSession before;
        List<RemoteInputChannel> waiting;
        synchronized (this) {
            if (closed) {
                connection.close("worker " + settings.workerId() + " is leaving");
                return session;
            }
            Peer peer = peer(peerId);
            before = peer.session;
            peer.session = session;
            peer.dialing = false;
            peer.waits++;
            waiting = new ArrayList<>(peer.waiting);
            peer.waiting.clear();
        }
        if (before != null) {
            before.close("replaced by a newer connection");
        }
        for (RemoteInputChannel input : waiting) {
            session.open(input);
        }
        return session;
    }

    /** No connection could be made. */
    void connectFailed(String peerId, String cause) {
        List<RemoteInputChannel> waiting;
        List<RemoteOutputChannel> unread = new ArrayList<>();
        synchronized (this) {
            Peer peer = peer(peerId);
            if (peer.session != null) {
                return;
            }
            if (peer.dialing) {
                for (RemoteOutputChannel output : outputs.values()) {
                    if (output.reader.workerId().equals(peerId) && !output.isLingering()) {
                        unread.add(output);
                    }
                }
            }
            peer.dialing = false;
            peer.waits++;
            waiting = new ArrayList<>(peer.waiting);
            peer.waiting.clear();
        }
        String why =
                "no connection between workers "
                        + settings.workerId()
                        + " and "
                        + peerId
                        + ": "
                        + cause;
        for (RemoteInputChannel input : waiting) {
            input.broke(why);
        }
        for (RemoteOutputChannel output : unread) {
            output.broke(why);
        }
    }

    void sessionClosed(PeerSession session) {
        synchronized (this) {
            Peer peer = peers.get(session.peerId());
            if (peer != null && peer.session == session) {
                peer.session = null;
            }
            waitingReaders.values().removeIf(waiting -> waiting.session() == session);
        }
    }

    /** Channels of both directions that are not closed; for tests and leak checks. */
    synchronized int openChannels() {
        return inputs.size() + outputs.size();
    }

    @Override
    public void close() {
        List<PeerSession> sessions = new ArrayList<>();
        List<RemoteOutputChannel> written;
        List<RemoteInputChannel> read;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            for (Peer peer : peers.values()) {
                if (peer.session != null) {
                    sessions.add(peer.session);
                }
            }
            written = new ArrayList<>(outputs.values());
            read = new ArrayList<>(inputs.values());
        }
        for (PeerSession session : sessions) {
            session.close("worker " + settings.workerId() + " is leaving");
        }
        for (RemoteOutputChannel output : written) {
            output.close();
            output.abandon();
        }
        for (RemoteInputChannel input : read) {
            input.close();
        }
    }

    @Override
    public synchronized String toString() {
        return "RemoteChannels("
                + settings.workerId()
                + ", outputs="
                + outputs.values()
                + ", inputs="
                + inputs.values()
                + ", waitingReaders="
                + waitingReaders.keySet()
                + ")";
    }
}
