package io.millrace.runtime.state;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The time of a store, counted in snapshots, and what follows from it: which entries a snapshot
 * holds, which must be copied before they are changed, which memory may not be used again yet.
 *
 * <p>Each entry bears the epoch of its last change. A snapshot ends an epoch; it holds the entries
 * of that epoch and of those before, back to the base it builds on. The first change of an entry in
 * a new epoch <em>first</em> copies the entry to all open snapshots that may not have written it
 * yet, <em>then</em> sets the entry's epoch, then changes it. So the epoch is the entry's version:
 * a snapshot that reads the same epoch before and after it has read the entry has read it whole,
 * and otherwise has a copy.
 *
 * <p>What is replaced as a whole (a page that was split, a segment that was compacted) is not
 * changed any more, and is given back when no snapshot is open that was taken before.
 *
 * <p>Threads: owned by the subtask's thread, except for what is said at the methods.
 */
final class Epochs {
    /** Bits of an entry's mark below its epoch. */
    static final int SHIFT = 3;

    /** The entry was made in the epoch it bears, so that no snapshot has it. */
    static final int FRESH = 4;

    static final int KIND = 3;
    static final int LIVE = 0;

    /** Removed; some snapshot that may be a base holds it. */
    static final int TOMBSTONE = 1;

    /** No more than a gap. */
    static final int DEAD = 2;

    /** Not part of the state: it can be made anew from what is. */
    static final int DERIVED = 3;

    private static final int MAX_EPOCH = Integer.MAX_VALUE >>> SHIFT;

    private final MemoryBudget memory;
    private final Spill spill;
    private final SpillFile spillFile;
    private final String owner;
    private int current = 1;

    /** Opened and not yet closed, oldest first; replaced as a whole, under the lock. */
    private volatile OpenSnapshot[] open = {};

    /** May be confirmed. */
    private final List<OpenSnapshot> pending = new ArrayList<>();

    private int baseEpoch;
    private long baseCheckpointId = -1;
    private long lastCheckpointId = -1;

    /** Of the last confirmed full snapshot, and of all confirmed since. */
    private long fullBytes;

    private long incrementBytes;

    /** Frees all memory of the store; set when it was closed while snapshots were open. */
    private Runnable whenAllClosed;

    Epochs(MemoryBudget memory, Spill spill, String owner) {
        this.spill = spill;
        this.spillFile = spill.file();
        this.memory = memory;
        this.owner = owner;
    }

    int current() {
        return current;
    }

    /** The mark of an entry that is changed now. */
    int mark(int kind) {
        return current << SHIFT | kind;
    }

    /** Whether what is removed now may be in a snapshot that others build on. */
    boolean needsTombstones() {
        return baseEpoch > 0 || !pending.isEmpty();
    }

    /** Whether a tombstone still tells somebody something. */
    boolean needsTombstone(int epoch) {
        return epoch > baseEpoch && needsTombstones();
    }

    /** Whether an open snapshot may still need an entry of this epoch as it is. */
    boolean isHeld(int epoch) {
        for (OpenSnapshot snapshot : open) {
            if (snapshot.holds(epoch)) {
                return true;
            }
        }
        return false;
    }

    /** Copies an entry, already put together, to the snapshots that need it. */
    void keep(int epoch, int keyGroup, RecordBytes record) {
        for (OpenSnapshot snapshot : open) {
            if (snapshot.holds(epoch) && snapshot.keep(keyGroup, record)) {
                onGivenUp(snapshot);
            }
        }
        spill.onAllocated();
    }

    /** Gives a block back that snapshots may still read. */
    void retire(long block, int bytes) {
        OpenSnapshot newest = retireOrFree(block, bytes);
        if (newest != null && newest.giveUpIfTooMuch()) {
            onGivenUp(newest);
        }
    }

    private synchronized OpenSnapshot retireOrFree(long block, int bytes) {
        OpenSnapshot[] snapshots = open;
        if (snapshots.length == 0) {
            memory.free(block, bytes);
            return null;
        }
        OpenSnapshot newest = snapshots[snapshots.length - 1];
        newest.retired.add(block, bytes);
        return newest;
    }

    /** A segment of memory has moved to disk, where open snapshots find it. */
    void moved(long segment, int bytes, SpilledSegment to) {
        for (OpenSnapshot snapshot : open) {
            snapshot.onMoved(segment, to);
        }
        memory.free(segment, bytes);
    }

    /** Gives a piece of the file back that snapshots may still read. */
    synchronized void retire(SpilledSegment segment) {
        OpenSnapshot[] snapshots = open;
        if (snapshots.length == 0) {
            spillFile.free(segment.place(), segment.bytes());
        } else {
            snapshots[snapshots.length - 1].retiredSegments.add(segment);
        }
    }

    /** Gives all open snapshots up, as there is no memory; false if there is none. */
    boolean giveUpOpen() {
        OpenSnapshot[] snapshots = open;
        for (OpenSnapshot snapshot : snapshots) {
            if (snapshot.giveUpForMemory()) {
                onGivenUp(snapshot);
            }
        }
        return snapshots.length > 0;
    }

    /** What waits for a snapshot does not any more, although its writer has not noticed yet. */
    private void onGivenUp(OpenSnapshot snapshot) {
        snapshot.awaitReader();
        onClosed(snapshot);
    }

