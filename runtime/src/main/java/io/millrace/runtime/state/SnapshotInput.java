package io.millrace.runtime.state;

import java.io.IOException;

/** The bytes of one snapshot, wherever they lie; position 0 is its first byte. */
public interface SnapshotInput {
    /** What it is, for messages: a file's path and the range in it. */
    String name();

    long length();

    /**
     * Reads exactly {@code count} bytes.
     *
     * @throws IOException also if the snapshot ends before
     */
    void read(long position, byte[] into, int offset, int count) throws IOException;
}
