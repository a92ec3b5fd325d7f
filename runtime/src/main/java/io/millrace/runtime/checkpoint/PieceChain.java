package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.StatePart.Piece;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What the checkpoints of one keyed store consist of: pieces of shared files, first all of the
 * state at a time, then what has changed since.
 *
 * <p>Only what a <em>complete</em> checkpoint consists of may be built on, and only after its
 * completion was told: files of one that is on its way may be gone the next moment.
 *
 * <p>Threads: owned by the subtask's thread, but for {@link #stored}.
 */
public final class PieceChain {
    /** As many small pieces at the end of a chain are joined. */
    static final int JOINED_PIECES = 8;

    /** By checkpoint; empty if it was given up. */
    private final Map<Long, List<Piece>> stored = new ConcurrentSkipListMap<>();

    private long confirmedId;
    private List<Piece> confirmed;

    /** Whether there is something to build on. */
    public boolean isBase() {
        return confirmed != null;
    }

    /**
     * What an increment to the newest complete checkpoint comes after.
     *
     * @param checkpointId of that checkpoint, as the store has it
     */
    public List<Piece> after(long checkpointId) {
        if (confirmed == null || checkpointId != confirmedId) {
            throw new IllegalStateException(
                    "An increment to checkpoint "
                            + checkpointId
                            + ", the last one told complete is "
                            + confirmedId);
        }
        return confirmed;
    }

    /** What a checkpoint consists of is durable; any thread. Without effect if it was given up. */
    public void stored(long checkpointId, List<Piece> pieces) {
        stored.putIfAbsent(checkpointId, List.copyOf(pieces));
    }

    /**
     * A checkpoint is complete.
     *
     * @return whether later ones may build on it; if not, then on none, as the files of those
     *     before it may go
     */
    public boolean confirm(long checkpointId) {
        if (checkpointId <= confirmedId) {
            return false;
        }
        confirmedId = checkpointId;
        List<Piece> pieces = stored.getOrDefault(checkpointId, List.of());
        confirmed = pieces.isEmpty() ? null : pieces;
        stored.keySet().removeIf(id -> id <= checkpointId);
        return confirmed != null;
    }

    /** A checkpoint will never be complete. */
    public void abort(long checkpointId) {
        stored.put(checkpointId, List.of()); // for it may be stored yet
    }

    /**
     * From which piece on a chain is to be made one: those at its end none of which is larger than
     * all that follow it, if there are enough of them. So a chain has few pieces, and each byte of
     * it is copied a few times at most. The first piece stands for all of the state and is not
     * joined.
     *
     * @return the number of pieces if none are
     */
    static int joinFrom(List<Piece> pieces) {
        int from = pieces.size();
        long behind = Long.MAX_VALUE;
        while (from > 1 && pieces.get(from - 1).length() <= behind) {
            from--;
            long length = pieces.get(from).length();
            behind = behind == Long.MAX_VALUE ? length : behind + length;
        }
        return pieces.size() - from >= JOINED_PIECES ? from : pieces.size();
    }
}
