package io.millrace.runtime.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of the {@link ManagedMemory} one user may have, and what it has.
 *
 * <p>Threads: any; what is promised and what is in use change together, under the memory's lock, so
 * that no other user sees bytes that are neither due nor lent.
 */
public final class MemoryBudget {
    private final ManagedMemory memory;
    private final String owner;
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /** What others leave to this one; 0: nothing. Guarded by the memory's lock. */
    private long promisedBytes;

    MemoryBudget(ManagedMemory memory, String owner, long limitBytes) {
        this.memory = memory;
        this.owner = owner;
        this.limitBytes = limitBytes;
    }

    /**
     * Has others leave so many bytes to this user. To be called once, before anything is allocated.
     *
     * @return false if too many of all bytes were promised to others
     */
    public boolean promise(long bytes) {
        synchronized (memory) {
            if (!memory.promise(bytes)) {
                return false;
            }
            promisedBytes = bytes;
            return true;
        }
    }

    /** Others may have it all; may be called twice. */
    public void renounce() {
        synchronized (memory) {
            memory.takeBack(promisedBytes, due());
            promisedBytes = 0;
        }
    }

    private static long due(long promised, long used) {
        return Math.max(0, promised - used);
    }

    private long due() {
        return due(promisedBytes, usedBytes.get());
    }

    /** Returns what is in use then. */
    private long use(long bytes) {
        long after = usedBytes.addAndGet(bytes);
        if (promisedBytes > 0) {
            memory.redeem(due(promisedBytes, after - bytes) - due(promisedBytes, after));
        }
        return after;
    }

    /**
     * A block, all zeros. One of at most 32 KiB lies at a multiple of its size.
     *
     * @param bytes a power of two, {@link ManagedMemory#MIN_BLOCK_BYTES} to {@link
     *     ManagedMemory#MAX_BLOCK_BYTES}
     * @throws InsufficientManagedMemoryException if the budget or the whole memory is used up
     */
    public long allocate(int bytes) {
        long block = take(bytes);
        if (block == 0) {
            throw new InsufficientManagedMemoryException(exhausted(bytes));
        }
        Memory.fill(block, bytes, (byte) 0);
        return block;
    }

    private long take(int bytes) {
        synchronized (memory) {
            long used = use(bytes);
            long block = 0;
            try {
                block = used > limitBytes ? 0 : memory.take(bytes, due());
            } finally {
                if (block == 0) {
                    use(-bytes);
                }
            }
            return block;
        }
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
        synchronized (memory) {
            if (use(bytes) <= limitBytes && memory.reserve(bytes, due())) {
                return;
            }
            use(-bytes);
        }
        throw new InsufficientManagedMemoryException(exhausted(bytes));
    }

    /** Gives back what was reserved. */
    public void release(long bytes) {
        synchronized (memory) {
            memory.release(bytes);
            use(-bytes);
        }
    }

    /**
     * Gives a block back.
     *
     * @param bytes as it was allocated
     */
    public void free(long block, int bytes) {
        synchronized (memory) {
            memory.giveBack(block, bytes);
            use(-bytes);
        }
    }

    public long usedBytes() {
        return usedBytes.get();
    }

    /** Bytes that could be lent now. */
    public long freeBytes() {
        synchronized (memory) {
            return Math.min(limitBytes - usedBytes.get(), memory.freeBytes(due()));
        }
    }

    /**
     * Whether a block of this size can be lent now: what is free may lie in smaller pieces.
     *
     * @param bytes a power of two, as for {@link #allocate}
     */
    public boolean hasBlock(int bytes) {
        synchronized (memory) {
            return bytes <= freeBytes() && memory.hasBlock(bytes);
        }
    }

    public long limitBytes() {
        return limitBytes;
    }
}
