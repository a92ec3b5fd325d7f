package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;

/** A number in the log, because its key or namespace is none. */
final class LogLong implements StoredLong, StateHandle {
    private final BinaryStateStore store;
    private final StateDefinition state;
    private final LogCell cell;
    private final boolean hasTtl;
    private final byte[] bytes = new byte[8];

    LogLong(BinaryStateStore store, StateDefinition state, LogCell cell) {
        this.store = store;
        this.state = state;
        this.cell = cell;
        this.hasTtl = state.shape().hasStamp();
    }

    @Override
    public StateDefinition state() {
        return state;
    }

    @Override
    public byte[] namespaceBytes() {
        return cell.namespace().toBytes();
    }

    @Override
    public void setPane(long pane) {
        cell.setPane(pane);
    }

    @Override
    public void setNamespace(Object namespace) {
        cell.setNamespace(namespace);
    }

    private long findLive() {
        long at = cell.find();
        return at != 0 && LogEntry.isLive(at) ? at : 0;
    }

    @Override
    public long get(long otherwise) {
        long at = findLive();
        if (at == 0) {
            return otherwise;
        }
        long value = Memory.getLongBigEndian(LogEntry.value(at, state));
        return !hasTtl || LogTtl.read(store, state, at) ? value : otherwise;
    }

    @Override
    public void put(long value) {
        if (hasTtl) {
            store.onTtlWrite();
        }
        long at = cell.find();
        if (at != 0 && LogEntry.isLive(at)) {
            EntryLog log = store.log();
            log.setNumber(at, state, value);
            if (hasTtl) {
                log.setStamp(at, state, store.nowMillis());
            }
            return;
        }
        RecordBytes.setLong(bytes, 0, value);
        try {
            cell.foundAt(
                    store.logForWrite()
                            .put(
                                    state,
                                    at,
                                    cell.hash(),
                                    cell.full(),
                                    cell.keyLength(),
                                    cell.length(),
                                    bytes,
                                    0,
                                    8,
                                    0,
                                    hasTtl ? store.nowMillis() : 0));
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    @Override
    public long add(long delta) {
        long sum = get(0) + delta;
        put(sum);
        return sum;
    }

    @Override
    public void clear() {
        long at = findLive();
        if (at != 0) {
            store.log().remove(state, at);
        }
    }

    @Override
    public boolean isEmpty() {
        long at = findLive();
        return at == 0 || (hasTtl && LogTtl.isHidden(store, state, at));
    }
}
