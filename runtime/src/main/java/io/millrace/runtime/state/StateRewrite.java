package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Rewrites all entries of a state whose values have another shape than those that were restored.
 *
 * <p>They come out of the logs, as only values that are no numbers can become others; they go where
 * those of the new shape belong, which may be tables.
 *
 * <p>Threads: owned by the subtask's thread; nobody may hold an address.
 */
final class StateRewrite {
    private final StoreMemory store;
    private final StateDefinition former;
    private final StateDefinition now;
    private final ValueMigration<?> values;
    private final SnapshotRestore restore;

    /**
     * @param now what the store has by the number of the former one
     */
    StateRewrite(
            StoreMemory store,
            StateParts parts,
            StateDefinition former,
            StateDefinition now,
            ValueMigration<?> values) {
        this.store = store;
        this.former = former;
        this.now = now;
        this.values = values;
        this.restore = new SnapshotRestore(store, parts, Map.of(former.id(), now));
    }

    private record Entry(int group, byte[] full, int keyLength, long stampMillis, byte[] value) {}

    /**
     * Rewrites the entries of one key group.
     *
     * @throws IOException if a value cannot be rewritten
     */
    void rewrite(EntryLog log) throws IOException {
        for (Entry entry : entries(log)) {
            byte[] full = entry.full();
            byte[] value = values.convert(entry.value(), headBytes(full));
            if (now.isTable()) {
                long hash =
                        LogEntry.hash(
                                store.keyHash(full, entry.keyLength()),
                                former.id(),
                                full,
                                entry.keyLength(),
                                full.length);
                log.remove(former, log.find(hash, former, full, full.length));
            }
            restore.record(
                    entry.group(),
                    former.id(),
                    full,
                    entry.keyLength(),
                    entry.stampMillis(),
                    value);
        }
    }

    private List<Entry> entries(EntryLog log) {
        List<Entry> entries = new ArrayList<>();
        log.forEach(
                at -> {
                    if (LogEntry.stateId(at) == former.id()
                            && LogEntry.kind(at) != Epochs.DERIVED) {
                        byte[] full = new byte[LogEntry.fullLength(at)];
                        Memory.copy(LogEntry.full(at, former), full, 0, full.length);
                        byte[] value = new byte[LogEntry.valueLength(at)];
                        Memory.copy(LogEntry.value(at, former), value, 0, value.length);
                        entries.add(
                                new Entry(
                                        LogEntry.keyGroup(at),
                                        full,
                                        LogEntry.keyLength(at),
                                        former.shape().hasStamp() ? LogEntry.stamp(at) : 0,
                                        value));
                    }
                });
        return entries;
    }

    /** Bytes before the first value of an entry. */
    private int headBytes(byte[] full) {
        boolean isFirstPiece =
                former.shape().kind() == StateDefinition.Kind.LIST
                        && RecordBytes.getInt(full, full.length - 4) == 0;
        return isFirstPiece ? ListPieces.HEAD_BYTES : 0;
    }
}
