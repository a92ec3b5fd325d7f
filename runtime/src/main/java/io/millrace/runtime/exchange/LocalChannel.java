package io.millrace.runtime.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A channel between two subtasks of one worker: hands over objects in batches.
 *
 * <p>Shape: a linked list of chunks, each either up to {@value #MAX_CHUNK} records or one event.
 * The last chunk is open: its writer appends to it while the reader may already take what was made
 * visible. Chunks start small and double while they fill before anybody asks for a flush, and are
 * closed early when their records have the bytes that the gate's budget gives a batch. A record
 * that is large for the budget has a chunk of its own.
 *
 * <p>A barrier stays where it was written. One that overtakes is told to the reader, who then finds
 * it behind the records that it has not read: what a full channel would not take, the list does.
 *
 * <p>Unit: the bounds are the {@link GateBudget}, in bytes, and a number of closed chunks that are
 * not yet consumed; beyond them {@link OutputChannel#isAvailable} is false, though writing still
 * succeeds (overdraft).
 *
 * <p>Threads: one writer, one reader, anybody may ask for a flush or close. A chunk's {@code
 * written} is published with a release store for each record, so that a flush needs nothing of a
 * writer that sits in user code.
 */
public final class LocalChannel {
    static final int MIN_CHUNK = 16;
    static final int MAX_CHUNK = 1024;

    private static final VarHandle WRITTEN;
    private static final VarHandle VISIBLE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WRITTEN = lookup.findVarHandle(Chunk.class, "written", int.class);
            VISIBLE = lookup.findVarHandle(Chunk.class, "visible", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final int boundChunks;
    private final GateBudget budget;
    private final boolean atOnce;
    private final Writer writer;
    private final Reader reader;

    private volatile Wakeup wakeWriter = () -> {};
    private volatile Wakeup wakeReader = () -> {};

    private volatile boolean flushRequested;
    private volatile boolean readerClosed;
    private volatile boolean writerClosed;
    private volatile boolean writerWaits;
    private volatile boolean readerWaits;
    private volatile boolean blocked;
    private volatile long consumedChunks;

    /** When the reader sees what was written. */
    public enum Visibility {
        /** When a chunk is full or somebody asked for a flush; costs a writer next to nothing. */
        ON_FLUSH,
        /**
         * At once; costs a fence for each record, for writers that may sit in user code at any time
         * and that nobody flushes.
         */
        AT_ONCE
    }

    /**
     * @param name both ends, for messages
     * @param boundChunks closed chunks that may wait for the reader, at least 1
     * @param budget of the gate that the reader belongs to
     */
    public LocalChannel(String name, int boundChunks, GateBudget budget, Visibility visibility) {
        if (boundChunks < 1) {
            throw new IllegalArgumentException("bound of " + boundChunks + " chunks");
        }
        this.name = name;
        this.boundChunks = boundChunks;
        this.budget = budget;
        this.atOnce = visibility == Visibility.AT_ONCE;
        // Both ends begin with it. Nobody else may hold it: all later chunks hang on it.
        Chunk first = new Chunk(MIN_CHUNK);
        this.writer = new Writer(first);
        this.reader = new Reader(first);
        budget.join(this::wakeWaitingWriter);
    }

    /** There is room again, of whatever kind. */
    private void wakeWaitingWriter() {
        if (writerWaits) {
            writerWaits = false;
            wakeWriter.wake();
        }
    }

    /** The writing end; to be called once, by whoever opens it. */
    public OutputChannel writer(Wakeup wakeup) {
        wakeWriter = wakeup;
        return writer;
    }

    /** The reading end; to be called once, by whoever opens it. */
    public InputChannel reader(Wakeup wakeup) {
        wakeReader = wakeup;
        return reader;
    }

    /** Records with one event behind them, or records alone. */
    private static final class Chunk {
        final Object[] values;
        final long[] timestamps;
        final StreamEvent event;

        @SuppressWarnings("unused") // by VarHandle
        private int written;

        @SuppressWarnings("unused") // by VarHandle
        private int visible;

        /** Of its records; set before it is closed. */
        private long bytes;

        volatile boolean closed;
        volatile Chunk next;

        Chunk(int capacity) {
            this.values = new Object[capacity];
            this.timestamps = new long[capacity];
            this.event = null;
        }

        Chunk(StreamEvent event) {
            this.values = null;
            this.timestamps = null;
            this.event = event;
            this.closed = true;
        }
    }

    private final class Writer implements OutputChannel {
        // owned by the writing thread
        private Chunk tail;
        private int count;
        private int capacity = MIN_CHUNK;
        private long closedChunks;
        private long openBytes;
        private int batchBytes = budget.batchBytes();
        private long records;
        private boolean ended;

        Writer(Chunk first) {
            this.tail = first;
        }

        @Override
        public void write(Object value, long timestamp, int bytes) {
            if (readerClosed) {
                return;
            }
            Chunk chunk = tail;
            int at = count;
            if (at == chunk.values.length || openBytes + bytes > batchBytes) {
                chunk = chunkFor(bytes);
                at = count;
            }
            openBytes += bytes;
            chunk.values[at] = value;
            chunk.timestamps[at] = timestamp;
            count = at + 1;
            records++;
            WRITTEN.setRelease(chunk, count);
            if (count == chunk.values.length) {
                closeTail();
                wakeReader.wake();
            } else if (atOnce) {
                VarHandle.fullFence(); // written before readerWaits is read
                if (readerWaits) {
                    readerWaits = false;
                    wakeReader.wake();
                }
            }
        }

        @Override
        public boolean handsObjectsOver() {
            return true;
        }

        /** An open chunk for a record of so many bytes. */
        private Chunk chunkFor(int bytes) {
            batchBytes = budget.batchBytes();
            if (budget.travelsAlone(bytes)) {
                return appended(1);
            }
            boolean full = count == tail.values.length;
            if (!full && (count == 0 || openBytes + bytes <= batchBytes)) {
                return tail;
            }
            if (full && count == capacity) {
                capacity = Math.min(2 * count, MAX_CHUNK);
            }
            int fitting = Math.max(1, batchBytes / Math.max(1, bytes));
            return appended(Math.min(capacity, fitting));
        }

        private Chunk appended(int capacity) {
            Chunk next = append(new Chunk(capacity));
            wakeReader.wake();
            return next;
        }

        private void closeTail() {
            if (!tail.closed) {
                closedChunks++;
                tail.bytes = openBytes;
                budget.take(openBytes);
                openBytes = 0;
                tail.closed = true;
            }
        }

        private Chunk append(Chunk next) {
            closeTail();
            if (next.event != null) {
                closedChunks++;
            }
            tail.next = next;
            tail = next;
            count = 0;
            return next;
        }

        @Override
        public void writeEvent(StreamEvent event) {
            if (event instanceof StreamEvent.EndOfChannel) {
                ended = true;
            }
            if (readerClosed) {
                return;
            }
            append(new Chunk(event));
            append(new Chunk(capacity));
            wakeReader.wake();
            if (event instanceof StreamEvent.Barrier barrier) {
                wakeReader.received(barrier, BarrierOrder.IN_LINE);
            }
        }

        /** The reader has everything already, and keeps what the barrier overtakes. */
        @Override
        public void overtake(StreamEvent.Barrier barrier, InFlight into) {
            if (!readerClosed) {
                wakeReader.received(barrier, BarrierOrder.OVERTAKING);
            }
        }

        @Override
        public boolean holds(StreamEvent.Barrier barrier) {
            return false;
        }

        @Override
        public void flush() {
            Chunk chunk = tail;
            int written = count;
            if (written == (int) VISIBLE.get(chunk)) {
                return;
            }
            // a stream that is flushed before chunks are half full wants smaller ones
            if (written < chunk.values.length / 2) {
                capacity = Math.max(MIN_CHUNK, chunk.values.length / 2);
            }
            // volatile, not release: the waker reads next whether the reader knows already that
            // there
            // is something, and must not do so before this is seen
            VISIBLE.setVolatile(chunk, written);
            wakeReader.wake();
        }

        @Override
        public void requestFlush() {
            flushRequested = true;
            wakeReader.wake();
        }

        @Override
        public boolean isAvailable() {
            if (hasRoom()) {
                return true;
            }
            writerWaits = true;
            // the reader may have consumed between the look and the flag
            return hasRoom();
        }

        private boolean hasRoom() {
            long waiting = closedChunks - consumedChunks;
            return waiting == 0
                    || !blocked && waiting < boundChunks && budget.hasRoom()
                    || readerClosed;
        }

        @Override
        public long recordsWritten() {
            return records;
        }

        @Override
        public long bytesWritten() {
            return 0;
        }

        @Override
        public void close() {
            if (!ended) {
                writerClosed = true;
                wakeReader.wake();
            }
        }
    }

    private final class Reader implements InputChannel {
        // owned by the reading thread
        private Chunk chunk;
        private int taken;
        private boolean consumed;
        private long records;

        Reader(Chunk first) {
            this.chunk = first;
        }

        @Override
        public Object poll() throws ExchangeException {
            // read before the data: what was written before the close is still delivered
            boolean abandoned = writerClosed;
            while (true) {
                if (consumed) {
                    Chunk next = chunk.next;
                    if (next == null) {
                        if (atOnce && !readerWaits) {
                            readerWaits = true;
                            continue;
                        }
                        return nothing(abandoned);
                    }
                    // A consumed chunk that has grown old would keep its successors through young
                    // collections.
                    chunk.next = null;
                    chunk = next;
                    taken = 0;
                    consumed = false;
                }
                Chunk at = chunk;
                if (at.event != null) {
                    consume();
                    return at.event;
                }
                boolean closed = at.closed;
                int limit =
                        closed || atOnce || flushRequested
                                ? written(at)
                                : (int) VISIBLE.getAcquire(at);
                if (limit > taken) {
                    RecordBatch batch = new RecordBatch(at.values, at.timestamps, taken, limit);
                    records += limit - taken;
                    taken = limit;
                    if (closed) {
                        consume();
                    }
                    return batch;
                }
                if (!closed) {
                    if (atOnce && !readerWaits) {
                        readerWaits =
                                true; // and look once more: the writer may just have missed the
                        // flag
                        continue;
                    }
                    return nothing(abandoned);
                }
                consume();
            }
        }

        private int written(Chunk at) {
            if (flushRequested) {
                flushRequested = false;
            }
            return (int) WRITTEN.getAcquire(at);
        }

        private Object nothing(boolean abandoned) throws ExchangeException {
            if (abandoned) {
                throw new ExchangeException(
                        "Channel " + name + ": its writer ended before the end of its data");
            }
            return null;
        }

        private void consume() {
            consumed = true;
            consumedChunks = consumedChunks + 1; // single writer: this thread
            if (chunk.bytes > 0) {
                budget.giveBack(chunk.bytes);
            }
            wakeWaitingWriter();
        }

        @Override
        public void setBlocked(boolean blocks) {
            blocked = blocks;
            if (!blocks) {
                wakeWaitingWriter();
            }
        }

        /** Barriers keep their places here. */
        @Override
        public void dropBarrier(long checkpointId) {}

        @Override
        public void takeBarrier(long checkpointId, InFlight into) {
            Chunk at = chunk;
            int from = taken;
            boolean read = consumed;
            while (true) {
                if (!read
                        && at.event instanceof StreamEvent.Barrier barrier
                        && barrier.checkpointId() == checkpointId) {
                    return;
                }
                if (!read && at.event != null) {
                    into.event(at.event);
                } else if (!read) {
                    int limit = (int) WRITTEN.getAcquire(at);
                    if (limit > from) {
                        into.records(new RecordBatch(at.values, at.timestamps, from, limit));
                    }
                }
                at = at.next;
                if (at == null) {
                    throw new IllegalStateException(
                            "Channel " + name + " has no barrier of checkpoint " + checkpointId);
                }
                from = 0;
                read = false;
            }
        }

        @Override
        public long recordsRead() {
            return records;
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        public void close() {
            readerClosed = true;
            wakeWriter.wake();
        }
    }
}
