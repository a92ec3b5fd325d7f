package io.millrace.runtime.checkpoint;

import java.io.IOException;

/**
 * A state as it was at a barrier. Made by the subtask's thread in no time; its bytes are written by
 * another while the subtask goes on.
 */
public interface SnapshotPart {

    /** Writes what it was; at most once, by any thread. */
    void write(PartWriter out) throws IOException;

    /** It is written, or never will be: what it holds may be given back. Any thread, once. */
    default void release() {}
}
