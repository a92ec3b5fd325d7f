package io.millrace.runtime.state;

import java.util.Arrays;

/**
 * A segment of an {@link EntryLog} that lies on local disk, as it was when it left memory; and
 * which of its entries have left it since, to be found in memory again.
 *
 * <p>Threads: owned by the subtask's thread; {@link #isGone} may be asked by a snapshot's.
 */
final class SpilledSegment {
    private final long place;
    private final int bytes;
    private final int lastEpoch;
    private int alive;
    private int tombstones;
    private boolean waits;

    /** Places of entries, each with the epoch it left in behind it. */
    private volatile int[] gone = {};

    private volatile int goneCount;

    /**
     * @param place in the {@link SpillFile}
     * @param lastEpoch in which one of its entries was changed
     */
    SpilledSegment(long place, int bytes, int lastEpoch) {
        this.place = place;
        this.bytes = bytes;
        this.lastEpoch = lastEpoch;
    }

    long place() {
        return place;
    }

    int bytes() {
        return bytes;
    }

    int lastEpoch() {
        return lastEpoch;
    }

    /** Bytes of entries that are only here. */
    int alive() {
        return alive;
    }

    void addAlive(int entryBytes) {
        alive += entryBytes;
    }

    /** Bytes of tombstones among them. */
    void addTombstones(int entryBytes) {
        tombstones += entryBytes;
    }

    /** Whether less than half of it is alive and nobody has been told yet. */
    boolean becomesSparse() {
        return becomesSparse(alive);
    }

    /** The same if tombstones have become needless. */
    boolean becomesSparseWithoutTombstones() {
        return tombstones > 0 && becomesSparse(alive - tombstones);
    }

    private boolean becomesSparse(int useful) {
        if (waits || useful >= bytes / 2) {
            return false;
        }
        waits = true;
        return true;
    }

    /** An entry lies elsewhere from this epoch on. */
    void leave(int offset, int epoch) {
        int count = goneCount;
        int[] all = gone;
        if (2 * count == all.length) {
            all = Arrays.copyOf(all, Math.max(4, 2 * all.length));
            gone = all;
        }
        all[2 * count] = offset;
        all[2 * count + 1] = epoch;
        goneCount = count + 1;
    }

    /** Whether an entry lay elsewhere already when an epoch ended. */
    boolean isGone(int offset, int epoch) {
        int count = goneCount;
        int[] all = gone;
        for (int i = 0; i < count; i++) {
            if (all[2 * i] == offset) {
                return all[2 * i + 1] <= epoch;
            }
        }
        return false;
    }
}
