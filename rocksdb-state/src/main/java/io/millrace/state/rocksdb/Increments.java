package io.millrace.state.rocksdb;

import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.SnapshotKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What increments are made of: the keys of entries that were changed or removed, by the epoch in
 * which they were. A snapshot ends an epoch.
 *
 * <p>They are kept in the database beside the state, so that there may be as many as there are
 * entries. Each entry bears the epoch of its last change; one that was read before it is changed is
 * noted once in each epoch, one that is written unread may be noted again, which costs a write and
 * nothing else. Nothing is noted before the first incremental snapshot was asked for.
 *
 * <p>Format: epoch 4, then the bytes of an {@link EntryKey}; no value.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class Increments {
    private static final byte[] NOTHING = {};

    /** After as many snapshots that were not confirmed, the next is a full one. */
    private static final int MAX_EPOCHS = 100;

    /** Where the entry begins in a note. */
    static final int ENTRY_AT = 4;

    /** A snapshot that may be confirmed. */
    private record Pending(RocksSnapshot snapshot, int epoch) {}

    private final Database database;
    private final String owner;
    private final List<Pending> pending = new ArrayList<>();
    private int epoch = 1;
    private byte[] note = new byte[64];

    private boolean noting;

    /** The first epoch of which all changes are noted. */
    private int notedFrom;

    /** -1: there is no base. */
    private int baseEpoch = -1;

    private long baseCheckpointId = -1;
    private long lastCheckpointId = -1;

    /** Of the last confirmed full snapshot, and of all confirmed since. */
    private long fullBytes;

    private long incrementBytes;

    Increments(Database database, String owner) {
        this.database = database;
        this.owner = owner;
    }

    int epoch() {
        return epoch;
    }

    boolean isNoting() {
        return noting;
    }

    /** An entry is about to change. */
    void note(byte[] key, int length) {
        if (!noting) {
            return;
        }
        if (note.length < length + 4) {
            note = new byte[2 * (length + 4)];
        }
        RecordBytes.setInt(note, 0, epoch);
        System.arraycopy(key, 0, note, 4, length);
        database.put(Database.Family.CHANGES, note, length + 4, NOTHING, 0);
    }

    /** What was changed in an epoch begins with these bytes. */
    static byte[] prefix(int epoch) {
        byte[] prefix = new byte[4];
        RecordBytes.setInt(prefix, 0, epoch);
        return prefix;
    }

    /** What was changed in an epoch in one key group begins with these bytes. */
    static byte[] prefix(int epoch, int keyGroup) {
        byte[] prefix = Arrays.copyOf(prefix(epoch), 6);
        prefix[4] = (byte) (keyGroup >>> 8);
        prefix[5] = (byte) keyGroup;
        return prefix;
    }

    /** Ends the epoch, and opens a snapshot that holds what there is. */
    RocksSnapshot begin(long checkpointId, SnapshotKind kind, RocksSnapshot.Contents contents) {
        if (checkpointId <= lastCheckpointId) {
            throw new IllegalStateException(
                    owner + ": checkpoint " + checkpointId + " after " + lastCheckpointId);
        }
        forgetUselessNotes();
        boolean isIncrement =
                kind == SnapshotKind.INCREMENTAL && hasBase() && incrementBytes <= fullBytes;
        RocksSnapshot snapshot =
                new RocksSnapshot(
                        database.view(),
                        contents,
                        checkpointId,
                        kind,
                        isIncrement
                                ? new RocksSnapshot.Since(baseCheckpointId, baseEpoch, epoch)
                                : RocksSnapshot.Since.ALL);
        lastCheckpointId = checkpointId;
        if (kind != SnapshotKind.CANONICAL) {
            pending.add(new Pending(snapshot, epoch));
        }
        epoch++;
        if (kind == SnapshotKind.INCREMENTAL && !noting) {
            startNoting();
        }
        return snapshot;
    }

    /** Where no checkpoint completes, what has changed since the last one must not pile up. */
    private void forgetUselessNotes() {
        boolean useless = !hasBase() && pending.isEmpty();
        boolean tooMany = epoch - Math.max(baseEpoch, notedFrom) > MAX_EPOCHS;
        if (noting && (useless || tooMany)) {
            database.deleteRange(Database.Family.CHANGES, prefix(0), prefix(epoch));
            notedFrom = epoch;
        }
    }

    private boolean hasBase() {
        return noting && baseEpoch >= 0 && baseEpoch + 1 >= notedFrom;
    }

    private void startNoting() {
        noting = true;
        notedFrom = epoch;
    }

    void confirm(long checkpointId) {
        for (Pending each : List.copyOf(pending)) {
            RocksSnapshot snapshot = each.snapshot();
            if (snapshot.checkpointId() != checkpointId) {
                continue;
            }
            baseEpoch = each.epoch();
            baseCheckpointId = checkpointId;
            if (snapshot.baseCheckpointId() < 0) {
                fullBytes = snapshot.bytesWritten();
                incrementBytes = 0;
            } else {
                incrementBytes += snapshot.bytesWritten();
            }
            pending.removeIf(other -> other.snapshot().checkpointId() <= checkpointId);
            if (noting) {
                database.deleteRange(Database.Family.CHANGES, prefix(0), prefix(baseEpoch + 1));
            }
        }
    }

    void abort(long checkpointId) {
        pending.removeIf(each -> each.snapshot().checkpointId() == checkpointId);
    }

    /** What checkpoints hold is of another shape now: the next snapshot is a full one. */
    void forgetBase() {
        baseEpoch = -1;
        noting = false;
    }

    /** All that is there now is what a checkpoint holds. */
    void restored(long checkpointId, long bytes) {
        baseEpoch = epoch++;
        baseCheckpointId = checkpointId;
        lastCheckpointId = checkpointId;
        fullBytes = bytes;
        incrementBytes = 0;
        startNoting();
    }
}
