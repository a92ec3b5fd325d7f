package io.millrace.runtime.exchange;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Pieces of what lay in the channels of one subtask at a checkpoint: the first of them on the heap,
 * {@value #HEAP_BYTES} bytes at most, the others in a file on local disk.
 *
 * <p>Where there is no disk all stay on the heap.
 *
 * <p>Threads: added by the subtask; read and released by any.
 */
public final class KeptPieces implements AutoCloseable {
    /** Of the pieces of one checkpoint. */
    static final long HEAP_BYTES = 4 << 20;

    /** Of a checkpoint that is made where there is no disk. */
    public static final long MAX_HEAP_BYTES = 64 << 20;

    private static final int MIN_PIECE_BYTES = 32 << 10;
    private static final int MAX_PIECE_BYTES = 1 << 20;

    private final Disk disk;
    private final long maxHeapBytes;
    private long heapBytes;
    private FileChannel file;
    private long fileBytes;

    /** Whoever may still add or read something. */
    private int holders = 1;

    private boolean closed;

    /** Local disk. */
    @FunctionalInterface
    public interface Disk {
        /** There is none. */
        Disk NONE = () -> null;

        /** A new file that goes when it is closed; null if there is no disk. */
        FileChannel open() throws IOException;
    }

    /** Some bytes, until they are released. */
    public sealed interface Piece permits OnHeap, OnDisk {
        int length();

        byte[] read() throws IOException;

        /** It is not read any more; once. */
        void release();
    }

    private record OnHeap(byte[] bytes) implements Piece {
        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        public byte[] read() {
            return bytes;
        }

        @Override
        public void release() {}
    }

    private final class OnDisk implements Piece {
        private final long position;
        private final int length;

        OnDisk(long position, int length) {
            this.position = position;
            this.length = length;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public byte[] read() throws IOException {
            ByteBuffer into = ByteBuffer.allocate(length);
            while (into.hasRemaining()) {
                if (file.read(into, position + into.position()) < 0) {
                    throw new EOFException(
                            "What was kept of channels ends " + into.remaining() + " bytes early");
                }
            }
            return into.array();
        }

        @Override
        public void release() {
            letGo();
        }
    }

    /**
     * @param maxHeapBytes where there is no disk
     */
    public KeptPieces(Disk disk, long maxHeapBytes) {
        this.disk = disk;
        this.maxHeapBytes = maxHeapBytes;
    }

    /**
     * At how many bytes a channel's content is cut into pieces, so that what is not cut yet of all
     * of them stays within bounds.
     */
    static int pieceBytes(int channels) {
        long share = HEAP_BYTES / Math.max(1, channels);
        return (int) Math.max(MIN_PIECE_BYTES, Math.min(share, MAX_PIECE_BYTES));
    }

    /**
     * Keeps the first bytes of an array.
     *
     * @throws IOException if there is no room for them
     */
    public synchronized Piece add(byte[] bytes, int length) throws IOException {
        if (heapBytes + length > HEAP_BYTES && file == null) {
            file = disk.open();
        }
        if (file == null) {
            if (heapBytes + length > maxHeapBytes) {
                throw new IOException(
                        "Barriers have overtaken more than "
                                + maxHeapBytes
                                + " bytes on the way to or from one subtask, and there is no local"
                                + " disk for them (io.tmp.dirs)");
            }
            heapBytes += length;
            return new OnHeap(Arrays.copyOf(bytes, length));
        }
        ByteBuffer from = ByteBuffer.wrap(bytes, 0, length);
        while (from.hasRemaining()) {
            file.write(from, fileBytes + from.position());
        }
        OnDisk piece = new OnDisk(fileBytes, length);
        fileBytes += length;
        holders++;
        return piece;
    }

    private synchronized void letGo() {
        holders--;
        if (holders == 0 && file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "The file of what was kept of channels cannot be closed", e);
            }
        }
    }

    /** Nothing is added any more; what was added is there until it is released. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            letGo();
        }
    }
}
