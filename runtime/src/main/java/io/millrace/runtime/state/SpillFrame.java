package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;

/**
 * A place in memory for what is read of a {@link SpillFile}, one part at a time.
 *
 * <p>Threads: one.
 */
final class SpillFrame implements AutoCloseable {
    private static final int MIN_BYTES = 4 << 10;

    private final SpillFile file;
    private final MemoryBudget memory;
    private byte[] read = new byte[MIN_BYTES];
    private long block;
    private int blockBytes;

    SpillFrame(SpillFile file, MemoryBudget memory) {
        this.file = file;
        this.memory = memory;
    }

    /**
     * Reads a part of the file.
     *
     * @return where it lies until the next call
     */
    long load(long position, int count) {
        reserve(count);
        if (read.length < count) {
            read = new byte[blockBytes];
        }
        file.read(position, read, count);
        Memory.copy(read, 0, block, count);
        return block;
    }

    /** Makes room beforehand, so that reading needs no memory. */
    void reserve(int count) {
        if (blockBytes >= count) {
            return;
        }
        int bytes = Math.max(MIN_BYTES, Integer.highestOneBit(count - 1) << 1);
        long larger = memory.allocate(bytes);
        close();
        block = larger;
        blockBytes = bytes;
    }

    @Override
    public void close() {
        if (block != 0) {
            memory.free(block, blockBytes);
            block = 0;
            blockBytes = 0;
        }
    }
}
