package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.util.Arrays;

/**
 * Addresses of entries by their order, least first: a heap with four children a node.
 *
 * <p>Each entry knows its place in the heap, so that it can be removed from the middle.
 *
 * <p>Format: in memory only. Pages of 32 KiB; a node is order 8, address of the entry 8.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class OrderHeap {
    private static final int NODE_BYTES = 16;
    private static final int PAGE_BYTES = 32 << 10;
    private static final int PAGE_SHIFT = 11;
    private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;

    /** The first page grows to its size, since many states have few entries. */
    private static final int MIN_PAGE_BYTES = 512;

    private final StoreMemory store;
    private long[] pages = new long[4];
    private int pageCount;
    private int firstPageBytes;
    private long size;

    OrderHeap(StoreMemory store) {
        this.store = store;
    }

    long size() {
        return size;
    }

    private long node(long index) {
        return pages[(int) (index >>> PAGE_SHIFT)] + (index & PAGE_MASK) * NODE_BYTES;
    }

    /** The least order; there must be one. */
    long leastOrder() {
        return Memory.getLong(pages[0]);
    }

    /** The entry with the least order; there must be one. */
    long leastEntry() {
        return Memory.getLong(pages[0] + 8);
    }

    long order(long index) {
        return Memory.getLong(node(index));
    }

    long entry(long index) {
        return Memory.getLong(node(index) + 8);
    }

    /** Makes room for one more, so that {@link #add} cannot fail. */
    void reserve() {
        if (pageCount == 0) {
            pages[0] = store.allocate(MIN_PAGE_BYTES);
            firstPageBytes = MIN_PAGE_BYTES;
            pageCount = 1;
        } else if (pageCount == 1
                && firstPageBytes < PAGE_BYTES
                && (size + 1) * NODE_BYTES > firstPageBytes) {
            long larger = store.allocate(2 * firstPageBytes);
            Memory.copy(pages[0], larger, firstPageBytes);
            store.memory().free(pages[0], firstPageBytes);
            pages[0] = larger;
            firstPageBytes *= 2;
        } else if (size >> PAGE_SHIFT == pageCount) {
            if (pageCount == pages.length) {
                pages = Arrays.copyOf(pages, 2 * pageCount);
            }
            pages[pageCount] = store.allocate(PAGE_BYTES);
            pageCount++;
        }
    }

    void add(long order, long entry) {
        siftUp(size++, order, entry);
    }

    /** The entry lies elsewhere now. */
    void setEntry(long index, long entry) {
        Memory.putLong(node(index) + 8, entry);
    }

    void removeAt(long index) {
        size--;
        if (index < size) {
            long last = node(size);
            long order = Memory.getLong(last);
            long entry = Memory.getLong(last + 8);
            long parent = (index - 1) >> 2;
            if (index > 0 && Memory.getLong(node(parent)) > order) {
                siftUp(index, order, entry);
            } else {
                siftDown(index, order, entry);
            }
        }
        // one page more than needed is kept, so that a size at the edge costs nothing
        int needed = (int) ((size + PAGE_MASK) >> PAGE_SHIFT) + 1;
        while (pageCount > Math.max(1, needed)) {
            pageCount--;
            store.memory().free(pages[pageCount], PAGE_BYTES);
        }
    }

    private void siftUp(long from, long order, long entry) {
        long index = from;
        while (index > 0) {
            long parent = (index - 1) >> 2;
            long node = node(parent);
            long parentOrder = Memory.getLong(node);
            if (parentOrder <= order) {
                break;
            }
            set(index, parentOrder, Memory.getLong(node + 8));
            index = parent;
        }
        set(index, order, entry);
    }

    private void siftDown(long from, long order, long entry) {
        long index = from;
        while (true) {
            long child = 4 * index + 1;
            if (child >= size) {
                break;
            }
            long least = child;
            long leastOrder = Memory.getLong(node(child));
            long end = Math.min(child + 4, size);
            for (long other = child + 1; other < end; other++) {
                long otherOrder = Memory.getLong(node(other));
                if (otherOrder < leastOrder) {
                    least = other;
                    leastOrder = otherOrder;
                }
            }
            if (leastOrder >= order) {
                break;
            }
            set(index, leastOrder, Memory.getLong(node(least) + 8));
            index = least;
        }
        set(index, order, entry);
    }

    private void set(long index, long order, long entry) {
        long node = node(index);
        Memory.putLong(node, order);
        Memory.putLong(node + 8, entry);
        Memory.putLong(entry + LogEntry.HEADER_BYTES, index);
    }

    /** Gives all pages back. */
    void free() {
        for (int i = 0; i < pageCount; i++) {
            store.memory().free(pages[i], i == 0 ? firstPageBytes : PAGE_BYTES);
        }
        pageCount = 0;
        size = 0;
    }
}
