package io.millrace.runtime.exchange;

import io.millrace.api.function.KeySelector;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHasher;
import io.millrace.runtime.serializer.TypeSerializer;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * The channels by which one subtask writes to one edge, all together; its records are written by a
 * {@link RecordWriter} that this makes.
 *
 * <p>Threads: owned by the writing subtask.
 */
public final class EdgeWriter {
    /** Records between two looks at whether the channels take more, while one is emitted. */
    private static final int RECORDS_PER_LOOK = 128;

    /**
     * Records that may be written while a channel takes no more. A subtask looks at its outputs
     * before it takes a record, so that this is the bound of what one record, and the few before
     * the next look, can add: enough for most, and too little to fill the heap.
     */
    static final int OVERDRAFT_RECORDS = 4096;

    /** Where a writer waits that has used its overdraft up in the middle of a record. */
    @FunctionalInterface
    public interface Overdrawn {

        /** Returns when the writer is available, or at once if this caller must never wait. */
        void await(EdgeWriter writer);
    }

    /** Records that were written and are not in the channels yet. */
    interface Held {

        /** Brings all of them into the channels. */
        void flush();

        /** The same, because an event follows. */
        void before(StreamEvent event);

        /** Brings as many of them into the channels as these take without going beyond. */
        void flushWhatFits();

        /**
         * Hands out what is still held, and goes on holding it.
         *
         * @param into one for each channel
         */
        void copyTo(List<? extends InFlight> into);
    }

    private final int edge;

    /** Null if records go into the channels at once. */
    private Held held;

    /** The checkpoint whose barrier finds what is held kept elsewhere. */
    private long keptFor = -1;

    private final OutputChannel[] channels;
    private final long bufferTimeoutMillis;
    private final boolean flushEachRecord;
    private final Overdrawn overdrawn;
    private int sinceLook;
    private int overdraft;

    /**
     * @param edge number of the job graph's edge
     * @param channels in the order of the readers' subtasks
     * @param bufferTimeoutMillis the longest a record may wait in an open batch; 0: it never waits;
     *     -1: until the batch is full or the writer waits
     * @param overdrawn called while a record is written
     */
    public EdgeWriter(
            int edge, List<OutputChannel> channels, long bufferTimeoutMillis, Overdrawn overdrawn) {
        this.edge = edge;
        this.channels = channels.toArray(OutputChannel[]::new);
        this.bufferTimeoutMillis = bufferTimeoutMillis;
        this.flushEachRecord = bufferTimeoutMillis == 0;
        this.overdrawn = overdrawn;
    }

    /** The reader of each key group. */
    int[] readers(int maxParallelism) {
        int[] readers = new int[maxParallelism];
        for (int group = 0; group < maxParallelism; group++) {
            readers[group] = KeyGroups.subtask(group, maxParallelism, channels.length);
        }
        return readers;
    }

    /**
     * Writes by the key groups of keys.
     *
     * @param place of the edge in the plan
     * @param type of the records
     * @param serializer of the type
     */
    public <T, K> RecordWriter byKey(
            JobClasses classes,
            Object place,
            TypeInformation<?> type,
            TypeSerializer<Object> serializer,
            KeySelector<T, K> selector,
            KeyHasher<K> hasher,
            int maxParallelism) {
        return classes.copy(MethodHandles.lookup(), KeyedRecordWriter.class, place)
                .newInstance(
                        RecordWriter.class,
                        this,
                        copier(serializer),
                        RecordSize.of(type, serializer, classes, place),
                        selector,
                        hasher.function(),
                        maxParallelism);
    }

    /**
     * Writes by the key groups of keys, and combines records that leave the worker where that makes
     * them fewer; other parameters as of {@link #byKey}.
     *
     * @param serializer of the type of the records alone
     * @param panes which records are combined, and how
     */
    public <T, K> RecordWriter byKeyCombined(
            JobClasses classes,
            Object place,
            TypeInformation<?> type,
            TypeSerializer<Object> serializer,
            KeySelector<T, K> selector,
            KeyHasher<K> hasher,
            int maxParallelism,
            Panes panes) {
        RecordWriter combining =
                classes.copy(MethodHandles.lookup(), CombiningRecordWriter.class, place)
                        .newInstance(
                                RecordWriter.class,
                                this,
                                copier(serializer),
                                RecordSize.of(type, serializer, classes, place),
                                selector,
                                hasher.function(),
                                panes,
                                maxParallelism);
        held = (Held) combining;
        return combining;
    }

