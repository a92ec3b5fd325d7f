package io.millrace.runtime.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file that becomes full, or cannot be read any more; only what spilling uses works at all. */
final class FailingChannel extends FileChannel {
    private final FileChannel of;
    long roomBytes = Long.MAX_VALUE;
    boolean isReadable = true;

    FailingChannel(FileChannel of) {
        this.of = of;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        if (position + from.remaining() > roomBytes) {
            throw new IOException("No space left on device");
        }
        return of.write(from, position);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        if (!isReadable) {
            throw new IOException("Input/output error");
        }
        return of.read(into, position);
    }

    @Override
    public long size() throws IOException {
        return of.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
        of.close();
    }

    @Override
    public int read(ByteBuffer into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void force(boolean metaData) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
