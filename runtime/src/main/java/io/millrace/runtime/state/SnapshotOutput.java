package io.millrace.runtime.state;

import java.io.IOException;

/** Where a snapshot is written to: bytes in sequence. */
@FunctionalInterface
public interface SnapshotOutput {
    void write(byte[] bytes, int offset, int count) throws IOException;
}
