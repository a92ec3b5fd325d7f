package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.state.SnapshotOutput;
import java.io.IOException;
import java.util.List;

/**
 * Where a state puts its bytes.
 *
 * <p>Threads: the thread that writes the worker's file.
 */
public interface PartWriter {

    /**
     * Writes a list.
     *
     * @param kind of a list
     * @param type what the elements were written as
     */
    void list(Kind kind, String name, String type, List<byte[]> elements) throws IOException;

    /**
     * Writes keyed state, in a form of its own that can be read by key groups.
     *
     * @param firstGroup first of the range that is in it
     * @param lastGroup last of the range
     */
    void keyed(String name, String type, int firstGroup, int lastGroup, Content content)
            throws IOException;

    /** Notes what event time has reached for some key groups; takes no bytes of any file. */
    void watermark(int firstGroup, int lastGroup, long millis) throws IOException;

    /** Writes what lay in a channel. */
    void inFlight(ChannelPart channel) throws IOException;

    /**
     * Writes keyed state, or what has changed of it, into a file that later checkpoints may share.
     *
     * @param before pieces of earlier checkpoints that come before what is written now
     */
    void piece(
            String name,
            String type,
            int firstGroup,
            int lastGroup,
            List<StatePart.Piece> before,
            Content content)
            throws IOException;

    /** Writes the bytes of a state; none if nothing has changed. */
    @FunctionalInterface
    interface Content {
        void write(SnapshotOutput out) throws IOException;
    }
}
