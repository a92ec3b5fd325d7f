package io.millrace.runtime.state;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.Arrays;

/**
 * The segments of an {@link EntryLog} that lie in memory: blocks that entries are appended to, and
 * how much of each is of use. One is open; an entry that is large has one of its own.
 *
 * <p>A segment that is less than half alive waits to be compacted ({@link #nextSparse}); one with
 * nothing alive goes at once.
 *
 * <p>Format: in memory and on local disk, in the machine's order.
 *
 * <pre>
 *   segment  bytes 4, filled 4, alive 4, epoch of the last change 4, place in the list 4, key group
 *            4, tombstones 4, waits to be compacted 4, then each {@link LogEntry}
 * </pre>
 *
 * <p>Threads: owned by the subtask's thread; another may read those that {@link #capture} returns.
 */
final class LogSegments {
    static final int HEADER_BYTES = 32;

    private static final int BYTES = 0;
    private static final int FILLED = 4;
    private static final int ALIVE = 8;
    private static final int LAST_EPOCH = 12;
    private static final int PLACE = 16;
    private static final int KEY_GROUP = 20;
    private static final int TOMBSTONES = 24;
    private static final int WAITS = 28;

    private static final int MIN_BYTES = 512;
    private static final int MAX_BYTES = 32 << 10;

    /** Larger entries have a segment of their own. */
    private static final int LARGE_ENTRY_BYTES = MAX_BYTES / 4;

    /**
     * What a snapshot sees.
     *
     * @param count of the segments, the last of which is filled to {@code lastFilled}
     */
    record Extent(long[] segments, int count, long last, int lastFilled) {}

    private final StoreMemory store;
    private final Epochs epochs;
    private final Spill spill;
    private final int keyGroup;
    private final Runnable whenSparse;

    private long[] segments = new long[4];
    private int count;

    /** Whether a snapshot has the array. */
    private boolean shared;

    private int nextBytes = MIN_BYTES;

    /** The segment that is appended to, or 0. */
    private long open;

    /** Where there was room at last. */
    private long appendedTo;

    /** To be compacted. */
    private long[] waiting = new long[4];

    private int waitingCount;
    private long tombstoneBytes;

    /** Whether tombstones do not count as being of use. */
    private boolean tombstonesAreUseless;

    /**
     * @param whenSparse told of each segment that begins to wait
     */
    LogSegments(StoreMemory store, int keyGroup, Runnable whenSparse) {
        this.store = store;
        this.epochs = store.epochs();
        this.spill = store.spill();
        this.keyGroup = keyGroup;
        this.whenSparse = whenSparse;
    }

    // ---- one segment

    static int bytes(long segment) {
        return Memory.getInt(segment + BYTES);
    }

    /** Where its entries end. */
    static int filled(long segment) {
        return Memory.getInt(segment + FILLED);
    }

    /** Bytes of entries that are no gaps. */
    static int alive(long segment) {
        return Memory.getInt(segment + ALIVE);
    }

    static int keyGroup(long segment) {
        return Memory.getInt(segment + KEY_GROUP);
    }

    /** In which one of its entries was changed, or a later one. */
    static int lastEpoch(long segment) {
        return Memory.getInt(segment + LAST_EPOCH);
    }

    static void setLastEpoch(long segment, int epoch) {
        Memory.putInt(segment + LAST_EPOCH, epoch);
    }

    // ---- all of them

    int count() {
        return count;
    }

    /**
     * @param place below {@link #count}
     */
    long get(int place) {
        return segments[place];
    }

    boolean isOpen(long segment) {
        return segment == open;
    }

    /** The next entry comes into a new segment, which is a small one. */
    void closeOpen() {
        open = 0;
        nextBytes = MIN_BYTES;
    }

    private long add(int bytes) {
        long segment = store.allocate(bytes);
        if (count == segments.length) {
            segments = Arrays.copyOf(segments, 2 * count);
            shared = false;
        }
        // beyond what any snapshot has captured
        segments[count] = segment;
        Memory.putInt(segment + BYTES, bytes);
        Memory.putInt(segment + FILLED, HEADER_BYTES);
        Memory.putInt(segment + PLACE, count);
        Memory.putInt(segment + KEY_GROUP, keyGroup);
        count++;
        return segment;
    }

    /** A smaller one, if what is free of memory lies in smaller pieces. */
    private long add(int bytes, long needed) {
        int size = bytes;
        while (true) {
            try {
                return add(size);
            } catch (InsufficientManagedMemoryException e) {
                if (size / 2 < needed || size / 2 < MIN_BYTES) {
                    throw e;
                }
                size /= 2;
            }
        }
    }

    /**
     * Opens another segment.
     *
     * @param needed bytes that it must have room for
     */
    private void openAnother(int bytes, long needed) {
        int size = bytes;
        while (size < needed + HEADER_BYTES) {
            size *= 2;
        }
        long before = open;
        open = add(size, needed + HEADER_BYTES);
        if (before != 0) {
            checkSparse(before);
        }
    }

