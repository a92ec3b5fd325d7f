package io.millrace.runtime.state;

import io.millrace.runtime.control.Failure;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one store has put on local disk: pieces of a file of its own, each as long as it was asked
 * for, rounded up to a power of two, so that a piece that is given back is used again.
 *
 * <p>Threads: any; guarded by its own lock but for reading.
 */
final class SpillFile implements AutoCloseable {
    private static final int MIN_BYTES = 512;

    private final SpillDirectories directories;
    private final String owner;
    private final Map<Integer, Deque<Long>> free = new HashMap<>();
    private volatile SpillDirectories.Opened opened;
    private long end;
    private long usedBytes;
    private boolean closed;
    private final LongAdder reads = new LongAdder();

    SpillFile(SpillDirectories directories, String owner) {
        this.directories = directories;
        this.owner = owner;
    }

    /** Whether there is a directory for it. */
    boolean isUsable() {
        return !directories.isEmpty();
    }

    private static int rounded(int count) {
        return Math.max(MIN_BYTES, Integer.highestOneBit(Math.max(1, count - 1)) << 1);
    }

    /**
     * Writes a piece.
     *
     * @return where it lies
     * @throws StateException if it cannot be written, with directory, bytes and option
     */
    synchronized long write(byte[] bytes, int count) {
        int size = rounded(count);
        Deque<Long> places = free.get(size);
        Long reused = places == null ? null : places.pollLast();
        long place = reused == null ? end : reused;
        try {
            if (opened == null) {
                opened = directories.open();
            }
            ByteBuffer from = ByteBuffer.wrap(bytes, 0, count);
            while (from.hasRemaining()) {
                opened.channel().write(from, place + from.position());
            }
        } catch (IOException e) {
            if (reused != null) {
                places.addLast(reused);
            }
            throw new StateException(
                    Failure.Category.CLUSTER,
                    "State of "
                            + owner
                            + " does not fit into managed memory and cannot be moved to local disk"
                            + (opened == null ? "" : " in " + opened.directory())
                            + ", where it has "
                            + usedBytes
                            + " bytes and needs "
                            + count
                            + " more: "
                            + e
                            + ". Make room there, name other directories in io.tmp.dirs, raise"
                            + " taskmanager.memory.managed.size, or raise the parallelism",
                    e);
        }
        if (reused == null) {
            end += size;
        }
        usedBytes += size;
        return place;
    }

    /** Changes a part of a piece. */
    synchronized void write(long position, byte[] bytes, int count) {
        try {
            ByteBuffer from = ByteBuffer.wrap(bytes, 0, count);
            while (from.hasRemaining()) {
                opened.channel().write(from, position + from.position());
            }
        } catch (IOException e) {
            throw new StateException(
                    Failure.Category.CLUSTER,
                    "State of "
                            + owner
                            + " that was moved to local disk in "
                            + opened.directory()
                            + " (io.tmp.dirs) cannot be changed: "
                            + count
                            + " bytes at "
                            + position
                            + ": "
                            + e,
                    e);
        }
    }

    /** Reads a part of a piece. */
    void read(long position, byte[] into, int count) {
        reads.increment();
        ByteBuffer to = ByteBuffer.wrap(into, 0, count);
        try {
            while (to.hasRemaining()) {
                if (opened.channel().read(to, position + to.position()) < 0) {
                    throw new EOFException("the file ends at " + opened.channel().size());
                }
            }
        } catch (IOException e) {
            throw new StateException(
                    Failure.Category.CLUSTER,
                    "State of "
                            + owner
                            + " that was moved to local disk in "
                            + opened.directory()
                            + " (io.tmp.dirs) cannot be read: "
                            + count
                            + " bytes at "
                            + position
                            + ": "
                            + e,
                    e);
        }
    }

    /** Gives a piece back. */
    synchronized void free(long place, int count) {
        int size = rounded(count);
        usedBytes -= size;
        free.computeIfAbsent(size, s -> new ArrayDeque<>()).addLast(place);
    }

    /** How often something was read. */
    long reads() {
        return reads.sum();
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    @Override
    public synchronized void close() {
        if (opened != null && !closed) {
            try {
                opened.channel().close();
            } catch (IOException e) {
                throw new StateException(
                        Failure.Category.CLUSTER,
                        "The file of " + owner + " in " + opened.directory() + " cannot be closed",
                        e);
            }
        }
        closed = true;
    }
}
