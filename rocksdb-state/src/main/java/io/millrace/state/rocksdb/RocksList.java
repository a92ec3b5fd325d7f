package io.millrace.state.rocksdb;

import io.millrace.runtime.state.ListPieces;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;

/** A list whose entries are its {@link ListPieces}. */
final class RocksList<E> implements StoredList<E>, Handle {
    private final RocksStateStore store;
    private final Cell cell;
    private final ListPieces<E> elements;
    private final ListPieces.Added added = this::add;
    private final boolean hasTtl;

    RocksList(RocksStateStore store, Cell cell, ListPieces<E> elements) {
        this.store = store;
        this.cell = cell;
        this.elements = elements;
        this.hasTtl = cell.state().shape().hasStamp();
    }

    @Override
    public Cell cell() {
        return cell;
    }

    @Override
    public void setPane(long pane) {
        cell.setPane(pane);
    }

    @Override
    public void setNamespace(Object namespace) {
        cell.setNamespace(namespace);
    }

    private boolean findPiece(int number) {
        cell.setPart(number);
        return cell.find();
    }

    /** The number of pieces; 0 if there is no list. Afterwards the cell is at the first one. */
    private int pieces() {
        return findPiece(0) ? RecordBytes.getInt(cell.entry(), cell.valueAt()) : 0;
    }

    /** Later pieces are younger, so that the last one expires last. */
    private boolean isExpired(int pieces) {
        return !findPiece(pieces - 1)
                || cell.state().ttl().isExpired(cell.stampMillis(), store.nowMillis());
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
        long now = store.stampOfWrite(cell.state());
        int pieces = pieces();
        if (pieces > 0 && hasTtl && isExpired(pieces)) {
            clear();
            pieces = 0;
        }
        if (pieces == 0) {
            byte[] first = ListPieces.first(bytes, count);
            cell.setPart(0);
            cell.put(first, 0, first.length, now);
            return;
        }
        boolean isAtLast = pieces == 1 && !hasTtl;
        if ((isAtLast || findPiece(pieces - 1)) && ListPieces.fit(cell.valueLength(), count)) {
            cell.append(bytes, count, now);
            return;
        }
        cell.setPart(pieces);
        cell.put(bytes, 0, count, now);
        setPieces(pieces + 1);
    }

    private void setPieces(int pieces) {
        if (!findPiece(0)) {
            throw new IllegalStateException(
                    "A list '" + cell.state().shape().name() + "' has no first piece");
        }
        byte[] value = Arrays.copyOfRange(cell.entry(), cell.valueAt(), cell.entryEnd());
        RecordBytes.setInt(value, 0, pieces);
        cell.put(value, 0, value.length, cell.stampMillis());
    }

    @Override
    public Iterator<E> iterator() {
        int pieces = pieces();
        if (pieces == 0) {
            return Collections.emptyIterator();
        }
        StateTtl ttl = cell.state().ttl();
        if (hasTtl
                && ttl.visibility() == StateTtl.Visibility.NEVER_RETURN_EXPIRED
                && isExpired(pieces)) {
            clear();
            return Collections.emptyIterator();
        }
        if (hasTtl && ttl.update() == StateTtl.Update.ON_READ_AND_WRITE) {
            touch(pieces);
        }
        long keyVersion = store.key().version();
        return elements.read(pieces, number -> load(number, keyVersion));
    }

    /** All pieces, also those that are not read to the end, so that the last stays the youngest. */
    private void touch(int pieces) {
        long now = store.nowMillis();
        for (int i = 0; i < pieces; i++) {
            if (findPiece(i) && !cell.state().ttl().isExpired(cell.stampMillis(), now)) {
                cell.touch(now);
            }
        }
    }

    /** A copy of a piece; null if there is nothing to be seen of it. */
    private byte[] load(int number, long keyVersion) {
        if (keyVersion != store.key().version()) {
            throw store.failures().readUnderAnotherKey(cell.state().shape());
        }
        return findPiece(number) && !cell.isHidden()
                ? Arrays.copyOfRange(cell.entry(), cell.valueAt(), cell.entryEnd())
                : null;
    }

    @Override
    public void clear() {
        int pieces = pieces();
        for (int i = 0; i < pieces; i++) {
            if (findPiece(i)) {
                cell.remove();
            }
        }
    }

    @Override
    public boolean isEmpty() {
        int pieces = pieces();
        return pieces == 0
                || (hasTtl
                        && cell.state().ttl().visibility()
                                == StateTtl.Visibility.NEVER_RETURN_EXPIRED
                        && isExpired(pieces));
    }
}