    /** Whether any channel leaves the worker. */
    public boolean leavesTheWorker() {
        for (OutputChannel channel : channels) {
            if (!channel.handsObjectsOver()) {
                return true;
            }
        }
        return false;
    }

    /** Writes to the readers that a selector says; parameters as of {@link #byKey}. */
    public RecordWriter bySelector(
            JobClasses classes,
            Object place,
            TypeInformation<?> type,
            TypeSerializer<Object> serializer,
            ChannelSelector selector) {
        return classes.copy(MethodHandles.lookup(), SelectingRecordWriter.class, place)
                .newInstance(
                        RecordWriter.class,
                        this,
                        copier(serializer),
                        RecordSize.of(type, serializer, classes, place),
                        selector);
    }

    private static TypeSerializer<Object> copier(TypeSerializer<Object> serializer) {
        return serializer.isImmutable() ? null : serializer;
    }

    static IllegalArgumentException nullKey() {
        return new IllegalArgumentException(
                "The key selector gave null as the key of a record; every record of a keyed"
                        + " stream needs a key: filter such records out before keyBy, or"
                        + " give them a key of their own.");
    }

    /** A record was written; now and then looks whether the channels take more. */
    void written() {
        if (flushEachRecord) {
            flush();
        }
        if (++sinceLook == RECORDS_PER_LOOK) {
            sinceLook = 0;
            look();
        }
    }

    private void look() {
        if (isAvailable()) {
            overdraft = 0;
            return;
        }
        overdraft += RECORDS_PER_LOOK;
        if (overdraft >= OVERDRAFT_RECORDS) {
            flush();
            overdrawn.await(this);
            overdraft = 0;
        }
    }

    /** Whether records may be held back on their way into the channels. */
    public boolean holdsRecords() {
        return held != null;
    }

    /**
     * Keeps what is held back from the channels for the checkpoint of a barrier that is written
     * next and may overtake records, so that it does not wait for the channels to take them. They
     * come behind the barrier.
     *
     * @param order the barrier's; one in line brings as many into the channels as these take
     * @param into takes the rest, one for each channel
     */
    public void keep(
            StreamEvent.Barrier barrier, BarrierOrder order, List<? extends InFlight> into) {
        if (order == BarrierOrder.IN_LINE) {
            held.flushWhatFits();
        }
        held.copyTo(into);
        keptFor = barrier.checkpointId();
    }

    public void event(StreamEvent event) {
        boolean isKept =
                event instanceof StreamEvent.Barrier barrier && barrier.checkpointId() == keptFor;
        if (held != null && !isKept) {
            held.before(event);
        }
        for (OutputChannel channel : channels) {
            channel.writeEvent(event);
        }
    }

    /** Whether a barrier that was written still waits behind records on this side. */
    public boolean holds(StreamEvent.Barrier barrier) {
        for (OutputChannel channel : channels) {
            if (channel.holds(barrier)) {
                return true;
            }
        }
        return false;
    }

    public void flush() {
        if (held != null && isAvailable()) {
            held.flush();
        }
        for (OutputChannel channel : channels) {
            channel.flush();
        }
    }

    /** Whether all channels take more. */
    public boolean isAvailable() {
        for (OutputChannel channel : channels) {
            if (!channel.isAvailable()) {
                return false;
            }
        }
        return true;
    }

    /** What the flusher of the worker is to be told. */
    public long bufferTimeoutMillis() {
        return bufferTimeoutMillis;
    }

    public int edge() {
        return edge;
    }

    OutputChannel[] channelArray() {
        return channels;
    }

    public List<OutputChannel> channels() {
        return List.of(channels);
    }

    public long recordsWritten() {
        long sum = 0;
        for (OutputChannel channel : channels) {
            sum += channel.recordsWritten();
        }
        return sum;
    }

    public long bytesWritten() {
        long sum = 0;
        for (OutputChannel channel : channels) {
            sum += channel.bytesWritten();
        }
        return sum;
    }

    public void close() {
        for (OutputChannel channel : channels) {
            channel.close();
        }
    }
}
