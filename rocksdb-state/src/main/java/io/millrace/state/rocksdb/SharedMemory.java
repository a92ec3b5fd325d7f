package io.millrace.state.rocksdb;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.MemoryBudget;
import io.millrace.runtime.state.StateException;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBufferManager;

/**
 * The memory of all databases of a worker: one cache for what is read, and one limit for what was
 * written and is no file yet.
 *
 * <p>The first database takes what is left of the managed memory, and the last one gives it back;
 * nothing of it is mapped, as RocksDB allocates for itself. Write buffers count against the cache,
 * so that both together stay within it: of {@code m} bytes with the part {@code w} for writing, the
 * limit of the buffers is {@code 2mw/3}, because they may become half as large again before they
 * are written, and the cache has {@code m(1 - w/3)}.
 *
 * <p>Threads: any.
 */
final class SharedMemory {
    /** RocksDB would do nothing but write tiny files with less. */
    private static final long MIN_BYTES = 1 << 20;

    /**
     * What the memory is for.
     *
     * @param writeBuffers 0 to 1, of all
     * @param highPriority 0 to 1, of the cache, for indexes and filters
     */
    record Parts(double writeBuffers, double highPriority) {}

    /** Guarded by this, as are all fields. */
    private int users;

    private MemoryBudget payer;
    private long reservedBytes;
    private Cache cache;
    private WriteBufferManager buffers;
    private long bufferBytes;

    /** The right of one database to use the memory. */
    final class Lease {
        private boolean released;

        private Lease() {}

        Cache cache() {
            return cache;
        }

        WriteBufferManager buffers() {
            return buffers;
        }

        /** The limit for the write buffers of all databases. */
        long bufferBytes() {
            return bufferBytes;
        }

        /** Called when the database is closed. May be called twice. */
        void release() {
            if (!released) {
                released = true;
                onReleased();
            }
        }
    }

    /**
     * @param budget of the store; pays if it is the first one
     */
    synchronized Lease lease(MemoryBudget budget, String owner, Parts parts) {
        if (users == 0) {
            reserve(budget, owner);
            long bytes = reservedBytes;
            bufferBytes = (long) (2 * bytes * parts.writeBuffers() / 3);
            cache =
                    new LRUCache(
                            (long) (bytes * (1 - parts.writeBuffers() / 3)),
                            -1,
                            false,
                            parts.highPriority());
            buffers = new WriteBufferManager(bufferBytes, cache);
        }
        users++;
        return new Lease();
    }

    private void reserve(MemoryBudget budget, String owner) {
        long bytes = budget.freeBytes();
        if (bytes < MIN_BYTES) {
            throw new StateException(
                    Failure.Category.CONFIG,
                    "RocksDB for "
                            + owner
                            + " has "
                            + bytes
                            + " bytes of managed memory and needs at least "
                            + MIN_BYTES
                            + ": raise taskmanager.memory.managed.size or"
                            + " taskmanager.memory.managed.fraction");
        }
        try {
            budget.reserve(bytes);
        } catch (InsufficientManagedMemoryException e) {
            throw new StateException(
                    Failure.Category.STATE, "RocksDB for " + owner + ": " + e.getMessage(), e);
        }
        payer = budget;
        reservedBytes = bytes;
    }

    private synchronized void onReleased() {
        if (--users == 0) {
            buffers.close();
            cache.close();
            payer.release(reservedBytes);
        }
    }
}
