package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The entries of an ordered state that are so far off that their order lies on local disk: buckets
 * of orders that follow each other, each in no order within. The least bucket is split until it is
 * small, and then taken out whole.
 *
 * <p>A record tells how to find its entry in the log, and bears a number that the entry bears too
 * as long as the record counts (its own word, negative). So removing an entry touches nothing here;
 * a bucket of which most is void is gone through, a chunk for each entry removed.
 *
 * <p>Format: in memory and on local disk only. Each bucket has a block in memory, and chunks on
 * disk, which are such blocks once they were full: order 8, number 8, key group 4, length of the
 * key 4, of key and namespace 4, key, namespace.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class LaterOrders {
    /** Buckets up to this size are taken out as they are. */
    static final int SMALL_BUCKET = 1 << 10;

    private static final int HEADER_BYTES = 28;
    private static final int MIN_BLOCK_BYTES = 512;
    private static final int MAX_BLOCK_BYTES = 4 << 10;
    private static final int LARGE_BUCKET = 64 << 10;

    /** A bucket is split when it has this part of all. */
    private static final int LARGE_PART = 32;

    private static final int SAMPLE = 64;
    private static final int SPLIT_INTO = 8;
    private static final int VOIDS_ALLOWED = 128;

    /** Is shown records. */
    @FunctionalInterface
    interface Visitor {

        /**
         * @param full key and namespace, and room for an order; its own until it returns
         * @param length of key and namespace
         */
        void visit(long order, long number, int keyGroup, byte[] full, int keyLength, int length);
    }

    private record Chunk(long place, int bytes, int count) {}

    private static final class Bucket {
        private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
        private long block;
        private int blockBytes;
        private int used;
        private int inBlock;
        private long count;
        private long voids;
        private long least = Long.MAX_VALUE;

        /** Some of the orders, each as likely as any other. */
        private final long[] sample = new long[SAMPLE];

        private long sampledOf;
    }

    private final StoreMemory store;

    /** By the least order that may be in them; each reaches to the next. */
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();

    private long size;
    private long lastNumber;
    private long chance = 0x9e37_79b9_7f4a_7c15L;
    private final RecordBytes record = new RecordBytes(64);

    /** A bucket that is being divided, or null. */
    private Bucket splitting;

    LaterOrders(StoreMemory store) {
        this.store = store;
    }

    /** Entries that are only here. */
    long size() {
        return size;
    }

    /** From which order on entries come here; {@link Long#MAX_VALUE} if none do. */
    long horizon() {
        return buckets.isEmpty() ? Long.MAX_VALUE : buckets.firstKey();
    }

    /** No entry here has a lesser order; {@link Long#MAX_VALUE} if there is none. */
    long least() {
        for (Bucket bucket : buckets.values()) {
            if (bucket.count > 0) {
                return bucket.least;
            }
        }
        return Long.MAX_VALUE;
    }

    /** Whether there is no bucket, so that all entries are in the heap. */
    boolean isEmpty() {
        return buckets.isEmpty();
    }

    /** Entries with this order and later ones come here from now on. */
    void lowerHorizon(long to) {
        if (to >= horizon()) {
            return;
        }
        Bucket first =
                !buckets.isEmpty() && buckets.firstEntry().getValue().count < SMALL_BUCKET
                        ? buckets.pollFirstEntry().getValue()
                        : new Bucket();
        buckets.put(to, first);
    }

    // ---- adding

    /**
     * Makes room for a record, so that {@link #add} cannot fail.
     *
     * @param length of key and namespace
     */
    void reserve(long order, int length) {
        Map.Entry<Long, Bucket> entry = buckets.floorEntry(order);
        if (entry.getValue().count > Math.max(LARGE_BUCKET, size / LARGE_PART)) {
            split(entry.getKey());
        }
        reserve(buckets.floorEntry(order).getValue(), HEADER_BYTES + length);
    }

    private void reserve(Bucket bucket, int bytes) {
        if (bucket.used + bytes <= bucket.blockBytes) {
            return;
        }
        if (bucket.blockBytes >= MAX_BLOCK_BYTES) {
            flush(bucket);
        }
        int needed = bucket.used + bytes;
        if (needed > bucket.blockBytes) {
            int size = Math.max(MIN_BLOCK_BYTES, Integer.highestOneBit(needed - 1) << 1);
            long larger = store.allocate(size);
            if (bucket.used > 0) {
                Memory.copy(bucket.block, larger, bucket.used);
            }
            freeBlock(bucket);
            bucket.block = larger;
            bucket.blockBytes = size;
        }
    }

    private void flush(Bucket bucket) {
        if (bucket.used > 0) {
            byte[] image = store.spill().image(bucket.used);
            Memory.copy(bucket.block, image, 0, bucket.used);
            long place = store.spill().file().write(image, bucket.used);
            bucket.chunks.add(new Chunk(place, bucket.used, bucket.inBlock));
            bucket.used = 0;
            bucket.inBlock = 0;
        }
    }

    private void freeBlock(Bucket bucket) {
        if (bucket.block != 0) {
            store.memory().free(bucket.block, bucket.blockBytes);
            bucket.block = 0;
            bucket.blockBytes = 0;
        }
    }

    /**
     * Adds a record for which there is room.
     *
     * @param prefix key and namespace of the entry
     * @param length of both
     * @return its number, for the entry
     */
    long add(long order, int keyGroup, byte[] prefix, int keyLength, int length) {
        long number = --lastNumber;
        Bucket bucket = buckets.floorEntry(order).getValue();
        put(bucket, order, number, keyGroup, prefix, keyLength, length);
        size++;
        return number;
    }

    private void put(
            Bucket bucket,
            long order,
            long number,
            int keyGroup,
            byte[] prefix,
            int keyLength,
            int length) {
        record.truncate(0);
        record.putLong(order);
        record.putLong(number);
        record.putInt(keyGroup);
        record.putInt(keyLength);
        record.putInt(length);
        record.put(prefix, 0, length);
        Memory.copy(record.bytes(), 0, bucket.block + bucket.used, record.length());
        bucket.used += record.length();
        bucket.inBlock++;
        bucket.count++;
        bucket.least = Math.min(bucket.least, order);
        sample(bucket, order);
    }

    private void sample(Bucket bucket, long order) {
        long place = bucket.sampledOf++;
        if (place >= SAMPLE) {
            chance = chance * 0x5851_f42d_4c95_7f2dL + 0x1405_7b7e_f767_814fL;
            place = Long.remainderUnsigned(chance >>> 16, bucket.sampledOf);
        }
        if (place < SAMPLE) {
            bucket.sample[(int) place] = order;
        }
    }

    // ---- removing

    /** The entry of a record is removed, and will not bear its number any more. */
    void onRemoved(StateDefinition state, long order) {
        size--;
        Bucket bucket = buckets.floorEntry(order).getValue();
        bucket.voids++;
        if (2 * bucket.voids > bucket.count + VOIDS_ALLOWED && !bucket.chunks.isEmpty()) {
            sweep(state, bucket);
        }
    }

    /** An entry is in the heap now, and does not bear the number of its record any more. */
    void onTaken() {
        size--;
    }

    /** Goes through the oldest chunk of a bucket and writes again what still counts. */
    private void sweep(StateDefinition state, Bucket bucket) {
        forEach(
                bucket.chunks.getFirst(),
                (order, number, group, full, keyLength, length) -> {
                    if (counts(state, order, number, group, full, keyLength, length)) {
                        reserve(bucket, HEADER_BYTES + length);
                        put(bucket, order, number, group, full, keyLength, length);
                    } else {
                        bucket.voids = Math.max(0, bucket.voids - 1);
                    }
                });
        drop(bucket);
    }

    private boolean counts(
            StateDefinition state,
            long order,
            long number,
            int keyGroup,
            byte[] full,
            int keyLength,
            int length) {
        RecordBytes.setLong(full, length, order ^ Long.MIN_VALUE);
        long hash =
                LogEntry.hash(
                        store.keyHash(full, keyLength), state.id(), full, keyLength, length + 8);
        long at = store.log(keyGroup).peek(hash, state, full, length + 8);
        return at != 0 && LogEntry.isLive(at) && LogEntry.ownWord(at, state) == number;
    }

    private void drop(Bucket bucket) {
        Chunk chunk = bucket.chunks.removeFirst();
        store.spill().file().free(chunk.place(), chunk.bytes());
        bucket.count -= chunk.count();
    }

    // ---- taking out

    /**
     * Shows the records of the least bucket, or, if all of these have one order and are many, some
     * of them, and takes them out. A chunk at which the visitor throws stays.
     */
    void takeLeast(Visitor visitor) {
        long low = buckets.firstKey();
        while (buckets.get(low).count > SMALL_BUCKET && !isOneOrder(low)) {
            split(low);
        }
        Bucket bucket = buckets.get(low);
        long before = bucket.count;
        while (!bucket.chunks.isEmpty() && before - bucket.count < SMALL_BUCKET) {
            forEach(bucket.chunks.getFirst(), visitor);
            drop(bucket);
        }
        if (bucket.chunks.isEmpty()) {
            byte[] rest = new byte[bucket.used];
            if (rest.length > 0) {
                Memory.copy(bucket.block, rest, 0, rest.length);
            }
            forEach(rest, visitor);
            buckets.remove(low);
            freeBlock(bucket);
        }
    }

    private void forEach(Chunk chunk, Visitor visitor) {
        byte[] bytes = new byte[chunk.bytes()];
        store.spill().file().read(chunk.place(), bytes, bytes.length);
        forEach(bytes, visitor);
    }

    private static void forEach(byte[] bytes, Visitor visitor) {
        byte[] full = new byte[64];
        for (int at = 0; at < bytes.length; ) {
            int length = RecordBytes.getInt(bytes, at + 24);
            if (full.length < length + 8) {
                full = new byte[2 * length + 8];
            }
            System.arraycopy(bytes, at + HEADER_BYTES, full, 0, length);
            visitor.visit(
                    RecordBytes.getLong(bytes, at),
                    RecordBytes.getLong(bytes, at + 8),
                    RecordBytes.getInt(bytes, at + 16),
                    full,
                    RecordBytes.getInt(bytes, at + 20),
                    length);
            at += HEADER_BYTES + length;
        }
    }

    private boolean isOneOrder(long low) {
        Long next = buckets.higherKey(low);
        return low == Long.MAX_VALUE || (next != null && next == low + 1);
    }

    /** Divides a bucket whose records may have several orders. */
    private void split(long low) {
        Bucket from = buckets.get(low);
        splitting = from;
        buckets.put(low, new Bucket());
        for (long pivot : pivots(low, from)) {
            buckets.put(pivot, new Bucket());
        }
        Visitor move =
                (order, number, group, full, keyLength, length) -> {
                    Bucket to = buckets.floorEntry(order).getValue();
                    reserve(to, HEADER_BYTES + length);
                    put(to, order, number, group, full, keyLength, length);
                };
        while (!from.chunks.isEmpty()) {
            forEach(from.chunks.getFirst(), move);
            drop(from);
        }
        byte[] rest = new byte[from.used];
        if (rest.length > 0) {
            Memory.copy(from.block, rest, 0, rest.length);
        }
        forEach(rest, move);
        freeBlock(from);
        splitting = null;
    }

    /** Where new buckets begin; at least one, greater than {@code low}. */
    private static long[] pivots(long low, Bucket bucket) {
        long[] sorted = Arrays.copyOf(bucket.sample, (int) Math.min(SAMPLE, bucket.sampledOf));
        Arrays.sort(sorted);
        long[] found =
                IntStream.range(1, SPLIT_INTO)
                        .mapToLong(i -> sorted[sorted.length * i / SPLIT_INTO])
                        .filter(order -> order > low)
                        .distinct()
                        .toArray();
        return found.length > 0 ? found : new long[] {low + 1};
    }

    /** Gives all memory back. */
    void free() {
        buckets.values().forEach(this::freeBlock);
        buckets.clear();
        if (splitting != null) {
            freeBlock(splitting);
        }
        size = 0;
    }
}