    /** Room for an entry; nothing that is there moves. */
    long append(long bytes) {
        if (bytes > LARGE_ENTRY_BYTES) {
            long needed = bytes + HEADER_BYTES;
            if (needed > ManagedMemory.MAX_BLOCK_BYTES) {
                throw new StateException(
                        Failure.Category.USER_CODE,
                        "A key with its value has "
                                + bytes
                                + " bytes; the limit is "
                                + (ManagedMemory.MAX_BLOCK_BYTES - HEADER_BYTES)
                                + ". Keep such values in a list or map state, in parts");
            }
            appendedTo = add(Integer.highestOneBit((int) needed - 1) << 1);
        } else {
            if (open == 0 || filled(open) + bytes > bytes(open)) {
                openAnother(nextBytes, bytes);
                nextBytes = Math.min(spill.segmentBytes(), 2 * nextBytes);
            }
            appendedTo = open;
        }
        int filled = filled(appendedTo);
        Memory.putInt(appendedTo + FILLED, filled + (int) bytes);
        Memory.putInt(appendedTo + ALIVE, alive(appendedTo) + (int) bytes);
        return appendedTo + filled;
    }

    /** In which {@link #append} has found room. */
    long appendedTo() {
        return appendedTo;
    }

    /** An entry with this mark was appended. */
    void onAppended(int mark) {
        int epoch = mark >>> Epochs.SHIFT;
        if (lastEpoch(appendedTo) < epoch) {
            setLastEpoch(appendedTo, epoch);
        }
    }

    /** Whether what is alive in a segment fits into the open one, which may be a new one. */
    boolean makeRoom(int bytes) {
        if (bytes > LARGE_ENTRY_BYTES && bytes > MAX_BYTES / 2) {
            return true; // a large entry, which moves into a segment of its own
        }
        if (open != 0 && bytes(open) - filled(open) >= bytes) {
            return true;
        }
        try {
            openAnother(spill.segmentBytes(), bytes);
            return true;
        } catch (InsufficientManagedMemoryException e) {
            return false; // whoever needs memory for more than this says so
        }
    }

    // ---- what is of use

    /** An entry has become a tombstone (1), or is none any more (-1). */
    void countTombstone(long at, int sign) {
        int bytes = sign * LogEntry.length(at);
        long segment = LogEntry.segment(at);
        Memory.putInt(segment + TOMBSTONES, Memory.getInt(segment + TOMBSTONES) + bytes);
        tombstoneBytes += bytes;
    }

    /** The same of tombstones that are not in a segment here, or in one that is about to go. */
    void countTombstoneBytes(int bytes) {
        tombstoneBytes += bytes;
    }

    /** An entry has become a gap; its segment may go with it. */
    void onDead(long at) {
        long segment = LogEntry.segment(at);
        int alive = alive(segment) - LogEntry.length(at);
        Memory.putInt(segment + ALIVE, alive);
        if (segment != open) {
            if (alive == 0) {
                remove(segment);
            } else {
                checkSparse(segment);
            }
        }
    }

    private void checkSparse(long segment) {
        int useful = alive(segment);
        if (tombstonesAreUseless) {
            useful -= Memory.getInt(segment + TOMBSTONES);
        }
        if (useful < bytes(segment) / 2 && Memory.getInt(segment + WAITS) == 0) {
            Memory.putInt(segment + WAITS, 1);
            if (waitingCount == waiting.length) {
                waiting = Arrays.copyOf(waiting, 2 * waitingCount);
            }
            waiting[waitingCount++] = segment;
            whenSparse.run();
        }
    }

    boolean hasSparse() {
        return waitingCount > 0;
    }

    /** A segment that waits to be compacted, which it does no more; 0 if there is none. */
    long nextSparse() {
        if (waitingCount == 0) {
            return 0;
        }
        long segment = waiting[--waitingCount];
        Memory.putInt(segment + WAITS, 0);
        return segment;
    }

    /** Tombstones may have become needless. */
    void onConfirmed() {
        tombstonesAreUseless = tombstoneBytes > 0;
    }

    /** Whether {@link #sweepTombstones} is to be called. */
    boolean hasUselessTombstones() {
        return tombstonesAreUseless;
    }

    /** Lets segments wait that are less than half alive without tombstones. */
    void sweepTombstones() {
        for (int i = 0; i < count; i++) {
            if (segments[i] != open) {
                checkSparse(segments[i]);
            }
        }
        tombstonesAreUseless = false;
    }

    /** Takes a segment out, and gives its memory back when no snapshot reads it. */
    void remove(long segment) {
        takeOut(segment);
        epochs.retire(segment, bytes(segment));
    }

    /** Takes a segment out of the list. */
    void takeOut(long segment) {
        if (Memory.getInt(segment + WAITS) != 0) {
            for (int i = 0; i < waitingCount; i++) {
                if (waiting[i] == segment) {
                    waiting[i] = waiting[--waitingCount];
                }
            }
        }
        if (shared) {
            segments = segments.clone();
            shared = false;
        }
        int place = Memory.getInt(segment + PLACE);
        count--;
        segments[place] = segments[count];
        Memory.putInt(segments[place] + PLACE, place);
    }

    Extent capture() {
        shared = true;
        return new Extent(segments, count, open, open == 0 ? 0 : filled(open));
    }

    /** Gives all memory back; nobody reads it any more. */
    void free(MemoryBudget memory) {
        for (int i = 0; i < count; i++) {
            memory.free(segments[i], bytes(segments[i]));
        }
        count = 0;
    }
}
