package io.millrace.state.rocksdb;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A list in pieces of up to {@value #PIECE_BYTES} bytes, so that adding rewrites no more than one.
 *
 * <p>Format: as in snapshots. The part of an entry is the number of the piece; the first piece
 * begins with the number of pieces (4); then, in all, elements as their serializer writes them.
 */
final class RocksList<E> implements StoredList<E>, Handle {
    private static final int PIECE_BYTES = 2 << 10;
    static final int HEAD_BYTES = 4;

    private final RocksStateStore store;
    private final Cell cell;
    private final ValueBytes<E> elements;
    private final boolean hasTtl;

    RocksList(RocksStateStore store, Cell cell, ValueBytes<E> elements) {
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
        elements.truncate(0);
        append(element);
        flush();
    }

    @Override
    public void addAll(Iterable<? extends E> added) {
        elements.truncate(0);
        for (E element : added) {
            int before = elements.length();
            append(element);
            if (elements.length() > PIECE_BYTES - HEAD_BYTES && before > 0) {
                elements.truncate(before);
                flush();
                elements.truncate(0);
                append(element);
            }
        }
        if (elements.length() > 0) {
            flush();
        }
    }

    @Override
    public void update(Iterable<? extends E> added) {
        clear();
        addAll(added);
    }

    private void append(E element) {
        if (element == null) {
            throw store.failures().nullElement(cell.state().shape());
        }
        elements.append(element);
    }

    /** Adds the elements that were written behind those that are there. */
    private void flush() {
        long now = store.stampOfWrite(cell.state());
        int pieces = pieces();
        if (pieces > 0 && hasTtl && isExpired(pieces)) {
            clear();
            pieces = 0;
        }
        int count = elements.length();
        if (pieces == 0) {
            byte[] value = new byte[HEAD_BYTES + count];
            value[HEAD_BYTES - 1] = 1;
            System.arraycopy(elements.bytes(), 0, value, HEAD_BYTES, count);
            cell.setPart(0);
            cell.put(value, 0, value.length, now);
            return;
        }
        boolean isAtLast = pieces == 1 && !hasTtl;
        if ((isAtLast || findPiece(pieces - 1)) && cell.valueLength() + count <= PIECE_BYTES) {
            cell.append(elements.bytes(), count, now);
            return;
        }
        cell.setPart(pieces);
        cell.put(elements.bytes(), 0, count, now);
        setPieces(pieces + 1);
    }

    private void setPieces(int pieces) {
        if (!findPiece(0)) {
            throw new IllegalStateException(
                    "A list '" + cell.state().shape().name() + "' has no first piece");
        }
        byte[] value = Arrays.copyOfRange(cell.entry(), cell.valueAt(), cell.entryEnd());
        for (int i = 0; i < HEAD_BYTES; i++) {
            value[i] = (byte) (pieces >>> (24 - 8 * i));
        }
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
        return new Elements(pieces);
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

    private final class Elements implements Iterator<E> {
        private final int pieces;
        private final long keyVersion = store.key().version();
        private final RecordInput input = new RecordInput();
        private int nextPiece;

        Elements(int pieces) {
            this.pieces = pieces;
        }

        @Override
        public boolean hasNext() {
            while (input.remaining() == 0 && nextPiece < pieces) {
                if (keyVersion != store.key().version()) {
                    throw store.failures()
                            .readUnderAnotherKey(cell.state().shape());
                }
                load(nextPiece++);
            }
            return input.remaining() > 0;
        }

        private void load(int number) {
            if (!findPiece(number) || cell.isHidden()) {
                return;
            }
            byte[] bytes = Arrays.copyOfRange(cell.entry(), cell.valueAt(), cell.entryEnd());
            input.reset(bytes, number == 0 ? HEAD_BYTES : 0, bytes.length);
        }

        @Override
        public E next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return elements.read(input);
        }
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
