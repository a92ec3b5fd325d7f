package io.millrace.runtime.state;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.StateDefinition.Shape;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * What the pieces of a list are made of: a list lies in pieces of up to {@value #PIECE_BYTES}
 * bytes, so that adding rewrites no more than one.
 *
 * <p>Format: of snapshots, and of the entries of both stores. The part of an entry is the number of
 * the piece (4), from 0 on. The first piece begins with the number of pieces (4); then, in all,
 * elements as their serializer writes them, each whole in one piece. A piece with one element may
 * be longer.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public final class ListPieces<E> {
    public static final int PIECE_BYTES = 2 << 10;

    /** At the begin of the first piece. */
    public static final int HEAD_BYTES = 4;

    private final Shape list;
    private final TypeSerializer<E> serializer;
    private final StoreFailures failures;
    private final RecordOutput output = new RecordOutput(64);

    public ListPieces(Shape list, TypeSerializer<E> serializer, StoreFailures failures) {
        this.list = list;
        this.serializer = serializer;
        this.failures = failures;
    }

    /** Takes elements that are to be added to a list. */
    @FunctionalInterface
    public interface Added {
        /**
         * @param elements whole ones, no more than a piece can have, or a single one; good until
         *     the call returns
         */
        void add(byte[] elements, int length);
    }

    public void write(E element, Added to) {
        output.truncate(0);
        append(element);
        to.add(output.bytes(), output.length());
    }

    /** Hands elements over, as many at a time as fit into a first piece. */
    public void writeAll(Iterable<? extends E> elements, Added to) {
        output.truncate(0);
        for (E element : elements) {
            int before = output.length();
            append(element);
            if (output.length() > PIECE_BYTES - HEAD_BYTES && before > 0) {
                byte[] last = new byte[output.length() - before];
                System.arraycopy(output.bytes(), before, last, 0, last.length);
                to.add(output.bytes(), before);
                output.truncate(0);
                output.write(last);
            }
        }
        if (output.length() > 0) {
            to.add(output.bytes(), output.length());
        }
    }

    private void append(E element) {
        if (element == null) {
            throw failures.nullElement(list);
        }
        try {
            serializer.serialize(element, output);
        } catch (IOException | ClassCastException e) {
            throw failures.unwritable(list, e);
        }
    }

    /** The first piece of a list that has no other. */
    public static byte[] first(byte[] elements, int length) {
        byte[] piece = new byte[HEAD_BYTES + length];
        RecordBytes.setInt(piece, 0, 1);
        System.arraycopy(elements, 0, piece, HEAD_BYTES, length);
        return piece;
    }

    /** Whether elements may be added to a piece. */
    public static boolean fit(int pieceLength, int addedLength) {
        return pieceLength + addedLength <= PIECE_BYTES;
    }

    /** Reads the pieces of one list. */
    @FunctionalInterface
    public interface Loaded {
        /**
         * The bytes of a piece, a copy; null if there is nothing to be seen of it.
         *
         * @throws IllegalStateException if another list is the current one
         */
        byte[] load(int number);
    }

    /** Goes over the elements of a list. */
    public Iterator<E> read(int pieces, Loaded from) {
        return new Elements(pieces, from);
    }

    private final class Elements implements Iterator<E> {
        private final int pieces;
        private final Loaded from;
        private final RecordInput input = new RecordInput();
        private int nextPiece;

        Elements(int pieces, Loaded from) {
            this.pieces = pieces;
            this.from = from;
        }

        @Override
        public boolean hasNext() {
            while (input.remaining() == 0 && nextPiece < pieces) {
                int number = nextPiece;
                byte[] bytes = from.load(number);
                nextPiece++;
                if (bytes != null) {
                    input.reset(bytes, number == 0 ? HEAD_BYTES : 0, bytes.length);
                }
            }
            return input.remaining() > 0;
        }

        @Override
        public E next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                return serializer.deserialize(input);
            } catch (IOException e) {
                throw failures.unreadable("an element", list, e);
            }
        }
    }
}
