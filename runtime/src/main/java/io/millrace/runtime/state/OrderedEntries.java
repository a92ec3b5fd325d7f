package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.util.Arrays;

/**
 * The entries of an ordered state by their order, least first, beside the logs that hold them.
 * Those that come next are in an {@link OrderHeap} and stay in memory; those later than a horizon,
 * which is there only when memory has been short, are in {@link LaterOrders}, and may lie on disk
 * as all entries may.
 *
 * <p>It is derived: not in snapshots, and made anew when entries are restored. An entry knows by
 * its own word where it is: its place in the heap, or, negative, the number of its record.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class OrderedEntries {
    /** So many stay in memory however short it is; fewer if it is small. */
    private static final int MAX_KEPT = 1 << 10;

    private static final int MEMORY_FOR_ONE_KEPT = 32 << 10;

    private static final int SAMPLE = 64;

    /** Entries looked at, and at most put off, in one go. */
    private static final int LOOKS = 4 << 10;

    private static final int PUT_OFF = 256;

    private final StoreMemory store;
    private final OrderHeap heap;
    private final LaterOrders later;
    private final long kept;

    /** Where in the heap entries beyond the horizon are looked for next, downwards. */
    private long hand = -1;

    private boolean isTaking;
    private byte[] prefix = new byte[64];

    OrderedEntries(StoreMemory store) {
        this.store = store;
        this.heap = new OrderHeap(store);
        this.later = new LaterOrders(store);
        this.kept = Math.min(MAX_KEPT, store.memory().limitBytes() / MEMORY_FOR_ONE_KEPT);
    }

    /** Whether nobody holds the address of a live entry. */
    static boolean isLater(long at, StateDefinition state) {
        return LogEntry.ownWord(at, state) < 0;
    }

    long size() {
        return heap.size() + later.size();
    }

    /**
     * Makes room for an entry, so that {@link #add} cannot fail.
     *
     * @param length of its bytes without the order
     */
    void reserve(long order, int length) {
        if (order >= later.horizon() && !later.isEmpty()) {
            later.reserve(order, length);
        } else {
            heap.reserve();
        }
    }

    /**
     * Adds an entry for which there is room.
     *
     * @param full its bytes, of which {@code length} are without the order
     */
    void add(StateDefinition state, long order, long at, byte[] full, int keyLength, int length) {
        if (order >= later.horizon() && !later.isEmpty()) {
            long number = later.add(order, LogEntry.keyGroup(at), full, keyLength, length);
            LogEntry.setOwnWord(at, state, number);
        } else {
            heap.add(order, at);
        }
    }

    /** Removes an entry that is still in its log. */
    void remove(StateDefinition state, long at) {
        long word = LogEntry.ownWord(at, state);
        if (word >= 0) {
            heap.removeAt(word);
        } else {
            later.onRemoved(state, order(at, state));
        }
    }

    private static long order(long at, StateDefinition state) {
        long end = LogEntry.full(at, state) + LogEntry.fullLength(at);
        return Memory.getLongBigEndian(end - 8) ^ Long.MIN_VALUE;
    }

    /** A live entry lies elsewhere in memory now. */
    void onMoved(StateDefinition state, long to) {
        long word = LogEntry.ownWord(to, state);
        if (word >= 0) {
            heap.setEntry(word, to);
        }
    }

    /**
     * The least order; {@link OrderedState#NONE} if there is none. Nobody may hold an address:
     * entries may come back from disk.
     */
    long least(StateDefinition state) {
        while (!later.isEmpty() && (heap.size() == 0 || heap.leastOrder() > later.least())) {
            take(state);
        }
        return heap.size() == 0 ? OrderedState.NONE : heap.leastOrder();
    }

    /** The entry that {@link #least} has found. */
    long leastEntry() {
        return heap.leastEntry();
    }

    private void take(StateDefinition state) {
        isTaking = true;
        try {
            later.takeLeast(
                    (order, number, group, full, keyLength, length) -> {
                        if (store.spill().isPressed()) {
                            store.relieve();
                        }
                        RecordBytes.setLong(full, length, order ^ Long.MIN_VALUE);
                        long hash =
                                LogEntry.hash(
                                        store.keyHash(full, keyLength),
                                        state.id(),
                                        full,
                                        keyLength,
                                        length + 8);
                        long at = store.log(group).find(hash, state, full, length + 8);
                        if (at != 0
                                && LogEntry.isLive(at)
                                && LogEntry.ownWord(at, state) == number) {
                            heap.reserve();
                            heap.add(order, at);
                            later.onTaken();
                        }
                    });
        } finally {
            isTaking = false;
        }
    }

    /**
     * Puts entries off that are late, some at a time, so that they can go to disk; nobody may hold
     * an address.
     *
     * @return whether some were
     * @throws StateException if the disk does not take their order
     */
    boolean spill(StateDefinition state) {
        if (isTaking || heap.size() <= kept) {
            return false;
        }
        if (hand < 0) {
            later.lowerHorizon(middle());
            hand = heap.size() - 1;
        }
        int putOff = 0;
        hand = Math.min(hand, heap.size() - 1);
        for (int look = 0;
                look < LOOKS && putOff < PUT_OFF && hand >= 0 && heap.size() > kept;
                look++) {
            if (heap.order(hand) >= later.horizon()) {
                putOff(state, hand);
                putOff++;
            }
            hand = Math.min(hand, heap.size()) - 1;
        }
        return putOff > 0;
    }

    private void putOff(StateDefinition state, long index) {
        long order = heap.order(index);
        long at = heap.entry(index);
        int length = LogEntry.fullLength(at) - 8;
        if (prefix.length < length) {
            prefix = new byte[2 * length];
        }
        Memory.copy(LogEntry.full(at, state), prefix, 0, length);
        later.reserve(order, length);
        heap.removeAt(index);
        LogEntry.setOwnWord(
                at,
                state,
                later.add(order, LogEntry.keyGroup(at), prefix, LogEntry.keyLength(at), length));
    }

    private long middle() {
        long[] sample = new long[SAMPLE];
        for (int i = 0; i < SAMPLE; i++) {
            sample[i] = heap.order(heap.size() * i / SAMPLE);
        }
        Arrays.sort(sample);
        return sample[SAMPLE / 2];
    }

    /** Gives all memory back. */
    void free() {
        heap.free();
        later.free();
    }
}
