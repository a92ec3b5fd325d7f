package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import java.util.Collections;
import java.util.Iterator;

/** A list in the log, whose entries are its {@link ListPieces}. */
final class LogList<E> implements StoredList<E>, StateHandle {
    private final BinaryStateStore store;
    private final StateDefinition state;
    private final LogCell cell;
    private final ListPieces<E> elements;
    private final boolean hasTtl;
    private final ListPieces.Added added = this::add;

    LogList(BinaryStateStore store, StateDefinition state, LogCell cell, ListPieces<E> elements) {
        this.store = store;
        this.state = state;
        this.cell = cell;
        this.elements = elements;
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

    /** A live piece, or 0. */
    private long piece(int number) {
        cell.setPart(number);
        long at = cell.findPart();
        return at != 0 && LogEntry.isLive(at) ? at : 0;
    }

    /** The number of pieces; 0 if there is no list. */
    private int pieces() {
        state.onLookUp();
        long first = piece(0);
        return first == 0 ? 0 : LogEntry.getHead(LogEntry.value(first, state));
    }

    /** Later pieces are younger, so that the last one expires last. */
    private boolean isExpired(int pieces) {
        long last = piece(pieces - 1);
        return last == 0 || state.ttl().isExpired(LogEntry.stamp(last), store.nowMillis());
    }

    @Override
    public void add(E element) {
        elements.write(element, added);
    }

    @Override
    public void addAll(Iterable<? extends E> all) {
        elements.writeAll(all, added);
    }

    @Override
    public void update(Iterable<? extends E> all) {
        clear();
        addAll(all);
    }

    private void add(byte[] bytes, int count) {
        if (hasTtl) {
            store.onTtlWrite();
        }
        try {
            add(bytes, count, hasTtl ? store.nowMillis() : 0);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    private void add(byte[] bytes, int count, long now) {
        int pieces = pieces();
        if (pieces > 0 && hasTtl && isExpired(pieces)) {
            clear();
            pieces = 0;
        }
        if (pieces == 0) {
            byte[] first = ListPieces.first(bytes, count);
            put(0, first, first.length, now);
            return;
        }
        long last = piece(pieces - 1);
        int length = LogEntry.valueLength(last);
        if (ListPieces.fit(length, count)) {
            int spare = Math.min(length + count, ListPieces.PIECE_BYTES - length - count);
            store.log().extend(state, last, cell.hash(), bytes, count, spare, now);
            return;
        }
        put(pieces, bytes, count, now);
        cell.setPart(0);
        EntryLog log = store.log();
        log.setHead(cell.findPartUnmoved(log), state, pieces + 1);
    }

    private void put(int number, byte[] value, int count, long now) {
        cell.setPart(number);
        EntryLog log = store.logForWrite();
        log.put(
                state,
                cell.findPartUnmoved(log),
                cell.hash(),
                cell.full(),
                cell.keyLength(),
                cell.length(),
                value,
                0,
                count,
                0,
                now);
    }

    @Override
    public Iterator<E> iterator() {
        int pieces = pieces();
        if (pieces == 0) {
            return Collections.emptyIterator();
        }
        if (hasTtl
                && state.ttl().visibility() == StateTtl.Visibility.NEVER_RETURN_EXPIRED
                && isExpired(pieces)) {
            clear();
            return Collections.emptyIterator();
        }
        if (hasTtl && state.ttl().update() == StateTtl.Update.ON_READ_AND_WRITE) {
            touch(pieces);
        }
        long keyVersion = store.key().version();
        return elements.read(pieces, number -> load(number, keyVersion));
    }

    /** All pieces, also those that are not read to the end, so that the last stays the youngest. */
    private void touch(int pieces) {
        long now = store.nowMillis();
        for (int i = 0; i < pieces; i++) {
            long at = piece(i);
            if (at != 0 && !state.ttl().isExpired(LogEntry.stamp(at), now)) {
                store.log().setStamp(at, state, now);
            }
        }
    }

    /** A copy of a piece; null if there is nothing to be seen of it. */
    private byte[] load(int number, long keyVersion) {
        if (keyVersion != store.key().version()) {
            throw store.failures().readUnderAnotherKey(state.shape());
        }
        long at = piece(number);
        if (at == 0 || (hasTtl && LogTtl.isHidden(store, state, at))) {
            return null;
        }
        byte[] bytes = new byte[LogEntry.valueLength(at)];
        Memory.copy(LogEntry.value(at, state), bytes, 0, bytes.length);
        return bytes;
    }

    @Override
    public void clear() {
        int pieces = pieces();
        for (int i = 0; i < pieces; i++) {
            long at = piece(i);
            if (at != 0) {
                store.log().remove(state, at);
            }
        }
    }

    @Override
    public boolean isEmpty() {
        int pieces = pieces();
        return pieces == 0
                || (hasTtl
                        && state.ttl().visibility() == StateTtl.Visibility.NEVER_RETURN_EXPIRED
                        && isExpired(pieces));
    }
}
