package io.millrace.runtime.state;

import java.util.Arrays;
import java.util.Map;

/**
 * Puts what a snapshot holds into tables and logs, as if it were written now: what comes later of
 * an entry takes the place of what came before, or removes it.
 *
 * <p>Threads: owned by the subtask's thread; nobody may hold an address.
 */
final class SnapshotRestore implements SnapshotReader.Records {
    private final StoreMemory store;
    private final StateParts parts;
    private final Map<Integer, StateDefinition> byFileId;
    private byte[] full = new byte[64];

    /**
     * @param byFileId the states by their numbers in the snapshot
     */
    SnapshotRestore(StoreMemory store, StateParts parts, Map<Integer, StateDefinition> byFileId) {
        this.store = store;
        this.parts = parts;
        this.byFileId = byFileId;
    }

    /** An entry whose key, namespace and part are the first of the bytes. */
    void record(
            int group,
            int fileId,
            byte[] fullBytes,
            int keyLength,
            long stampMillis,
            byte[] value) {
        int length = fullBytes.length;
        byte[] bytes = Arrays.copyOf(fullBytes, length + value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        record(group, fileId, bytes, 0, keyLength, length, stampMillis, length, value.length);
    }

    @Override
    public void record(
            int group,
            int fileId,
            byte[] bytes,
            int from,
            int keyLength,
            int length,
            long stampMillis,
            int value,
            int valueLength) {
        StateDefinition state = byFileId.get(fileId);
        if (full.length < length) {
            full = new byte[2 * length];
        }
        System.arraycopy(bytes, from, full, 0, length);
        if (store.spill().isPressed()) {
            store.relieve();
        }
        long hash = store.keyHash(full, keyLength);
        if (state.isTable()) {
            inTable(state, group, hash, length, stampMillis, bytes, value);
        } else {
            inLog(state, group, hash, keyLength, length, stampMillis, bytes, value, valueLength);
        }
    }

    private void inTable(
            StateDefinition state,
            int group,
            long keyHash,
            int length,
            long stampMillis,
            byte[] bytes,
            int value) {
        boolean hasPane = length > 8;
        long key = RecordBytes.getLong(full, 0);
        long pane = hasPane ? RecordBytes.getLong(full, 8) : 0;
        EntryTable table = parts.tableForWrite(state, group, pane);
        long hash = EntryTable.hash(keyHash, pane, hasPane);
        long at = table.find(key, pane, hash);
        if (value < 0) {
            if (at != 0 && EntryTable.isLive(at)) {
                table.remove(at);
            }
            return;
        }
        long number = RecordBytes.getLong(bytes, value);
        if (at == 0) {
            table.insert(key, pane, hash, number, stampMillis);
        } else {
            table.set(at, number);
            if (state.shape().hasStamp()) {
                table.setStamp(at, stampMillis);
            }
        }
    }

    private void inLog(
            StateDefinition state,
            int group,
            long keyHash,
            int keyLength,
            int length,
            long stampMillis,
            byte[] bytes,
            int value,
            int valueLength) {
        EntryLog log = parts.logForWrite(group);
        if (log.isUntidy()) {
            log.tidy();
        }
        long hash = LogEntry.hash(keyHash, state.id(), full, keyLength, length);
        long at = log.find(hash, state, full, length);
        boolean live = at != 0 && LogEntry.isLive(at);
        if (value < 0) {
            if (live) {
                log.remove(state, at);
            }
            return;
        }
        if (state.shape().kind() == StateDefinition.Kind.ORDERED) {
            if (!live) {
                LogOrdered.add(log, state, at, hash, full, keyLength, length);
            }
            return;
        }
        boolean isNewOfMap = !live && state.shape().kind() == StateDefinition.Kind.MAP;
        int prefix = isNewOfMap ? keyLength + state.namespaceLength(full, keyLength) : 0;
        if (isNewOfMap) {
            log.members().reserve(state, full, keyLength, prefix, length);
        }
        at =
                log.put(
                        state,
                        at,
                        hash,
                        full,
                        keyLength,
                        length,
                        bytes,
                        value,
                        valueLength,
                        0,
                        stampMillis);
        if (isNewOfMap) {
            log.members().add(state, at, full, prefix, length);
        }
    }
}
