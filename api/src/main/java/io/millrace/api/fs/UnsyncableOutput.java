package io.millrace.api.fs;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;

/** A file whose content stays only when it is closed. */
final class UnsyncableOutput extends FSDataOutputStream {
    private final URI path;
    private final OutputStream out;
    private long position;

    UnsyncableOutput(URI path, OutputStream out) {
        this.path = path;
        this.out = out;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void sync() throws IOException {
        throw new IOException(
                "The file system of "
                        + path
                        + " keeps what is written only when the file is closed: have files closed"
                        + " at each checkpoint, by OnCheckpointRollingPolicy.");
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
