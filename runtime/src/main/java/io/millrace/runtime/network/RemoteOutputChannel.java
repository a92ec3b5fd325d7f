package io.millrace.runtime.network;

import io.millrace.runtime.exchange.ChannelBrokenException;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.InFlight;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordHead;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.memory.NetworkSegment;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The writing end of a channel to another worker: records become bytes in segments, which wait in a
 * queue with the events until the reader has credit for them.
 *
 * <p>Unit: one credit sends the bytes of one segment, all or a part of them.
 *
 * <p>Shape: the last segment of the queue may be open: the subtask appends to it while the
 * connection may already send what was published of it. A barrier that overtakes goes to the head;
 * what it overtakes is copied for its checkpoint and sent as ever.
 *
 * <p>Invariant: {@code credit >= 0}. A writer that stops while {@link #isAvailable} is false leaves
 * at most {@code maxQueued} full segments here and what the last record added.
 *
 * <p>Threads: {@code open} and the counters belong to the writing subtask, {@code credit} to the
 * connection's thread; the queue and the state are guarded by this object's lock, which is taken
 * once for each segment. No segment is recycled and nobody is called under it.
 *
 * <p>Errors: a channel that broke counts as available; the next write throws {@link
 * ChannelBrokenException}.
 */
final class RemoteOutputChannel implements OutputChannel {

    /** Where the channel is in its life. */
    private enum State {
        /** Records are taken. Next: any other. */
        LIVE,
        /** Closed after its end, but the reader has not got all of it. Next: CLOSED. */
        LINGERING,
        /** The reader wants no more: what is written is thrown away. Next: CLOSED. */
        DISCARDING,
        /** The connection is gone. Next: CLOSED. */
        BROKEN,
        /** All memory was given back. */
        CLOSED
    }

    final ChannelId id;
    final WorkerAddress reader;
    final PartitionSegments partition;
    private final RemoteChannels channels;
    private final TypeSerializer<Object> serializer;
    private final Wakeup writer;
    private final int maxQueued;
    private final int maxRecordBytes;

    // the writing subtask's
    private FillingSegment open;
    private Thread writingThread;
    private boolean ended;
    private long records;
    private long bytes;

    // guarded by this
    private final ArrayDeque<Object> queue = new ArrayDeque<>();
    private volatile State state = State.LIVE;
    private ChannelBrokenException cause;
    private boolean endWritten;
    private boolean endSent;
    private boolean claimed;
    private boolean flushRequested;
    private volatile long lastBarrierSent;
    private volatile int queuedSegments;

    /** The writer saw the channel unavailable and waits to be woken. */
    private volatile boolean writerWaits;

    // the connection's thread's, except that session is read by all
    private volatile PeerSession session;
    private int number;
    private int credit;
    boolean inReadyList;
    private final AtomicBoolean signalled = new AtomicBoolean();

    RemoteOutputChannel(
            ChannelId id,
            WorkerAddress reader,
            PartitionSegments partition,
            RemoteChannels channels,
            TypeSerializer<Object> serializer,
            Wakeup writer,
            int maxQueued,
            int maxRecordBytes) {
        this.id = id;
        this.reader = reader;
        this.partition = partition;
        this.channels = channels;
        this.serializer = serializer;
        this.writer = writer;
        this.maxQueued = maxQueued;
        this.maxRecordBytes = Math.min(maxRecordBytes, (1 << 30) - 1);
    }

    // ---- the writing subtask

    @Override
    public void write(Object value, long timestamp, int bytes) {
        if (!mayWrite()) {
            records++;
            return;
        }
        RecordOutput scratch = partition.scratch;
        scratch.truncate(RecordHead.BYTES);
        try {
            serializer.serialize(value, scratch);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Record of " + value.getClass().getName() + " for " + id + " was not written",
                    e);
        }
        int valueBytes = scratch.length() - RecordHead.BYTES;
        if (valueBytes > maxRecordBytes) {
            throw new IllegalStateException(
                    "Record of "
                            + value.getClass().getName()
                            + " for "
                            + id
                            + " takes "
                            + valueBytes
                            + " bytes; the limit is "
                            + maxRecordBytes);
        }
        int from = RecordHead.put(scratch.bytes(), valueBytes, timestamp);
        append(scratch.bytes(), from, scratch.length());
        records++;
        this.bytes += scratch.length() - from;
    }

    @Override
    public boolean handsObjectsOver() {
        return false;
    }

    private void append(byte[] from, int begin, int end) {
        int at = begin;
        while (at < end) {
            if (open == null && !openSegment(at == begin ? 0 : end - at)) {
                return;
            }
            int count = open.append(from, at, end - at);
            at += count;
            if (open.isFull()) {
                finishOpen();
            }
        }
        if (open != null) {
            open.publish();
        }
    }

    /**
     * Returns false if the channel takes no more.
     *
     * @param restOfRecord bytes of a record that begins before the segment
     */
    private boolean openSegment(int restOfRecord) {
        NetworkSegment segment = partition.pool.requestOrOverdraft();
        FillingSegment filling = new FillingSegment(segment, restOfRecord);
        boolean live;
        synchronized (this) {
            live = state == State.LIVE;
            if (live) {
                queue.add(filling);
                queuedSegments++;
                open = filling;
            }
        }
        if (!live) {
            segment.recycle();
        }
        return live;
    }

    private void finishOpen() {
        FillingSegment filling = open;
        boolean live;
        synchronized (this) {
            open = null;
            live = state == State.LIVE;
            if (live) {
                filling.finish();
            }
        }
        if (live) {
            signal();
        } else {
            filling.segment.recycle();
        }
    }

    /**
     * Returns false if what is written is to be thrown away.
     *
     * @throws ChannelBrokenException if nothing can be written any more
     */
    private boolean mayWrite() {
        writingThread = Thread.currentThread();
        if (state == State.LIVE) {
            if (ended) {
                throw new IllegalStateException(id + " was written to after its end");
            }
            return true;
        }
        dropOpen();
        State now;
        ChannelBrokenException why;
        synchronized (this) {
            now = state;
            why = cause;
        }
        if (now == State.DISCARDING) {
            return false;
        }
        // a new one, so that the trace is that of the writer
        throw why != null
                ? new ChannelBrokenException(why.getMessage(), why)
                : new ChannelBrokenException(
                        "Channel " + id + " was released while it was written");
    }

    private void dropOpen() {
        FillingSegment filling = open;
        open = null;
        if (filling != null) {
            filling.segment.recycle();
        }
    }

    @Override
    public void writeEvent(StreamEvent event) {
        if (!mayWrite()) {
            return;
        }
        if (open != null) {
            finishOpen();
        }
        synchronized (this) {
            if (state != State.LIVE) {
                return;
            }
            if (event instanceof Watermark && queue.peekLast() instanceof Watermark) {
                // so that watermarks do not pile up while the reader has no credit
                queue.removeLast();
            }
            queue.add(event);
            if (event instanceof EndOfChannel) {
                endWritten = true;
            }
        }
        if (event instanceof EndOfChannel) {
            ended = true;
        }
        signal();
    }

    /**
     * The barrier goes to the head of the queue. If the record before it was sent in part, the rest
     * of its bytes goes with the barrier, which needs no credit: the reader keeps it whole.
     */
    @Override
    public void overtake(Barrier barrier, InFlight into) {
        List<Object> overtaken;
        synchronized (this) {
            if (state != State.LIVE || !queue.contains(barrier)) {
                return;
            }
            List<Object> items = new ArrayList<>(queue);
            int at = items.indexOf(barrier);
            overtaken = copies(items.subList(0, at));
            byte[] rest = new byte[0];
            if (!overtaken.isEmpty() && overtaken.get(0) instanceof Unsent first) {
                rest = first.restOfRecord();
            }
            items.remove(at);
            int place = 0;
            while (place < at && items.get(place) instanceof Overtaking) {
                place++;
            }
            items.add(place, new Overtaking(barrier, rest));
            queue.clear();
            queue.addAll(items);
        }
        for (Object item : overtaken) {
            if (item instanceof Unsent unsent) {
                into.records(unsent.bytes(), unsent.firstRecord(), unsent.bytes().length);
            } else {
                into.event((StreamEvent) item);
            }
        }
        signal();
    }

    /** A barrier at the head of the queue, and the rest of the record that is sent in part. */
    private record Overtaking(Barrier barrier, byte[] rest) {}

    /**
     * Bytes that were not sent, up to an event.
     *
     * @param firstRecord where the first record begins that was not sent in part
     */
    private record Unsent(byte[] bytes, int firstRecord) {
        byte[] restOfRecord() {
            return Arrays.copyOf(bytes, firstRecord);
        }
    }

    /** Events, and what lies between them in one piece, as segments may be recycled soon. */
    private static List<Object> copies(List<Object> items) {
        List<Object> copies = new ArrayList<>();
        for (int i = 0; i < items.size(); ) {
            if (items.get(i) instanceof StreamEvent event) {
                copies.add(event);
                i++;
                continue;
            }
            int end = i;
            int length = 0;
            for (; end < items.size() && items.get(end) instanceof FillingSegment filling; end++) {
                length += filling.unsent();
            }
            byte[] bytes = new byte[length];
            int firstRecord = 0;
            int at = 0;
            for (int j = i; j < end; j++) {
                FillingSegment filling = (FillingSegment) items.get(j);
                if (j == i && filling.sent == 0) {
                    firstRecord = filling.restOfRecord;
                }
                at += filling.copyUnsent(bytes, at);
            }
            if (length > 0) {
                copies.add(new Unsent(bytes, firstRecord));
            }
            // what had overtaken before is neither: it belongs to another checkpoint
            i = end == i ? i + 1 : end;
        }
        return copies;
    }

    @Override
    public boolean holds(Barrier barrier) {
        return state == State.LIVE && lastBarrierSent < barrier.checkpointId() && isQueued(barrier);
    }

    private synchronized boolean isQueued(Barrier barrier) {
        return queue.contains(barrier);
    }

    @Override
    public void flush() {
        requestFlush();
    }

    @Override
    public void requestFlush() {
        synchronized (this) {
            if (!(queue.peekLast() instanceof FillingSegment last) || !last.hasUnsent()) {
                return;
            }
            flushRequested = true;
        }
        signal();
    }

    @Override
    public boolean isAvailable() {
        if (state != State.LIVE || hasRoom()) {
            return true;
        }
        writerWaits = true;
        return state != State.LIVE || hasRoom();
    }

    private boolean hasRoom() {
        return queuedSegments <= maxQueued && partition.pool.isAvailable();
    }

    /** The pool may have segments again, or the queue room, or the channel broke. */
    void wakeWriter() {
        if (writerWaits && (state != State.LIVE || hasRoom())) {
            writerWaits = false;
            writer.wake();
        }
    }

    @Override
    public long recordsWritten() {
        return records;
    }

    @Override
    public long bytesWritten() {
        return bytes;
    }

    /** Full segments and the open one that wait here. */
    int queuedSegments() {
        return queuedSegments;
    }

    // ---- any thread

    private void signal() {
        PeerSession at = session;
        if (at != null && signalled.compareAndSet(false, true)) {
            at.execute(
                    () -> {
                        signalled.set(false);
                        at.ready(this);
                    });
        }
    }

    @Override
    public void close() {
        List<NetworkSegment> back = List.of();
        PeerSession tell = null;
        boolean gone = false;
        synchronized (this) {
            if (state == State.LIVE && endWritten && !endSent) {
                state = State.LINGERING;
            } else if (state != State.CLOSED && state != State.LINGERING) {
                if (state == State.LIVE && !endWritten) {
                    tell = session;
                }
                back = discard();
                state = State.CLOSED;
                gone = true;
            }
        }
        recycle(back);
        Thread owner = writingThread;
        if (owner == null || owner == Thread.currentThread() || !owner.isAlive()) {
            // otherwise the writer may be filling it just now, and gives it back at its next write
            dropOpen();
        }
        if (tell != null) {
            PeerSession at = tell;
            at.execute(
                    () ->
                            at.writerFailed(
                                    number, "writer " + id.writer() + " failed or was canceled"));
        }
        channels.outputClosed(this, gone);
    }

    /**
     * Gives a lingering rest up for which no reader came. One that has come may be as slow as it
     * likes: it ends the channel, or the connection to it does.
     */
    void abandon() {
        List<NetworkSegment> back;
        synchronized (this) {
            if (state != State.LINGERING || session != null) {
                return;
            }
            back = discard();
            state = State.CLOSED;
        }
        recycle(back);
        channels.outputClosed(this, true);
    }

    /** Empties the queue; the caller recycles what it gets, without the lock. */
    private List<NetworkSegment> discard() {
        List<NetworkSegment> back = new ArrayList<>();
        for (Object item : queue) {
            // an open segment is the writing subtask's to give back
            if (item instanceof FillingSegment filling && filling.isFinished()) {
                back.add(filling.segment);
            }
        }
        queue.clear();
        queuedSegments = 0;
        return back;
    }

    private static void recycle(List<NetworkSegment> segments) {
        for (NetworkSegment segment : segments) {
            segment.recycle();
        }
    }

    boolean isLingering() {
        return state == State.LINGERING;
    }

    boolean hadEnd() {
        synchronized (this) {
            return endWritten;
        }
    }

    /** Returns true for the first reader that comes. */
    synchronized boolean claim() {
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    // ---- the connection's thread

    /**
     * The reader came: from now on it is served over this session.
     *
     * @return false if the channel was closed before
     */
    boolean bind(PeerSession session, int number, int credit) {
        synchronized (this) {
            if (state != State.LIVE && state != State.LINGERING) {
                return false;
            }
            this.number = number;
            this.credit = credit;
            this.session = session;
            return true;
        }
    }

    void addCredit(int segments) {
        credit += segments;
    }

    /** The reader wants no more. */
    void readerStopped() {
        end(State.DISCARDING, null);
    }

    /** The connection, or the way to it, is gone. */
    void broke(String why) {
        end(State.BROKEN, new ChannelBrokenException("Channel " + id + " broke: " + why));
    }

    private void end(State next, ChannelBrokenException why) {
        List<NetworkSegment> back;
        boolean lingered;
        synchronized (this) {
            if (state != State.LIVE && state != State.LINGERING) {
                return;
            }
            lingered = state == State.LINGERING;
            back = discard();
            state = lingered ? State.CLOSED : next;
            cause = why;
        }
        recycle(back);
        if (lingered) {
            channels.outputClosed(this, true);
        }
        wakeWriter();
    }

    /**
     * Sends what is next, if it may.
     *
     * @return whether something was sent
     */
    boolean sendNext(Connection connection) {
        FillingSegment done = null;
        boolean sent = false;
        boolean over = false;
        boolean gone = false;
        boolean barrierSent = false;
        synchronized (this) {
            Object head = queue.peek();
            if (head instanceof Overtaking overtaking) {
                queue.poll();
                send(overtaking, connection);
                sent = true;
            } else if (head instanceof StreamEvent event) {
                queue.poll();
                connection.send(new Frame.Event(number, event));
                sent = true;
                if (event instanceof Barrier barrier) {
                    lastBarrierSent = barrier.checkpointId();
                    barrierSent = true;
                }
                if (event instanceof EndOfChannel) {
                    endSent = true;
                    over = true;
                    if (state == State.LINGERING) {
                        state = State.CLOSED;
                        gone = true;
                    }
                }
            } else if (head instanceof FillingSegment filling) {
                int mark = filling.mark();
                boolean finished = FillingSegment.isFinished(mark);
                int from = filling.sent;
                int count = FillingSegment.published(mark) - from;
                if (count > 0 && credit > 0 && (finished || flushRequested)) {
                    credit--;
                    filling.sent = from + count;
                    // copied while the lock is held, so that nobody recycles it meanwhile
                    connection.send(
                            new Frame.Data(
                                    number,
                                    backlog() - (finished ? 1 : 0),
                                    filling.segment.slice(from, count)));
                    sent = true;
                }
                if (filling.sent == FillingSegment.published(mark)) {
                    if (finished) {
                        queue.poll();
                        queuedSegments--;
                        done = filling;
                    } else {
                        flushRequested = false;
                    }
                }
            }
        }
        if (done != null) {
            done.segment.recycle();
            wakeWriter();
        }
        if (barrierSent) {
            writer.wake(); // its checkpoint may wait for that
        }
        if (over) {
            session.writerEnded(number);
        }
        if (gone) {
            channels.outputClosed(this, true);
        }
        // a segment that was sent before it was full and then finished empty made room
        return sent || done != null;
    }

    private void send(Overtaking overtaking, Connection connection) {
        byte[] rest = overtaking.rest();
        int from = 0;
        int most = partition.pool.segmentBytes();
        while (rest.length - from > most) {
            connection.send(new Frame.Rest(number, ByteBuffer.wrap(rest, from, most)));
            from += most;
        }
        connection.send(
                new Frame.Overtaking(
                        number,
                        overtaking.barrier(),
                        ByteBuffer.wrap(rest, from, rest.length - from)));
    }

    /** Finished segments in the queue. */
    private int backlog() {
        return queue.peekLast() instanceof FillingSegment last && !last.isFinished()
                ? queuedSegments - 1
                : queuedSegments;
    }

    @Override
    public String toString() {
        return id
                + " "
                + state
                + " queued="
                + queuedSegments
                + " credit="
                + credit
                + " bound="
                + (session != null);
    }
}
