package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.io.IOException;

/**
 * Writes the entries of an {@link EntryLog} that a snapshot holds and that have not changed since,
 * while the log's own thread goes on.
 *
 * <p>Shape: an entry whose mark is the same before and after it was read was read whole; of any
 * other the snapshot has a copy ({@link Epochs}).
 *
 * <p>Threads: owned by the thread that writes the snapshot.
 */
final class LogReader {
    private final OpenSnapshot snapshot;
    private final SnapshotWriter writer;

    LogReader(OpenSnapshot snapshot, SnapshotWriter writer) {
        this.snapshot = snapshot;
        this.writer = writer;
    }

    void write(EntryLog.Extent log) throws IOException {
        LogSegments.Extent inMemory = log.inMemory();
        for (int i = 0; i < inMemory.count(); i++) {
            long segment = inMemory.segments()[i];
            snapshot.gather(records -> read(segment, inMemory, records), writer);
        }
        for (int i = 0; i < log.onDisk().count(); i++) {
            SpilledSegment segment = log.onDisk().segments()[i];
            if (segment != null) {
                snapshot.gather(records -> read(segment, records), writer);
            }
        }
    }

    private void read(long segment, LogSegments.Extent of, RecordBytes records) {
        SpilledSegment moved = snapshot.moved(segment);
        if (moved != null) {
            read(moved, records);
        } else if (snapshot.mayHold(LogSegments.lastEpoch(segment))) {
            read(
                    segment,
                    segment == of.last() ? of.lastFilled() : LogSegments.filled(segment),
                    records);
        }
    }

    /** On disk nothing changes, but entries may have left before. */
    private void read(SpilledSegment segment, RecordBytes records) {
        if (!snapshot.mayHold(segment.lastEpoch())) {
            return;
        }
        long image = snapshot.load(segment);
        for (int offset = LogSegments.HEADER_BYTES; offset < segment.bytes(); ) {
            long at = image + offset;
            int begin = offset;
            offset += LogEntry.length(at);
            int mark = LogEntry.mark(at);
            if (isHeld(mark) && !segment.isGone(begin, snapshot.epoch())) {
                put(at, mark, records);
            }
        }
    }

    private void read(long segment, int filled, RecordBytes records) {
        for (int offset = LogSegments.HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += LogEntry.length(at);
            int mark = LogEntry.mark(at);
            if (!isHeld(mark)) {
                continue;
            }
            Memory.acquireFence();
            int before = records.length();
            put(at, mark, records);
            Memory.acquireFence();
            if (LogEntry.mark(at) != mark) {
                records.truncate(before);
            }
        }
    }

    private boolean isHeld(int mark) {
        return snapshot.holds(mark >>> Epochs.SHIFT) && (mark & Epochs.KIND) <= Epochs.TOMBSTONE;
    }

    private void put(long at, int mark, RecordBytes records) {
        StateDefinition state = snapshot.contents().states()[LogEntry.stateId(at)];
        int begin = records.reserve(Integer.BYTES);
        LogEntry.encode(at, state, mark, records);
        records.setInt(begin, records.length() - begin - Integer.BYTES);
    }
}
