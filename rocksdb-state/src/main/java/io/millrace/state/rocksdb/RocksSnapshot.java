package io.millrace.state.rocksdb;

import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.SnapshotOutput;
import io.millrace.runtime.state.SnapshotWriter;
import io.millrace.runtime.state.StateDefinition.Shape;
import io.millrace.runtime.state.StateSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A snapshot of a store: a view of its database, that is read while it goes on.
 *
 * <p>Entries are in the database by key group, state and key, so that nothing need be kept to put
 * them in order: not even for a canonical snapshot, whose records come by key and then by state,
 * for which the states of a key group are merged.
 *
 * <p>Threads: written and closed by one, which may be any.
 */
final class RocksSnapshot implements StateSnapshot {
    /**
     * What it was taken of.
     *
     * @param hasFixedKey whether keys have eight bytes
     */
    record Contents(SnapshotWriter.Description description, boolean hasFixedKey) {
        List<Shape> states() {
            return description.states();
        }
    }

    /**
     * What it builds on.
     *
     * @param checkpointId -1 if it stands for itself
     * @param baseEpoch which the base has, and nothing after it
     * @param epoch the last one that the snapshot has
     */
    record Since(long checkpointId, int baseEpoch, int epoch) {
        static final Since ALL = new Since(-1, -1, -1);
    }

    private final Database.View view;
    private final Contents contents;
    private final long checkpointId;
    private final SnapshotKind kind;
    private final Since since;

    /** Key, namespace and part as they are in snapshots. */
    private final RecordBytes full = new RecordBytes(256);

    private volatile long bytesWritten;

    RocksSnapshot(
            Database.View view,
            Contents contents,
            long checkpointId,
            SnapshotKind kind,
            Since since) {
        this.view = view;
        this.contents = contents;
        this.checkpointId = checkpointId;
        this.kind = kind;
        this.since = since;
    }

    @Override
    public long checkpointId() {
        return checkpointId;
    }

    @Override
    public long baseCheckpointId() {
        return since.checkpointId();
    }

    long bytesWritten() {
        return bytesWritten;
    }

    @Override
    public long write(SnapshotOutput output) throws IOException {
        SnapshotWriter writer =
                new SnapshotWriter(
                        output, contents.description(), checkpointId, since.checkpointId(), kind);
        KeyGroupRange groups = contents.description().keyGroups();
        for (int group = groups.first(); group <= groups.last(); group++) {
            writer.begin(group);
            if (since.checkpointId() >= 0) {
                writeChanges(group, writer);
            } else if (kind == SnapshotKind.CANONICAL) {
                writeByKey(group, writer);
            } else {
                writeAll(group, writer);
            }
            writer.end();
        }
        bytesWritten = writer.finish();
        return bytesWritten;
    }

    private static byte[] groupBytes(int group) {
        return Arrays.copyOf(EntryKey.head(group, 0), 2);
    }

    private void writeAll(int group, SnapshotWriter writer) throws IOException {
        byte[] from = groupBytes(group);
        try (Database.Scan scan =
                view.scan(Database.Family.ENTRIES, from, EntryKey.after(from, from.length))) {
            for (; scan.isValid(); scan.next()) {
                write(scan.key(), 0, scan.value(), writer);
            }
        }
    }

    private void writeChanges(int group, SnapshotWriter writer) throws IOException {
        for (int epoch = since.baseEpoch() + 1; epoch <= since.epoch(); epoch++) {
            byte[] from = Increments.prefix(epoch, group);
            try (Database.Scan scan =
                    view.scan(Database.Family.CHANGES, from, EntryKey.after(from, from.length))) {
                for (; scan.isValid(); scan.next()) {
                    byte[] change = scan.key();
                    int at = Increments.ENTRY_AT;
                    write(change, at, view.get(change, at, change.length - at), writer);
                }
            }
        }
    }

    /** The entries of one state of a key group, in their order. */
    private static final class Stream {
        final int fileId;
        final Database.Scan scan;

        /** The current key; null at the end. */
        byte[] key;

        int keyEnd;

        Stream(int fileId, Database.Scan scan) {
            this.fileId = fileId;
            this.scan = scan;
        }

        void load(boolean hasFixedKey) {
            key = scan.isValid() ? scan.key() : null;
            if (key != null) {
                keyEnd = EntryKey.keyEnd(key, EntryKey.HEAD_BYTES, hasFixedKey);
            }
        }

        int compareKey(Stream other) {
            return Arrays.compareUnsigned(
                    key, EntryKey.HEAD_BYTES, keyEnd, other.key, EntryKey.HEAD_BYTES, other.keyEnd);
        }
    }

    private void writeByKey(int group, SnapshotWriter writer) throws IOException {
        boolean fixed = contents.hasFixedKey();
        List<Stream> streams = new ArrayList<>();
        try {
            int[] fileIds = SnapshotWriter.fileIds(contents.states(), kind);
            for (int id = 0; id < fileIds.length; id++) {
                byte[] from = EntryKey.head(group, id);
                Stream stream =
                        new Stream(
                                fileIds[id],
                                view.scan(
                                        Database.Family.ENTRIES,
                                        from,
                                        EntryKey.after(from, from.length)));
                streams.add(stream);
                stream.load(fixed);
            }
            streams.sort(Comparator.comparingInt(stream -> stream.fileId));
            for (Stream next = least(streams); next != null; next = least(streams)) {
                Stream of = next;
                byte[] key = of.key;
                int end = of.keyEnd;
                while (of.key != null
                        && Arrays.equals(
                                key,
                                EntryKey.HEAD_BYTES,
                                end,
                                of.key,
                                EntryKey.HEAD_BYTES,
                                of.keyEnd)) {
                    write(of.key, 0, of.scan.value(), writer);
                    of.scan.next();
                    of.load(fixed);
                }
            }
        } finally {
            streams.forEach(stream -> stream.scan.close());
        }
    }

    /** The one with the least key, of equal ones the first; null if all have ended. */
    private static Stream least(List<Stream> streams) {
        Stream least = null;
        for (Stream stream : streams) {
            if (stream.key != null && (least == null || stream.compareKey(least) < 0)) {
                least = stream;
            }
        }
        return least;
    }

    /**
     * @param from where the bytes of {@link EntryKey} begin
     * @param entry as {@link Cell} has it; null if it was removed
     */
    private void write(byte[] key, int from, byte[] entry, SnapshotWriter writer)
            throws IOException {
        int begin = from + EntryKey.HEAD_BYTES;
        int end = EntryKey.keyEnd(key, begin, contents.hasFixedKey());
        int state = EntryKey.state(key, from);
        full.truncate(0);
        EntryKey.readKey(full, key, begin, end, contents.hasFixedKey());
        int keyLength = full.length();
        full.put(key, end, key.length - end);
        if (entry == null) {
            writer.removed(state, full.bytes(), 0, keyLength, full.length());
            return;
        }
        boolean hasStamp = contents.states().get(state).hasStamp();
        int valueAt = Cell.EPOCH_BYTES + (hasStamp ? Long.BYTES : 0);
        writer.entry(
                state,
                full.bytes(),
                0,
                keyLength,
                full.length(),
                hasStamp,
                hasStamp ? RecordBytes.getLong(entry, Cell.EPOCH_BYTES) : 0,
                entry,
                valueAt,
                entry.length - valueAt);
    }

    @Override
    public void close() {
        view.close();
    }
}
