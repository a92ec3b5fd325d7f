package io.millrace.runtime.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The managed memory of one worker: blocks of 512 B to 64 MiB, always a power of two, cut out of
 * slabs that are mapped when they are first needed and never unmapped.
 *
 * <p>Shape: a buddy system. A free block whose other half is free too becomes one with it, so that
 * small and large blocks can come after each other for ever.
 *
 * <p>Invariant: all blocks lent are at most the total. What lies behind the total is never touched.
 *
 * <p>Threads: any; guarded by its own lock.
 */
public final class ManagedMemory implements AutoCloseable {
    /** Bytes of the smallest block. */
    public static final int MIN_BLOCK_BYTES = Slab.UNIT_BYTES;

    /** Bytes of the largest block. */
    public static final int MAX_BLOCK_BYTES = Slab.BYTES;

    private static final int MIN_ORDER = Integer.numberOfTrailingZeros(MIN_BLOCK_BYTES);
    private static final int MAX_ORDER = Integer.numberOfTrailingZeros(MAX_BLOCK_BYTES);
    private static final int ORDERS = MAX_ORDER - MIN_ORDER + 1;

    private final long totalBytes;

    /** Slabs in use by address; the free blocks of each, by order and place. */
    private final List<Slab> slabs = new ArrayList<>();

    private final List<BitSet[]> free = new ArrayList<>();

    /** Blocks that may be free; whether one is, its bit says. */
    private final AddressStack[] candidates = new AddressStack[ORDERS];

    /** How many blocks are free, by order. */
    private final int[] freeBlocks = new int[ORDERS];

    private long mappedBytes;
    private long lentBytes;

    /** What users were promised. */
    private long promisedBytes;

    /** The part of it that they have not taken. */
    private long dueBytes;

    private boolean closed;

    private static final class AddressStack {
        private long[] addresses = new long[16];
        private int size;

        void push(long address) {
            if (size == addresses.length) {
                addresses = Arrays.copyOf(addresses, 2 * size);
            }
            addresses[size++] = address;
        }

        /** 0 if it is empty. */
        long pop() {
            return size == 0 ? 0 : addresses[--size];
        }
    }

    /**
     * @param totalBytes {@code taskmanager.memory.managed.size}, or what the fraction has come to
     */
    public ManagedMemory(long totalBytes) {
        if (totalBytes < 0) {
            throw new IllegalArgumentException("Managed memory of " + totalBytes + " bytes");
        }
        this.totalBytes = totalBytes / MIN_BLOCK_BYTES * MIN_BLOCK_BYTES;
        for (int i = 0; i < ORDERS; i++) {
            candidates[i] = new AddressStack();
        }
    }

    /**
     * A part for one user.
     *
     * @param owner for messages: whose state it is
     * @param bytes at most these; parts may together be more than the total
     */
    public MemoryBudget budget(String owner, long bytes) {
        return new MemoryBudget(this, owner, Math.min(bytes, totalBytes));
    }

    public long totalBytes() {
        return totalBytes;
    }

    /** What all users together have. */
    public synchronized long lentBytes() {
        return lentBytes;
    }

    /**
     * Keeps bytes for one user, whatever others want.
     *
     * @return false if there are not as many that were not promised to others
     */
    synchronized boolean promise(long bytes) {
        if (promisedBytes + bytes > totalBytes) {
            return false;
        }
        promisedBytes += bytes;
        dueBytes += bytes;
        return true;
    }

    /**
     * @param bytes as they were promised
     * @param due the part that was not taken
     */
    synchronized void takeBack(long bytes, long due) {
        promisedBytes -= bytes;
        dueBytes -= due;
    }

    /** A user takes a part of what it was promised, or, below 0, gives it back. */
    synchronized void redeem(long bytes) {
        dueBytes -= bytes;
    }

    /**
     * What is left for one user.
     *
     * @param due what it was promised and has not taken
     */
    synchronized long freeBytes(long due) {
        return totalBytes - lentBytes - (dueBytes - due);
    }

    /**
     * @param bytes a power of two
     * @param due what the user was promised and has not taken, these bytes not among it
     * @return 0 if there is none
     */
    synchronized long take(int bytes, long due) {
        if (closed) {
            throw new IllegalStateException("The managed memory is closed");
        }
        if (bytes > freeBytes(due)) {
            return 0;
        }
        int order = order(bytes);
        long block = split(order);
        if (block == 0 && map()) {
            block = split(order);
        }
        if (block != 0) {
            lentBytes += bytes;
            slabs.get(slabOf(block)).onAllocate(block, bytes);
        }
        return block;
    }

