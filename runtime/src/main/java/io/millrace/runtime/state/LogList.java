package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A list in the log, in pieces of up to {@value #PIECE_BYTES} bytes, so that adding rewrites no
 * more than one.
 *
 * <p>Format: the part of an entry is the number of the piece. The first piece begins with the
 * number of pieces; then, in all, elements as their serializer writes them.
 */
final class LogList<E> implements StoredList<E>, StateHandle {
    private static final int PIECE_BYTES = 2 << 10;
    static final int HEAD_BYTES = 4;

    private final BinaryStateStore store;
    private final StateDefinition state;
    private final LogCell cell;
    private final TypeSerializer<E> serializer;
    private final boolean hasTtl;
    private final RecordOutput output = new RecordOutput(64);

    LogList(
            BinaryStateStore store,
            StateDefinition state,
            LogCell cell,
            TypeSerializer<E> serializer) {
        this.store = store;
        this.state = state;
        this.cell = cell;
        this.serializer = serializer;
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
        return at != 0 && EntryLog.isLive(at) ? at : 0;
    }

    /** The number of pieces; 0 if there is no list. */
    private int pieces() {
        long first = piece(0);
        return first == 0 ? 0 : EntryLog.getHead(EntryLog.value(first, state));
    }

    /** Later pieces are younger, so that the last one expires last. */
    private boolean isExpired(int pieces) {
        long last = piece(pieces - 1);
        return last == 0 || state.ttl().isExpired(EntryLog.stamp(last), store.nowMillis());
    }

    @Override
    public void add(E element) {
        output.truncate(0);
        append(element);
        flush();
    }

    @Override
    public void addAll(Iterable<? extends E> elements) {
        output.truncate(0);
        for (E element : elements) {
            int before = output.length();
            append(element);
            if (output.length() > PIECE_BYTES - HEAD_BYTES && before > 0) {
                byte[] last = new byte[output.length() - before];
                System.arraycopy(output.bytes(), before, last, 0, last.length);
                output.truncate(before);
                flush();
                output.truncate(0);
                output.write(last);
            }
        }
        if (output.length() > 0) {
            flush();
        }
    }

    @Override
    public void update(Iterable<? extends E> elements) {
        clear();
        addAll(elements);
    }

    private void append(E element) {
        if (element == null) {
            throw store.failures().nullElement(state.shape());
        }
        try {
            serializer.serialize(element, output);
        } catch (IOException | ClassCastException e) {
            throw store.failures().unwritable(state.shape(), e);
        }
    }

    /** Adds the elements in the output, which are written behind those that are there. */
    private void flush() {
        if (hasTtl) {
            store.onTtlWrite();
        }
        try {
            flush(hasTtl ? store.nowMillis() : 0);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    private void flush(long now) {
        int pieces = pieces();
        if (pieces > 0 && hasTtl && isExpired(pieces)) {
            clear();
            pieces = 0;
        }
        int count = output.length();
        if (pieces == 0) {
            byte[] value = new byte[HEAD_BYTES + count];
            value[HEAD_BYTES - 1] = 1;
            System.arraycopy(output.bytes(), 0, value, HEAD_BYTES, count);
            put(0, value, value.length, now);
            return;
        }
        long last = piece(pieces - 1);
        int length = EntryLog.valueLength(last);
        if (length + count <= PIECE_BYTES) {
            int spare = Math.min(length + count, PIECE_BYTES - length - count);
            store.log().extend(state, last, cell.hash(), output.bytes(), count, spare, now);
            return;
        }
        put(pieces, output.bytes(), count, now);
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
        if (hasTtl && isExpired(pieces)) {
            if (state.ttl().visibility() == StateTtl.Visibility.NEVER_RETURN_EXPIRED) {
                clear();
                return Collections.emptyIterator();
            }
        }
        if (hasTtl && state.ttl().update() == StateTtl.Update.ON_READ_AND_WRITE) {
            touch(pieces);
        }
        return new Elements(pieces);
    }

    /** All pieces, also those that are not read to the end, so that the last stays the youngest. */
    private void touch(int pieces) {
        long now = store.nowMillis();
        for (int i = 0; i < pieces; i++) {
            long at = piece(i);
            if (at != 0 && !state.ttl().isExpired(EntryLog.stamp(at), now)) {
                store.log().setStamp(at, state, now);
            }
        }
    }

    private final class Elements implements Iterator<E> {
        private final int pieces;
        private final long keyVersion = store.keyVersion();
        private final RecordInput input = new RecordInput();
        private int nextPiece;

        Elements(int pieces) {
            this.pieces = pieces;
        }

        @Override
        public boolean hasNext() {
            while (input.remaining() == 0 && nextPiece < pieces) {
                if (keyVersion != store.keyVersion()) {
                    throw store.failures()
                            .readUnderAnotherKey(state.shape());
                }
                load(nextPiece++);
            }
            return input.remaining() > 0;
        }

        private void load(int number) {
            long at = piece(number);
            if (at == 0) {
                return;
            }
            if (hasTtl && LogTtl.isHidden(store, state, at)) {
                return;
            }
            byte[] bytes = new byte[EntryLog.valueLength(at)];
            Memory.copy(EntryLog.value(at, state), bytes, 0, bytes.length);
            input.reset(bytes, number == 0 ? HEAD_BYTES : 0, bytes.length);
        }

        @Override
        public E next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                return serializer.deserialize(input);
            } catch (IOException e) {
                throw store.failures().unreadable("an element", state.shape(), e);
            }
        }
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
