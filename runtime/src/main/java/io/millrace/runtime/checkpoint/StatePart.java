package io.millrace.runtime.checkpoint;

import java.util.List;

/**
 * One state of one operator in one subtask, and where its bytes lie: in the file of its worker, or
 * in pieces of shared files.
 *
 * @param kind how it is dealt out when the parallelism changes
 * @param name of the state in its operator; of the edge that a channel belongs to
 * @param type what its values were written as, for the comparison with what they are to be read as;
 *     of a watermark, which has no bytes, the milliseconds
 * @param elements number of elements of a list; of a channel, how many subtasks are at the end of
 *     its edge at which it was not saved; 0 for keyed state
 * @param firstGroup first key group of keyed state or a watermark; the writer's subtask of a
 *     channel; 0 of a list
 * @param lastGroup last key group of keyed state or a watermark; the reader's subtask of a channel;
 *     0 of a list
 * @param offset of its first byte in the file of its worker; 0 if it consists of pieces
 * @param length in bytes, of all pieces together
 * @param crc CRC32C of all its bytes; 0 if it consists of pieces, whose blocks have their own
 * @param pieces of keyed state that is saved by increments, in the order in which they are to be
 *     read: first all there was at a time, then what has changed since; empty for all else
 */
public record StatePart(
        Kind kind,
        String name,
        String type,
        int elements,
        int firstGroup,
        int lastGroup,
        long offset,
        long length,
        int crc,
        List<Piece> pieces) {
    public StatePart {
        pieces = List.copyOf(pieces);
    }

    /** A state that lies in the file of its worker. */
    public StatePart(
            Kind kind,
            String name,
            String type,
            int elements,
            int firstGroup,
            int lastGroup,
            long offset,
            long length,
            int crc) {
        this(kind, name, type, elements, firstGroup, lastGroup, offset, length, crc, List.of());
    }

    /** What event time had reached for some key groups. */
    public static StatePart ofWatermark(int firstGroup, int lastGroup, long millis) {
        return new StatePart(
                Kind.WATERMARK,
                "watermark",
                Long.toString(millis),
                0,
                firstGroup,
                lastGroup,
                0,
                0,
                0);
    }

    /** What event time had reached; of a watermark only. */
    public long watermarkMillis() {
        return Long.parseLong(type);
    }

    /** Keyed state that consists of pieces of shared files. */
    static StatePart ofPieces(
            String name, String type, int firstGroup, int lastGroup, List<Piece> pieces) {
        return new StatePart(
                Kind.KEYED,
                name,
                type,
                0,
                firstGroup,
                lastGroup,
                0,
                pieces.stream().mapToLong(Piece::length).sum(),
                0,
                pieces);
    }

    /**
     * Some of its elements or key groups, of each of its pieces in their order.
     *
     * @param own file of the worker, for a state that lies there
     */
    List<RestoredState.Slice> slices(WorkerFile own, int from, int to) {
        return pieces.isEmpty()
                ? List.of(new RestoredState.Slice(own, this, from, to))
                : pieces.stream()
                        .map(piece -> new RestoredState.Slice(piece.file(), only(piece), from, to))
                        .toList();
    }

    /** The same as if a piece were all of it, in the file of that piece. */
    private StatePart only(Piece piece) {
        return new StatePart(
                kind,
                name,
                type,
                elements,
                firstGroup,
                lastGroup,
                piece.offset(),
                piece.length(),
                0);
    }

    /**
     * A snapshot of keyed state in a shared file.
     *
     * @param offset of its first byte in the file
     * @param length in bytes
     */
    public record Piece(WorkerFile file, long offset, long length) {}

    /** How a state is dealt out to the subtasks that restore it. The order is the format. */
    public enum Kind {
        /** Each element goes to one subtask. */
        SPLIT_LIST,
        /** Each subtask gets all elements of all subtasks. */
        UNION_LIST,
        /** All subtasks had the same; each gets it once. */
        BROADCAST,
        /** Each subtask gets the key groups that it owns. */
        KEYED,
        /** Lay in a channel where it is read; goes to whoever reads the records now. */
        RECEIVED,
        /** Lay in a channel where it is written; goes to whoever reads the records now. */
        UNSENT,
        /** Each subtask gets those of the key groups that it owns. */
        WATERMARK;

        /** Whether it lay in a channel, and is no operator's. */
        public boolean isInFlight() {
            return this == RECEIVED || this == UNSENT;
        }
    }
}