    /**
     * Whether there is a block of this size, which may be a part of a larger one.
     *
     * @param bytes a power of two
     */
    synchronized boolean hasBlock(int bytes) {
        for (int order = order(bytes); order < ORDERS; order++) {
            if (freeBlocks[order] > 0) {
                return true;
            }
        }
        return totalBytes - mappedBytes >= bytes;
    }

    /**
     * Counts bytes as lent that somebody else allocates.
     *
     * @param due as for {@link #take}
     * @return false if there are not as many
     */
    synchronized boolean reserve(long bytes, long due) {
        if (closed) {
            throw new IllegalStateException("The managed memory is closed");
        }
        if (bytes > freeBytes(due)) {
            return false;
        }
        lentBytes += bytes;
        return true;
    }

    synchronized void release(long bytes) {
        lentBytes -= bytes;
    }

    private static int order(int bytes) {
        if (bytes < MIN_BLOCK_BYTES || bytes > MAX_BLOCK_BYTES || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException("A block of " + bytes + " bytes");
        }
        return Integer.numberOfTrailingZeros(bytes) - MIN_ORDER;
    }

    private long split(int order) {
        for (int larger = order; larger < ORDERS; larger++) {
            long block = pollFree(larger);
            if (block != 0) {
                for (int half = larger - 1; half >= order; half--) {
                    addFree(block + ((long) MIN_BLOCK_BYTES << half), half);
                }
                return block;
            }
        }
        return 0;
    }

    private long pollFree(int order) {
        while (true) {
            long block = candidates[order].pop();
            if (block == 0) {
                return 0;
            }
            int slab = slabOf(block);
            BitSet bits = free.get(slab)[order];
            int place = place(slab, block, order);
            if (bits.get(place)) {
                bits.clear(place);
                freeBlocks[order]--;
                return block;
            }
        }
    }

    private void addFree(long block, int order) {
        int slab = slabOf(block);
        free.get(slab)[order].set(place(slab, block, order));
        freeBlocks[order]++;
        candidates[order].push(block);
    }

    private int place(int slab, long block, int order) {
        return (int) ((block - slabs.get(slab).address()) >>> (order + MIN_ORDER));
    }

    private int slabOf(long address) {
        int low = 0;
        int high = slabs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (slabs.get(middle).address() <= address) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** One more slab, of which no more is used than the total still allows. */
    private boolean map() {
        long usable = Math.min(MAX_BLOCK_BYTES, totalBytes - mappedBytes);
        if (usable <= 0) {
            return false;
        }
        Slab slab;
        try {
            slab = Slab.take();
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "The operating system gives no more memory at "
                            + mappedBytes
                            + " of "
                            + totalBytes
                            + " bytes of managed memory. Lower taskmanager.memory.managed.size or"
                            + " raise taskmanager.memory.process.size",
                    e);
        }
        int at = 0;
        while (at < slabs.size() && slabs.get(at).address() < slab.address()) {
            at++;
        }
        slabs.add(at, slab);
        BitSet[] bits = new BitSet[ORDERS];
        for (int i = 0; i < ORDERS; i++) {
            bits[i] = new BitSet();
        }
        free.add(at, bits);
        long begin = slab.address();
        for (int order = ORDERS - 1; order >= 0; order--) {
            long bytes = (long) MIN_BLOCK_BYTES << order;
            if ((usable & bytes) != 0) {
                addFree(begin, order);
                begin += bytes;
            }
        }
        mappedBytes += usable;
        return true;
    }

    synchronized void giveBack(long block, int bytes) {
        int order = order(bytes);
        int slab = slabOf(block);
        slabs.get(slab).onFree(block, bytes);
        lentBytes -= bytes;
        long base = slabs.get(slab).address();
        long offset = block - base;
        while (order < ORDERS - 1) {
            int size = MIN_BLOCK_BYTES << order;
            long other = offset ^ size;
            BitSet bits = free.get(slab)[order];
            int place = (int) (other / size);
            if (!bits.get(place)) {
                break;
            }
            bits.clear(place);
            freeBlocks[order]--;
            offset = Math.min(offset, other);
            order++;
        }
        addFree(base + offset, order);
    }

    /**
     * Gives the slabs up for the next user in this process. May be called twice.
     *
     * @throws IllegalStateException if somebody still has blocks; these slabs are not used again
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (lentBytes > 0) {
            throw new IllegalStateException(
                    lentBytes + " bytes of managed memory were not given back");
        }
        slabs.forEach(Slab::giveUp);
        slabs.clear();
    }
}
