package io.millrace.api.fs;

import java.io.IOException;
import java.io.OutputStream;

/** A file on a stream that does not tell its position: counts the bytes. */
public final class CountedOutput extends FSDataOutputStream {
    private final OutputStream out;
    private final Sync sync;
    private long position;

    /** What is done to make all that was written so far stay. */
    @FunctionalInterface
    public interface Sync {

        /**
         * @throws IOException also if the file system can do so only when the file is closed
         */
        void sync() throws IOException;
    }

    /**
     * @param out at the start of the file
     */
    public CountedOutput(OutputStream out, Sync sync) {
        this.out = out;
        this.sync = sync;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void sync() throws IOException {
        sync.sync();
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        position += length;
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
