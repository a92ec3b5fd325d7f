package io.millrace.runtime.serializer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The parts of a set or map in the order of their bytes, which does not depend on how they are
 * kept.
 */
final class SortedPieces {
    private record Piece(int from, int to) {}

    private final RecordOutput bytes = new RecordOutput(64);
    private final List<Piece> pieces = new ArrayList<>();
    private int begin;

    /** Where the next piece is written to. */
    RecordOutput next() {
        begin = bytes.length();
        return bytes;
    }

    /** The piece is complete. */
    void end() {
        pieces.add(new Piece(begin, bytes.length()));
    }

    void writeTo(RecordOutput out) {
        byte[] all = bytes.bytes();
        pieces.sort((a, b) -> Arrays.compareUnsigned(all, a.from(), a.to(), all, b.from(), b.to()));
        for (Piece piece : pieces) {
            out.write(all, piece.from(), piece.to() - piece.from());
        }
    }
}
