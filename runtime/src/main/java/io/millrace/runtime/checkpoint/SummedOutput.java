package io.millrace.runtime.checkpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32C;

/**
 * A file that is being written, with the number and the checksum of its bytes so far.
 *
 * <p>Threads: one.
 */
final class SummedOutput extends OutputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    /** Creates the file. */
    @FunctionalInterface
    interface Opener {
        OutputStream open() throws IOException;
    }

    private final OutputStream to;
    private final CRC32C all = new CRC32C();
    private final CRC32C part = new CRC32C();
    private long written;
    private boolean closed;

    SummedOutput(OutputStream file) {
        this.to = new BufferedOutputStream(file, BUFFER_BYTES);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        to.write(bytes, from, count);
        all.update(bytes, from, count);
        part.update(bytes, from, count);
        written += count;
    }

    long written() {
        return written;
    }

    /** CRC32C of all so far. */
    int crc() {
        return (int) all.getValue();
    }

    /** CRC32C of all since {@link #beginPart}. */
    int partCrc() {
        return (int) part.getValue();
    }

    void beginPart() {
        part.reset();
    }

    @Override
    public void flush() throws IOException {
        to.flush();
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            to.close();
        }
    }
}
