package io.millrace.connector.file.sink;

import io.millrace.api.fs.FSDataOutputStream;
import java.io.IOException;

/**
 * Collects small writes, as those of a record are: each would cost a call of the system, or a lock.
 *
 * <p>Threads: the subtask's.
 */
final class BufferedPart extends FSDataOutputStream {
    private static final int BUFFER_BYTES = 32 << 10;

    private final FSDataOutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int filled;
    private long position;
    private boolean closed;

    BufferedPart(FSDataOutputStream out) {
        this.out = out;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void write(int b) throws IOException {
        if (filled == buffer.length) {
            drain();
        }
        buffer[filled++] = (byte) b;
        position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > buffer.length - filled) {
            drain();
        }
        if (length > buffer.length) {
            out.write(bytes, offset, length);
        } else {
            System.arraycopy(bytes, offset, buffer, filled, length);
            filled += length;
        }
        position += length;
    }

    private void drain() throws IOException {
        out.write(buffer, 0, filled);
        filled = 0;
    }

    @Override
    public void flush() throws IOException {
        drain();
        out.flush();
    }

    @Override
    public void sync() throws IOException {
        drain();
        out.sync();
    }

    /** What is still in the buffer is written, unless {@link #abandon} was called. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (out) {
            drain();
        }
    }

    /** Gives the file up as it is; nobody reads what is not synced. */
    void abandon() throws IOException {
        closed = true;
        out.close();
    }
}
