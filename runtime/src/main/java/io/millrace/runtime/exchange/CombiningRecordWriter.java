package io.millrace.runtime.exchange;

import io.millrace.api.function.KeySelector;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * As {@link KeyedRecordWriter}, but records that leave the worker are combined with others of their
 * key and pane first, where that makes them fewer.
 *
 * <p>Shape: each key and pane has one place of {@value #PLACES}; whoever comes later takes it, and
 * what was there is sent as a {@link Partial}. All is sent before a watermark, an end, a change of
 * idleness or a barrier that keeps its place, and when the writer waits for input. For a barrier
 * that may overtake records what the channels do not take is copied, and stays.
 *
 * <p>It judges itself: where {@value #TRIAL} records were not made fewer than three quarters of
 * them, it steps aside for {@value #ASIDE}.
 *
 * <p>A record that the writer's own watermark has passed is not combined: the reader may drop it,
 * and has to know which. After idleness nothing is, until there is a watermark again: the reader's
 * may have gone on without this writer.
 *
 * <p>Invariant: keys are equal exactly if their bytes are, and nobody can change one.
 */
final class CombiningRecordWriter implements RecordWriter, EdgeWriter.Held {
    private static final int PLACES = 1 << 14;

    /** Places between two looks at whether the channels take more. */
    private static final int LOOK = 64;

    private static final int TRIAL = 1 << 15;
    private static final int ASIDE = 1 << 20;

    /** 2^64 / the golden ratio. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private final EdgeWriter edge;
    private final OutputChannel[] channels;
    private final TypeSerializer<Object> copier;
    private final ToIntFunction<Object> size;
    private final KeySelector<Object, Object> selector;
    private final ToIntFunction<Object> hash;
    private final Panes panes;
    private final int maxParallelism;

    /** By key group. */
    private final int[] readers;

    // by place; no contents: it is free
    private final Object[] keys = new Object[PLACES];
    private final long[] paneStarts = new long[PLACES];
    private final Object[] contents = new Object[PLACES];
    private final long[] records = new long[PLACES];
    private final long[] timestamps = new long[PLACES];
    private final int[] targets = new int[PLACES];
    private int held;

    private long watermarkMillis = Long.MIN_VALUE;
    private boolean awaitsWatermark;

    /** Records until it is judged, or, while it stands aside, until it tries again. */
    private int untilJudged = TRIAL;

    private int sent;

    /** When it was judged last. */
    private int heldBefore;

    private boolean aside;
    private boolean flushing;

    /**
     * @param copier of records that may be changed after they were emitted, or null
     * @param size of records, in bytes of the heap
     * @param hash of keys that are not null
     */
    CombiningRecordWriter(
            EdgeWriter edge,
            TypeSerializer<Object> copier,
            ToIntFunction<Object> size,
            KeySelector<Object, Object> selector,
            ToIntFunction<Object> hash,
            Panes panes,
            int maxParallelism) {
        this.edge = edge;
        this.channels = edge.channelArray();
        this.copier = copier;
        this.size = size;
        this.selector = selector;
        this.hash = hash;
        this.panes = panes;
        this.maxParallelism = maxParallelism;
        this.readers = edge.readers(maxParallelism);
    }

    @Override
    public void write(Object value, long timestamp) throws Exception {
        Object key = selector.getKey(value);
        if (key == null) {
            throw EdgeWriter.nullKey();
        }
        int keyHash = hash.applyAsInt(key);
        int target = readers[KeyGroups.of(keyHash, maxParallelism)];
        OutputChannel channel = channels[target];
        if (channel.handsObjectsOver()) {
            Object handed = copier == null ? value : copier.copy(value);
            channel.write(handed, timestamp, size.applyAsInt(handed));
            edge.written();
            return;
        }
        if (--untilJudged == 0) {
            judge();
        }
        // without a timestamp it is behind any watermark, too
        if (aside || awaitsWatermark || timestamp <= watermarkMillis) {
            sent++;
            channel.write(value, timestamp, 0);
            edge.written();
        } else {
            combine(key, keyHash, panes.pane(timestamp), target, value, timestamp);
        }
    }

    private void combine(
            Object key, int keyHash, long pane, int target, Object value, long timestamp)
            throws Exception {
        int at = (int) ((keyHash + pane * SPREAD) * SPREAD >>> 50); // 14 bits
        if (contents[at] != null && (paneStarts[at] != pane || !keys[at].equals(key))) {
            send(at);
        }
        boolean first = contents[at] == null;
        Object combined = panes.add(contents[at], copier == null ? value : copier.copy(value));
        if (combined == null) {
            throw new IllegalStateException("Records of the key " + key + " are combined to null");
        }
        contents[at] = combined;
        if (first) {
            keys[at] = key;
            paneStarts[at] = pane;
            targets[at] = target;
            timestamps[at] = timestamp;
            records[at] = 1;
            held++;
        } else {
            timestamps[at] = Math.max(timestamps[at], timestamp);
            records[at]++;
        }
    }

    private void send(int at) {
        Partial partial = new Partial(keys[at], contents[at], records[at]);
        keys[at] = null;
        contents[at] = null;
        held--;
        sent++;
        channels[targets[at]].write(partial, timestamps[at], 0);
        edge.written();
    }

    private void judge() {
        if (!aside && sent + held - heldBefore > TRIAL / 4 * 3) {
            flush();
            aside = true;
            untilJudged = ASIDE;
        } else {
            aside = false;
            untilJudged = TRIAL;
        }
        sent = 0;
        heldBefore = held;
    }

    @Override
    public void flush() {
        sendAll(false);
    }

    @Override
    public void flushWhatFits() {
        sendAll(true);
    }

    private void sendAll(boolean whatFits) {
        if (held == 0 || flushing) {
            return;
        }
        flushing = true; // what is sent may make the edge flush
        try {
            for (int at = 0; at < PLACES; at++) {
                if (whatFits && at % LOOK == 0 && !edge.isAvailable()) {
                    return;
                }
                if (contents[at] != null) {
                    send(at);
                }
            }
        } finally {
            flushing = false;
        }
    }

    @Override
    public void copyTo(List<? extends InFlight> into) {
        Object[] value = new Object[1];
        long[] timestamp = new long[1];
        for (int at = 0; held > 0 && at < PLACES; at++) {
            if (contents[at] != null) {
                value[0] = new Partial(keys[at], contents[at], records[at]);
                timestamp[0] = timestamps[at];
                into.get(targets[at]).records(new RecordBatch(value, timestamp, 0, 1));
            }
        }
    }

    @Override
    public void before(StreamEvent event) {
        flush();
        if (event instanceof Watermark mark) {
            watermarkMillis = Math.max(watermarkMillis, mark.timestampMillis());
            awaitsWatermark = false;
        } else if (event instanceof Status) {
            awaitsWatermark = true;
        }
    }

    @Override
    public EdgeWriter edge() {
        return edge;
    }
}
