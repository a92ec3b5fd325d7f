package io.millrace.runtime.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of the {@link ManagedMemory} one user may have, and what it has.
 *
 * <p>Threads: any.
 */
public final class MemoryBudget {
    private final ManagedMemory memory;
    private final String owner;
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    MemoryBudget(ManagedMemory memory, String owner, long limitBytes) {
        this.memory = memory;
        this.owner = owner;
        this.limitBytes = limitBytes;
    }

    /**
     * A block, all zeros. One of at most 32 KiB lies at a multiple of its size.
     *
     * @param bytes a power of two, {@link ManagedMemory#MIN_BLOCK_BYTES} to {@link
     *     ManagedMemory#MAX_BLOCK_BYTES}
     * @throws InsufficientManagedMemoryException if the budget or the whole memory is used up
     */
    public long allocate(int bytes) {
        long used = usedBytes.addAndGet(bytes);
        long block = 0;
        try {
            block = used > limitBytes ? 0 : memory.take(bytes);
        } finally {
            if (block == 0) {
                usedBytes.addAndGet(-bytes);
            }
        }
        if (block == 0) {
            throw new InsufficientManagedMemoryException(exhausted(bytes));
        }
        Memory.fill(block, bytes, (byte) 0);
        return block;
    }

    private String exhausted(long bytes) {
        return "The managed memory for "
                + owner
                + " is used up: it has "
                + usedBytes.get()
                + " of "
                + limitBytes
                + " bytes and needs "
                + bytes
                + " more; all users of the worker have "
                + memory.lentBytes()
                + " of "
                + memory.totalBytes()
                + " bytes. Raise taskmanager.memory.managed.size or"
                + " taskmanager.memory.managed.fraction, raise the parallelism, or give state a"
                + " time to live";
    }

    /**
     * Takes memory that somebody else allocates, such as a native library: it counts as lent, and
     * nothing is mapped for it.
     *
     * @throws InsufficientManagedMemoryException if the budget or the whole memory is used up
     */
    public void reserve(long bytes) {
        if (usedBytes.addAndGet(bytes) > limitBytes || !memory.reserve(bytes)) {
            usedBytes.addAndGet(-bytes);
            throw new InsufficientManagedMemoryException(exhausted(bytes));
        }
    }

    /** Gives back what was reserved. */
    public void release(long bytes) {
        memory.release(bytes);
        usedBytes.addAndGet(-bytes);
    }

    /**
     * Gives a block back.
     *
     * @param bytes as it was allocated
     */
    public void free(long block, int bytes) {
        memory.giveBack(block, bytes);
        usedBytes.addAndGet(-bytes);
    }

    public long usedBytes() {
        return usedBytes.get();
    }

    /** Bytes that could be lent now. */
    public long freeBytes() {
        return Math.min(limitBytes - usedBytes.get(), memory.totalBytes() - memory.lentBytes());
    }

    public long limitBytes() {
        return limitBytes;
    }
}
