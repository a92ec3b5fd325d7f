package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;

/**
 * An ordered state: entries of the log without values, and beside it {@link OrderedEntries}.
 *
 * <p>Format: the part of an entry is the order with its sign flipped, so that its bytes are ordered
 * too.
 */
final class LogOrdered implements OrderedState {
    private final BinaryStateStore store;
    private final StateDefinition state;
    private final LogCell cell;
    private long order = NONE;

    LogOrdered(BinaryStateStore store, StateDefinition state, LogCell cell) {
        this.store = store;
        this.state = state;
        this.cell = cell;
    }

    @Override
    public void setPane(long pane) {
        cell.setPane(pane);
    }

    @Override
    public void setNamespace(Object namespace) {
        cell.setNamespace(namespace);
    }

    private long find(long order) {
        cell.setPart(order ^ Long.MIN_VALUE);
        return cell.findPart();
    }

    @Override
    public boolean add(long order) {
        long at = find(order);
        if (at != 0 && LogEntry.isLive(at)) {
            return false;
        }
        try {
            add(
                    store.logForWrite(),
                    state,
                    at,
                    cell.hash(),
                    cell.full(),
                    cell.keyLength(),
                    cell.length());
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
        return true;
    }

    /** Adds an entry whose last eight bytes are the order. */
    static void add(
            EntryLog log,
            StateDefinition state,
            long found,
            long hash,
            byte[] full,
            int keyLength,
            int length) {
        long order = RecordBytes.getLong(full, length - 8) ^ Long.MIN_VALUE;
        state.order.reserve(order, length - 8);
        long at = log.put(state, found, hash, full, keyLength, length, full, 0, 0, 0, 0);
        state.order.add(state, order, at, full, keyLength, length - 8);
    }

    @Override
    public boolean delete(long order) {
        long at = find(order);
        if (at == 0 || !LogEntry.isLive(at)) {
            return false;
        }
        store.log().remove(state, at);
        return true;
    }

    @Override
    public boolean contains(long order) {
        long at = find(order);
        return at != 0 && LogEntry.isLive(at);
    }

    @Override
    public long least() {
        try {
            return state.order.least(state);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    @Override
    public boolean poll(long limit) {
        if (size() == 0) {
            return false;
        }
        long least = least();
        if (least > limit) {
            return false;
        }
        long at = state.order.leastEntry();
        store.setCurrentKey(at, state);
        int from = LogEntry.keyLength(at);
        int count = LogEntry.fullLength(at) - from - 8;
        byte[] namespace = new byte[count];
        Memory.copy(LogEntry.full(at, state) + from, namespace, 0, count);
        cell.setNamespace(namespace, 0, count);
        order = least;
        EntryLog log = store.log();
        log.remove(state, at);
        if (log.isUntidy()) {
            log.tidy();
        }
        return true;
    }

    @Override
    public long order() {
        return order;
    }

    @Override
    public long pane() {
        return cell.namespace().pane();
    }

    @Override
    public Object namespace() {
        return cell.namespace().object();
    }

    @Override
    public long size() {
        return state.order.size();
    }
}
