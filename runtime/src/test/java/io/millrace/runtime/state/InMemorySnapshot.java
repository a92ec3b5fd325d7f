package io.millrace.runtime.state;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** A snapshot on the heap, written and then read. */
final class InMemorySnapshot implements SnapshotOutput, SnapshotInput {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private byte[] bytes;

    InMemorySnapshot() {}

    InMemorySnapshot(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        if (bytes == null) {
            bytes = written.toByteArray();
        }
        return bytes;
    }

    @Override
    public void write(byte[] from, int offset, int count) {
        written.write(from, offset, count);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public long length() {
        return bytes().length;
    }

    @Override
    public void read(long position, byte[] into, int offset, int count) throws IOException {
        if (position < 0 || position + count > bytes().length) {
            throw new EOFException("memory ends");
        }
        System.arraycopy(bytes(), (int) position, into, offset, count);
    }
}
