package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lists of keys by number, least first: the order of a {@link StoredCalendar}, derived from its
 * entries.
 *
 * <p>Format: in memory only. Each number has a queue of blocks, the first of 512 B, later ones
 * twice as large up to 32 KiB or as large as a key needs: key group 4, length of the key 4, key.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class Calendar {
    private static final int HEADER_BYTES = 8;
    private static final int MIN_BLOCK_BYTES = 512;
    private static final int MAX_BLOCK_BYTES = 32 << 10;

    private final MemoryBudget memory;
    private final TreeMap<Long, Page> pages = new TreeMap<>();

    /** Where the last key was added; null if that page is gone. */
    private Page lastAdded;

    // of the key that was taken out last
    private int keyGroup;
    private byte[] key = new byte[64];
    private int keyLength;

    Calendar(MemoryBudget memory) {
        this.memory = memory;
    }

    /**
     * @param bytes a power of two
     */
    private record Block(long at, int bytes) {}

    private static final class Page {
        private final long order;
        private final ArrayDeque<Block> blocks = new ArrayDeque<>();
        private int nextBytes = MIN_BLOCK_BYTES;

        // the last block is written, the first one is read
        private long writeAt;
        private long writeEnd;
        private long readAt;

        /** Where the first block ends, if it is not the last. */
        private final ArrayDeque<Long> ends = new ArrayDeque<>();

        Page(long order) {
            this.order = order;
        }
    }

    /** Adds a key to the end of a number's list. */
    void add(long order, int group, byte[] bytes, int length) {
        Page page = lastAdded;
        if (page == null || page.order != order) {
            page = pages.get(order);
            if (page == null) {
                page = new Page(order);
            }
        }
        int needed = HEADER_BYTES + length;
        if (page.writeEnd - page.writeAt < needed) {
            addBlock(page, needed);
            pages.put(order, page);
        }
        lastAdded = page;
        long at = page.writeAt;
        Memory.putInt(at, group);
        Memory.putInt(at + 4, length);
        Memory.copy(bytes, 0, at + HEADER_BYTES, length);
        page.writeAt = at + needed;
    }

    private void addBlock(Page page, int needed) {
        int bytes = page.nextBytes;
        while (bytes < needed) {
            bytes *= 2;
        }
        long block = memory.allocate(bytes);
        if (page.blocks.isEmpty()) {
            page.readAt = block;
        } else {
            page.ends.add(page.writeAt);
        }
        page.blocks.add(new Block(block, bytes));
        page.nextBytes = Math.min(MAX_BLOCK_BYTES, 2 * page.nextBytes);
        page.writeAt = block;
        page.writeEnd = block + bytes;
    }

    /** The least number; {@link Long#MAX_VALUE} if there is none. */
    long least() {
        return pages.isEmpty() ? Long.MAX_VALUE : pages.firstKey();
    }

    /** Takes the first key of the least number out; there must be one. */
    void take() {
        Map.Entry<Long, Page> first = pages.firstEntry();
        Page page = first.getValue();
        long at = page.readAt;
        keyGroup = Memory.getInt(at);
        keyLength = Memory.getInt(at + 4);
        if (key.length < keyLength) {
            key = new byte[2 * keyLength];
        }
        Memory.copy(at + HEADER_BYTES, key, 0, keyLength);
        page.readAt = at + HEADER_BYTES + keyLength;
        if (page.ends.isEmpty()) {
            if (page.readAt == page.writeAt) {
                remove(page);
            }
        } else if (page.readAt == page.ends.getFirst()) {
            page.ends.removeFirst();
            Block read = page.blocks.removeFirst();
            memory.free(read.at(), read.bytes());
            page.readAt = page.blocks.getFirst().at();
        }
    }

    private void remove(Page page) {
        pages.remove(page.order);
        if (lastAdded == page) {
            lastAdded = null;
        }
        page.blocks.forEach(block -> memory.free(block.at(), block.bytes()));
    }

    int keyGroup() {
        return keyGroup;
    }

    byte[] key() {
        return key;
    }

    int keyLength() {
        return keyLength;
    }

    /** Gives all memory back; it is empty afterwards. */
    void clear() {
        while (!pages.isEmpty()) {
            remove(pages.firstEntry().getValue());
        }
    }
}
