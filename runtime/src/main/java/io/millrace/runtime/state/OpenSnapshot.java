package io.millrace.runtime.state;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A snapshot that is being written while its store goes on.
 *
 * <p>Threads: the subtask's thread keeps copies in it, another writes and closes it; what both
 * touch is guarded by its lock, which is held for one copy at a time.
 */
final class OpenSnapshot implements StateSnapshot {
    /** Copies may take this part of the store's memory before a snapshot is given up. */
    private static final int COPIES_PART = 4;

    private static final int MIN_BLOCK_BYTES = 512;
    private static final int MAX_BLOCK_BYTES = 32 << 10;

    /**
     * What is to be written, as it was found when the epoch ended. None of these arrays is changed
     * afterwards.
     *
     * @param tables by state and key group; null where a state has none
     * @param paneTables by state and key group; null where a state has none
     * @param logs by key group; null where there is none
     */
    record Contents(
            KeyGroupRange keyGroups,
            int maxParallelism,
            String keyType,
            StateDefinition[] states,
            EntryTable.Extent[][] tables,
            PaneTables.Captured[][] paneTables,
            EntryLog.Extent[] logs) {}

    /** Copies of entries of one key group: each its length and its bytes, across blocks. */
    private static final class Copies {
        private final Epochs.Blocks blocks = new Epochs.Blocks();
        private int inLast;
        private boolean done;
    }

    private final Epochs epochs;
    private final String owner;
    private final long checkpointId;
    private final long baseCheckpointId;
    private final SnapshotKind kind;
    private final int epoch;
    private final int baseEpoch;
    private final Contents contents;
    private final MemoryBudget memory;
    private final Copies[] copies;
    private long copiedBytes;
    private volatile String givenUp;
    private boolean closed;

    /** Held while memory is read that is not the subtask's thread's own. */
    private final Object reading = new Object();

    private final RecordBytes gathered = new RecordBytes(1024);

    /** Segments that were moved to disk since, by where they lay; guarded by {@link #reading}. */
    private final Map<Long, SpilledSegment> moved = new HashMap<>();

    /** Of the writer's thread. */
    private final SpillFrame frame;

    /** Of the writer's thread. */
    private final RecordSorter sorter;

    private volatile long bytesWritten;

    /** Guarded by the lock of {@link Epochs}. */
    final Epochs.Blocks retired = new Epochs.Blocks();

    /** Guarded by the lock of {@link Epochs}. */
    final List<SpilledSegment> retiredSegments = new ArrayList<>();

    OpenSnapshot(
            Epochs epochs,
            String owner,
            long checkpointId,
            long baseCheckpointId,
            SnapshotKind kind,
            int epoch,
            int baseEpoch,
            Contents contents,
            MemoryBudget memory,
            SpillFile spillFile) {
        this.epochs = epochs;
        this.owner = owner;
        this.checkpointId = checkpointId;
        this.baseCheckpointId = baseCheckpointId;
        this.kind = kind;
        this.epoch = epoch;
        this.baseEpoch = baseEpoch;
        this.contents = contents;
        this.memory = memory;
        this.frame = new SpillFrame(spillFile, memory);
        this.sorter = new RecordSorter(spillFile, spillFile.isUsable());
        this.copies = new Copies[contents.keyGroups().size()];
    }

    @Override
    public long checkpointId() {
        return checkpointId;
    }

    @Override
    public long baseCheckpointId() {
        return baseCheckpointId;
    }

    SnapshotKind kind() {
        return kind;
    }

    /** The last epoch it holds. */
    int epoch() {
        return epoch;
    }

