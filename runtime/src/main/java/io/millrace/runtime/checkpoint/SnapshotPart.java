package io.millrace.runtime.checkpoint;

import java.io.IOException;
import java.util.List;

/**
 * A state as it was at a barrier. Made by the subtask's thread in no time; its bytes are written by
 * another while the subtask goes on.
 */
public interface SnapshotPart {

    /**
     * Pieces of earlier checkpoints, complete ones, that it is an increment to; empty if it stands
     * for itself. Asked before it is written, by the same thread.
     */
    default List<StatePart.Piece> buildsOn() {
        return List.of();
    }

    /** Writes what it was; at most once, by any thread. */
    void write(PartWriter out) throws IOException;

    /** What was written is durable; called by the thread that wrote it, before the release. */
    default void stored(StatePart part) {}

    /** It is written, or never will be: what it holds may be given back. Any thread, once. */
    default void release() {}
}