    /** Ends the epoch. */
    OpenSnapshot begin(long checkpointId, SnapshotKind kind, OpenSnapshot.Contents contents) {
        if (checkpointId <= lastCheckpointId) {
            throw new IllegalStateException(
                    owner + ": checkpoint " + checkpointId + " after " + lastCheckpointId);
        }
        if (current == MAX_EPOCH) {
            throw new StateException(
                    Failure.Category.STATE,
                    owner
                            + " has taken "
                            + current
                            + " snapshots, which is as many as can be counted: take a savepoint and"
                            + " start the job from it");
        }
        boolean increment =
                kind == SnapshotKind.INCREMENTAL && baseEpoch > 0 && incrementBytes <= fullBytes;
        OpenSnapshot snapshot =
                new OpenSnapshot(
                        this,
                        owner,
                        checkpointId,
                        increment ? baseCheckpointId : -1,
                        kind,
                        current,
                        increment ? baseEpoch : 0,
                        contents,
                        memory,
                        spillFile);
        lastCheckpointId = checkpointId;
        current++;
        if (kind != SnapshotKind.CANONICAL) {
            pending.add(snapshot);
        }
        synchronized (this) {
            OpenSnapshot[] more = Arrays.copyOf(open, open.length + 1);
            more[open.length] = snapshot;
            open = more;
        }
        return snapshot;
    }

    /**
     * @return whether the base has moved
     */
    boolean confirm(long checkpointId) {
        OpenSnapshot confirmed = null;
        for (OpenSnapshot snapshot : pending) {
            if (snapshot.checkpointId() == checkpointId) {
                confirmed = snapshot;
            }
        }
        if (confirmed == null) {
            return false;
        }
        baseEpoch = confirmed.epoch();
        baseCheckpointId = checkpointId;
        if (confirmed.baseCheckpointId() < 0) {
            fullBytes = confirmed.bytesWritten();
            incrementBytes = 0;
        } else {
            incrementBytes += confirmed.bytesWritten();
        }
        pending.removeIf(snapshot -> snapshot.checkpointId() <= checkpointId);
        return true;
    }

    void abort(long checkpointId) {
        pending.removeIf(snapshot -> snapshot.checkpointId() == checkpointId);
    }

    /** What a checkpoint holds is of another shape now: the next snapshot is a full one. */
    void forgetBase() {
        baseEpoch = 0;
    }

    /** All that is there now is what a checkpoint holds. */
    void restored(long checkpointId, long bytes) {
        baseEpoch = current++;
        baseCheckpointId = checkpointId;
        lastCheckpointId = checkpointId;
        fullBytes = bytes;
        incrementBytes = 0;
    }

    /** Called by a snapshot on its thread, and on the subtask's when it is given up. */
    synchronized void onClosed(OpenSnapshot closed) {
        OpenSnapshot[] before = open;
        if (!Arrays.asList(before).contains(closed)) {
            return; // given up before
        }
        OpenSnapshot[] rest = new OpenSnapshot[before.length - 1];
        OpenSnapshot older = null;
        int count = 0;
        for (OpenSnapshot snapshot : before) {
            if (snapshot != closed) {
                if (snapshot.epoch() < closed.epoch()) {
                    older = snapshot;
                }
                rest[count++] = snapshot;
            }
        }
        open = rest;
        if (older == null) {
            closed.retired.free(memory);
            for (SpilledSegment segment : closed.retiredSegments) {
                spillFile.free(segment.place(), segment.bytes());
            }
        } else {
            older.retired.addAll(closed.retired);
            older.retiredSegments.addAll(closed.retiredSegments);
        }
        closed.retiredSegments.clear();
        if (rest.length == 0 && whenAllClosed != null) {
            whenAllClosed.run();
        }
    }

    /** Runs an action now, or on the thread that closes the last open snapshot. */
    synchronized void whenAllClosed(Runnable action) {
        if (open.length == 0) {
            action.run();
        } else {
            whenAllClosed = action;
        }
    }

    /** Blocks and their sizes. */
    static final class Blocks {
        private long[] addresses = new long[8];
        private int[] bytes = new int[8];
        private int count;
        private final AtomicLong sum = new AtomicLong();

        void add(long address, int size) {
            if (count == addresses.length) {
                addresses = Arrays.copyOf(addresses, 2 * count);
                bytes = Arrays.copyOf(bytes, 2 * count);
            }
            addresses[count] = address;
            bytes[count++] = size;
            sum.addAndGet(size);
        }

        /** Bytes of all; may be asked by any thread. */
        long sum() {
            return sum.get();
        }

        void addAll(Blocks others) {
            for (int i = 0; i < others.count; i++) {
                add(others.addresses[i], others.bytes[i]);
            }
            others.count = 0;
            others.sum.set(0);
        }

        void free(MemoryBudget memory) {
            for (int i = 0; i < count; i++) {
                memory.free(addresses[i], bytes[i]);
            }
            count = 0;
            sum.set(0);
        }

        int count() {
            return count;
        }

        long address(int i) {
            return addresses[i];
        }

        int bytes(int i) {
            return bytes[i];
        }
    }

    /** Why a snapshot was given up. */
    static String givenUp(String owner, long checkpointId, InsufficientManagedMemoryException e) {
        return "Checkpoint "
                + checkpointId
                + " of "
                + owner
                + " was given up: what changed while it was written had to be copied, and there is"
                + " no memory for that. "
                + e.getMessage();
    }
}