    Contents contents() {
        return contents;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    /** Whether entries that bear this epoch are a part of it. */
    boolean holds(int entryEpoch) {
        return entryEpoch > baseEpoch && entryEpoch <= epoch;
    }

    /**
     * Whether a page may hold such entries.
     *
     * @param lastEpoch in which the page was changed, or a later one
     */
    boolean mayHold(int lastEpoch) {
        return lastEpoch > baseEpoch;
    }

    /**
     * Keeps the copy of an entry that is about to change; called by the subtask's thread.
     *
     * @return whether the snapshot had to be given up
     */
    boolean keep(int keyGroup, RecordBytes record) {
        String before = givenUp;
        keepOrGiveUp(keyGroup, record);
        return before == null && givenUp != null;
    }

    private synchronized void keepOrGiveUp(int keyGroup, RecordBytes record) {
        int at = keyGroup - contents.keyGroups().first();
        Copies of = copies[at];
        if (closed || givenUp != null || (of != null && of.done)) {
            return;
        }
        if (of == null) {
            of = new Copies();
            copies[at] = of;
        }
        try {
            byte[] length = new byte[4];
            length[0] = (byte) (record.length() >>> 24);
            length[1] = (byte) (record.length() >>> 16);
            length[2] = (byte) (record.length() >>> 8);
            length[3] = (byte) record.length();
            append(of, length, 4);
            append(of, record.bytes(), record.length());
        } catch (InsufficientManagedMemoryException e) {
            giveUp(Epochs.givenUp(owner, checkpointId, e));
            return;
        }
        if (isTooMuch()) {
            giveUp(tooMuch());
        }
    }

    private boolean isTooMuch() {
        return copiedBytes + retired.sum() > memory.limitBytes() / COPIES_PART;
    }

    private String tooMuch() {
        return "Checkpoint "
                + checkpointId
                + " of "
                + owner
                + " was given up: what changed while it was written had to be kept, and that would"
                + " take more than a "
                + COPIES_PART
                + "th of the store's "
                + memory.limitBytes()
                + " bytes. Storage may be slow; else raise taskmanager.memory.managed.size or"
                + " taskmanager.memory.managed.fraction";
    }

    /** Gives up if too much memory waits for it; called by the subtask's thread. */
    synchronized boolean giveUpIfTooMuch() {
        if (givenUp != null || closed || !isTooMuch()) {
            return false;
        }
        giveUp(tooMuch());
        return true;
    }

    /** Gives up because there is no memory for what goes on; called by the subtask's thread. */
    synchronized boolean giveUpForMemory() {
        if (givenUp != null || closed) {
            return false;
        }
        giveUp(
                "Checkpoint "
                        + checkpointId
                        + " of "
                        + owner
                        + " was given up: the state itself needs the memory that was kept for it."
                        + " Raise taskmanager.memory.managed.size or"
                        + " taskmanager.memory.managed.fraction");
        return true;
    }

    /** A segment has moved to disk; its memory may be used again after this call. */
    void onMoved(long segment, SpilledSegment to) {
        synchronized (reading) {
            moved.putIfAbsent(segment, to);
        }
    }

    /** Where a segment lies that is on disk; null if it is in memory. Asked by {@link Reader}s. */
    SpilledSegment moved(long segment) {
        assert Thread.holdsLock(reading);
        return moved.get(segment);
    }

    /** Brings bytes of a segment from disk; asked by {@link Reader}s. */
    long load(SpilledSegment segment) {
        assert Thread.holdsLock(reading);
        return frame.load(segment.place(), segment.bytes());
    }

    /** Waits until nothing is read, which after it was given up is for good. */
    void awaitReader() {
        synchronized (reading) {
            assert givenUp != null;
        }
    }

    private void append(Copies to, byte[] bytes, int count) {
        int done = 0;
        while (done < count) {
            int last = to.blocks.count() - 1;
            int size = last < 0 ? 0 : to.blocks.bytes(last);
            if (to.inLast == size) {
                int next = Math.min(MAX_BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, 2 * size));
                to.blocks.add(memory.allocate(next), next);
                copiedBytes += next;
                to.inLast = 0;
                continue;
            }
            int part = Math.min(count - done, size - to.inLast);
            Memory.copy(bytes, done, to.blocks.address(last) + to.inLast, part);
            to.inLast += part;
            done += part;
        }
    }

    private void giveUp(String reason) {
        givenUp = reason;
        freeCopies();
    }

    private void freeCopies() {
        for (Copies each : copies) {
            if (each != null) {
                each.blocks.free(memory);
                each.inLast = 0;
            }
        }
    }

    /**
     * Ends the copying of one key group, whose entries have been read, and hands the copies over.
     *
     * @param into the copies, each with its length before it
     */
    private synchronized void takeCopies(int keyGroup, RecordBytes into) {
        checkGivenUp();
        int at = keyGroup - contents.keyGroups().first();
        if (copies[at] == null) {
            copies[at] = new Copies();
        }
        Copies of = copies[at];
        of.done = true;
        int count = of.blocks.count();
        for (int i = 0; i < count; i++) {
            into.put(of.blocks.address(i), i == count - 1 ? of.inLast : of.blocks.bytes(i));
        }
        of.blocks.free(memory);
    }

    private void checkGivenUp() {
        if (givenUp != null) {
            throw new StateException(Failure.Category.STATE, givenUp);
        }
    }

    /** Reads a page or segment. */
    @FunctionalInterface
    interface Reader {

        /**
         * @param records each with its length before it
         */
        void read(RecordBytes records) throws IOException;
    }

    /**
     * Reads what may be given back when the snapshot is given up, and writes it when nobody need
     * wait for that any more: the output may take its time.
     */
    void gather(Reader reader, SnapshotWriter writer) throws IOException {
        gathered.truncate(0);
        synchronized (reading) {
            checkGivenUp();
            reader.read(gathered);
        }
        put(gathered, writer);
    }

    private static void put(RecordBytes records, SnapshotWriter writer) throws IOException {
        for (int from = 0; from < records.length(); ) {
            int length = RecordBytes.getInt(records.bytes(), from);
            writer.record(records.bytes(), from + 4, length);
            from += 4 + length;
        }
    }

    @Override
    public long write(SnapshotOutput output) throws IOException {
        try {
            return writeAll(output);
        } catch (InsufficientManagedMemoryException e) {
            throw new StateException(
                    Failure.Category.STATE, Epochs.givenUp(owner, checkpointId, e), e);
        } finally {
            frame.close();
            sorter.close();
        }
    }

    private long writeAll(SnapshotOutput output) throws IOException {
        SnapshotWriter writer =
                new SnapshotWriter(output, contents, checkpointId, baseCheckpointId, kind, sorter);
        LogReader logs = new LogReader(this, writer);
        RecordBytes copied = new RecordBytes(1024);
        for (int group = contents.keyGroups().first();
                group <= contents.keyGroups().last();
                group++) {
            writer.begin(group);
            int at = group - contents.keyGroups().first();
            for (int i = 0; i < contents.states().length; i++) {
                StateDefinition state = contents.states()[i];
                EntryTable.Extent[] tables = contents.tables()[i];
                PaneTables.Captured[] paneTables = contents.paneTables()[i];
                if (tables != null && tables[at] != null) {
                    state.tables[at].read(tables[at], this, writer);
                } else if (paneTables != null && paneTables[at] != null) {
                    paneTables[at].read(this, writer);
                }
            }
            if (contents.logs()[at] != null) {
                logs.write(contents.logs()[at]);
            }
            copied.truncate(0);
            takeCopies(group, copied);
            put(copied, writer);
            writer.end();
        }
        long bytes = writer.finish();
        synchronized (this) {
            checkGivenUp();
        }
        bytesWritten = bytes;
        return bytes;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            freeCopies();
        }
        epochs.onClosed(this);
    }
}
