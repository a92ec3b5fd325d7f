package io.millrace.runtime.network;

import io.millrace.runtime.exchange.BarrierOrder;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InFlight;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.InputGate;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.memory.NetworkSegment;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The reading end of a channel from another worker: offers its free segments to the writer as
 * credit, keeps those that came full until they are read, and makes records of their bytes.
 *
 * <p>Unit: segments. Invariant: segments in {@code spare} = credit at the writer + credit that is
 * not announced yet + frames on their way; {@code spare + queued >= exclusive} until the channel
 * ends, so that a channel that is not read now keeps its own, and no more is lent to it meanwhile.
 *
 * <p>Threads: decoding belongs to the reading subtask, {@link #onData} and the like to the
 * connection's thread; the queues are guarded by this object's lock, taken once for each segment.
 * No segment is recycled and no wakeup called under it.
 */
final class RemoteInputChannel implements InputChannel {

    /** A full segment. */
    private record Received(NetworkSegment segment, int length) {}

    /**
     * A barrier that has overtaken records; it stays until it is taken.
     *
     * @param rest of the record that had come in part before it
     */
    private record Overtaking(Barrier barrier, byte[] rest) {}

    final ChannelId id;
    final WorkerAddress writer;
    final GateSegments gate;
    private final RemoteChannels channels;
    private final Wakeup reader;
    private final int exclusive;
    private final RecordReader records;

    // guarded by this
    private final ArrayDeque<Object> queue = new ArrayDeque<>();
    private final ArrayDeque<NetworkSegment> spare = new ArrayDeque<>();
    private int queuedSegments;
    private int backlog;
    private int unannounced;
    private boolean announcing;
    private boolean endReceived;
    private boolean closed;
    private ExchangeException failure;

    private volatile PeerSession session;
    private int number;

    // the connection's thread's
    private byte[] rest = new byte[0];

    RemoteInputChannel(
            ChannelId id,
            WorkerAddress writer,
            GateSegments gate,
            RemoteChannels channels,
            TypeSerializer<Object> serializer,
            Wakeup reader,
            int exclusive,
            int maxRecordBytes) {
        this.id = id;
        this.writer = writer;
        this.gate = gate;
        this.channels = channels;
        this.reader = reader;
        this.exclusive = exclusive;
        this.records = new RecordReader(id, serializer, maxRecordBytes);
        for (int i = 0; i < exclusive; i++) {
            // others may not have given their surplus back yet; waiting for them could take for
            // ever
            // when they wait for this one
            spare.add(gate.pool.requestOrOverdraft());
        }
    }

    // ---- the reading subtask

    @Override
    public Object poll() throws ExchangeException {
        while (true) {
            Object item;
            synchronized (this) {
                if (failure != null) {
                    throw new ExchangeException(failure.getMessage(), failure);
                }
                item = queue.peek();
                if (item instanceof Overtaking overtaking) {
                    return new InputGate.OvertakingBarrier(overtaking.barrier());
                }
                queue.poll();
            }
            if (item == null) {
                return null;
            }
            try {
                if (item instanceof Received received) {
                    records.append(received.segment(), received.length());
                    consumed(received.segment());
                    Object batch = records.next();
                    if (batch != null) {
                        return batch;
                    }
                } else {
                    records.checkWhole(item);
                    return item;
                }
            } catch (ExchangeException e) {
                fail(e);
                throw e;
            }
        }
    }

    private void consumed(NetworkSegment segment) {
        NetworkSegment back = null;
        NetworkSegment replaced = null;
        synchronized (this) {
            queuedSegments--;
            if (closed
                    || failure != null
                    || endReceived
                    || spare.size() + queuedSegments >= exclusive) {
                back = segment;
            } else {
                NetworkSegment kept = segment;
                if (segment.isOverdraft()) {
                    replaced = gate.pool.request();
                    kept = replaced == null ? segment : replaced;
                }
                spare.add(kept);
                unannounced++;
            }
        }
        if (back != null) {
            back.recycle();
        }
        borrow();
        announce();
    }

    /** It is lent no more while segments wait here, whatever for. */
    @Override
    public void setBlocked(boolean blocked) {}

    @Override
    public synchronized void dropBarrier(long checkpointId) {
        queue.removeIf(
                item ->
                        item instanceof Overtaking overtaking
                                && overtaking.barrier().checkpointId() == checkpointId);
    }

    @Override
    public void takeBarrier(long checkpointId, InFlight into) throws ExchangeException {
        List<Object> before = new ArrayList<>();
        byte[] rest = null;
        synchronized (this) {
            if (failure != null) {
                throw new ExchangeException(failure.getMessage(), failure);
            }
            for (Iterator<Object> items = queue.iterator(); rest == null; ) {
                if (!items.hasNext()) {
                    if (closed) {
                        return;
                    }
                    throw new IllegalStateException(
                            id + " has no barrier of checkpoint " + checkpointId);
                }
                Object item = items.next();
                if (item instanceof Barrier barrier && barrier.checkpointId() == checkpointId) {
                    rest = new byte[0];
                } else if (item instanceof Overtaking overtaking) {
                    if (overtaking.barrier().checkpointId() == checkpointId) {
                        rest = overtaking.rest();
                        items.remove();
                    }
                } else if (item instanceof Received received) {
                    // copied while the lock is held, so that nobody recycles it meanwhile
                    byte[] copy = new byte[received.length()];
                    received.segment().get(0, copy, 0, copy.length);
                    before.add(copy);
                } else {
                    before.add(item);
                }
            }
        }
        ByteArrayOutputStream run = new ByteArrayOutputStream();
        records.copyRest(run);
        for (Object item : before) {
            if (item instanceof byte[] bytes) {
                run.writeBytes(bytes);
            } else {
                handOut(run, into);
                into.event((StreamEvent) item);
            }
        }
        run.writeBytes(rest);
        handOut(run, into);
    }

    private static void handOut(ByteArrayOutputStream run, InFlight into) {
        into.records(run.toByteArray(), 0, run.size());
        run.reset();
    }

    // ---- any thread

    /** Takes floating segments for what the writer has waiting, unless nobody reads here. */
    void borrow() {
        synchronized (this) {
            while (!closed
                    && failure == null
                    && !endReceived
                    && queuedSegments <= exclusive
                    && spare.size() < backlog) {
                NetworkSegment segment = gate.requestFloating(this);
                if (segment == null) {
                    break;
                }
                spare.add(segment);
                unannounced++;
            }
        }
        announce();
    }

    private void announce() {
        PeerSession at = session;
        if (at == null) {
            return;
        }
        synchronized (this) {
            if (unannounced == 0 || announcing || closed) {
                return;
            }
            announcing = true;
        }
        at.execute(
                () -> {
                    int credit;
                    synchronized (this) {
                        announcing = false;
                        credit = closed || endReceived ? 0 : unannounced;
                        unannounced = 0;
                    }
                    if (credit > 0) {
                        at.sendCredit(number, credit);
                    }
                });
    }

    @Override
    public void close() {
        List<NetworkSegment> back;
        PeerSession tell;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            back = takeAll();
            tell = session;
        }
        gate.forget(this);
        recycle(back);
        if (tell != null) {
            tell.execute(() -> tell.readerClosed(number));
        }
        channels.inputClosed(this);
    }

    private List<NetworkSegment> takeAll() {
        List<NetworkSegment> all = new ArrayList<>(spare);
        spare.clear();
        for (Object item : queue) {
            if (item instanceof Received received) {
                all.add(received.segment());
            }
        }
        queue.clear();
        queuedSegments = 0;
        return all;
    }

    private static void recycle(List<NetworkSegment> segments) {
        for (NetworkSegment segment : segments) {
            segment.recycle();
        }
    }

    /** The channel broke: what was not read is thrown away, and the reader hears it. */
    void fail(ExchangeException why) {
        List<NetworkSegment> back;
        synchronized (this) {
            if (closed || failure != null) {
                return;
            }
            failure = why;
            back = takeAll();
        }
        gate.forget(this);
        recycle(back);
        reader.wake();
    }

    /** The connection broke; of no matter to a channel whose end has come. */
    void broke(String why) {
        boolean whole;
        synchronized (this) {
            whole = endReceived;
        }
        if (!whole) {
            fail(new ExchangeException("Channel " + id + " broke: " + why));
        }
    }

    /** The writer failed or is not there. */
    void writerFailed(String why) {
        fail(
                new ExchangeException(
                        "Channel " + id + " from worker " + writer.workerId() + ": " + why));
    }

    boolean isClosed() {
        synchronized (this) {
            return closed;
        }
    }

    // ---- the connection's thread

    /** Where it is served from; returns the credit to begin with. */
    int attach(PeerSession session, int number) {
        synchronized (this) {
            this.number = number;
            this.session = session;
            unannounced = 0;
            return spare.size();
        }
    }

    /**
     * @throws ProtocolException if the writer had no credit
     */
    void onData(int backlog, ByteBuffer bytes) throws ProtocolException {
        NetworkSegment segment;
        int length = bytes.remaining();
        synchronized (this) {
            if (closed || failure != null) {
                return;
            }
            if (endReceived) {
                throw new ProtocolException("data behind the end of " + id);
            }
            segment = spare.poll();
        }
        if (segment == null) {
            throw new ProtocolException("data without credit for " + id);
        }
        if (length > segment.size()) {
            segment.recycle();
            throw new ProtocolException(
                    length
                            + " bytes for a segment of "
                            + segment.size()
                            + " on "
                            + id
                            + ": taskmanager.memory.segment-size must be the same on all workers");
        }
        segment.put(0, bytes);
        boolean refused;
        boolean first;
        synchronized (this) {
            refused = closed || failure != null;
            first = queue.isEmpty();
            if (!refused) {
                queue.add(new Received(segment, length));
                queuedSegments++;
                this.backlog = backlog;
            }
        }
        if (refused) {
            segment.recycle();
            return;
        }
        if (first) {
            reader.wake();
        }
        borrow();
    }

    /** A part of what belongs to the next barrier. */
    void onRest(ByteBuffer bytes) {
        int count = bytes.remaining();
        byte[] more = Arrays.copyOf(rest, rest.length + count);
        bytes.get(more, rest.length, count);
        rest = more;
    }

    void onOvertaking(Barrier barrier, ByteBuffer bytes) {
        onRest(bytes);
        boolean first;
        synchronized (this) {
            if (closed || failure != null) {
                return;
            }
            first = queue.isEmpty();
            queue.add(new Overtaking(barrier, rest));
            rest = new byte[0];
        }
        if (first) {
            reader.wake();
        }
        reader.received(barrier, BarrierOrder.OVERTAKING);
    }

    void onEvent(StreamEvent event) {
        List<NetworkSegment> back = List.of();
        boolean first;
        synchronized (this) {
            if (closed || failure != null) {
                return;
            }
            first = queue.isEmpty();
            queue.add(event);
            if (event instanceof EndOfChannel) {
                endReceived = true;
                back = new ArrayList<>(spare);
                spare.clear();
            }
        }
        if (!back.isEmpty()) {
            gate.forget(this);
            recycle(back);
        }
        if (first) {
            reader.wake();
        }
        if (event instanceof Barrier barrier) {
            reader.received(barrier, BarrierOrder.IN_LINE);
        }
    }

    @Override
    public long recordsRead() {
        return records.recordsRead();
    }

    @Override
    public long bytesRead() {
        return records.bytesRead();
    }

    /** Segments that were received and not read. */
    int queuedSegments() {
        synchronized (this) {
            return queuedSegments;
        }
    }

    @Override
    public String toString() {
        synchronized (this) {
            return id
                    + " queued="
                    + queuedSegments
                    + " spare="
                    + spare.size()
                    + " backlog="
                    + backlog
                    + " unannounced="
                    + unannounced
                    + (endReceived ? " ended" : "")
                    + (closed ? " closed" : "")
                    + (failure != null ? " failed" : "");
        }
    }
}
