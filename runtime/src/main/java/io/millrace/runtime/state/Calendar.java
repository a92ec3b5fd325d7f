package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Lists of keys by number, least first: the order of a {@link StoredCalendar}, derived from its
 * entries.
 *
 * <p>Keys of one number are taken out block by block, and those of a block by key group: what a
 * group's keys have in tables lies together, so that most of it is in the processor's caches when
 * the next key comes.
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

    /** Not in use; null if there is none. */
    private Run spare;

    /** By key group, while they are sorted. */
    private int[] firsts = new int[64];

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

        /** What is taken out next, of which all before {@link #readAt} are a part. */
        private Run run;

        Page(long order) {
            this.order = order;
        }
    }

    /** The keys of a block that were there when its first one was taken, by key group. */
    private static final class Run {
        private long[] addresses = new long[64];
        private int count;
        private int at;
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

    /** Takes a key of the least number out; there must be one. */
    void take() {
        Page page = pages.firstEntry().getValue();
        Run run = page.run;
        if (run == null) {
            run = begin(page);
        }
        long at = run.addresses[run.at++];
        keyGroup = Memory.getInt(at);
        keyLength = Memory.getInt(at + 4);
        if (key.length < keyLength) {
            key = new byte[2 * keyLength];
        }
        Memory.copy(at + HEADER_BYTES, key, 0, keyLength);
        if (run.at == run.count) {
            end(page);
        }
    }

    /** Sorts what is in the first block by key group. */
    private Run begin(Page page) {
        Run run = spare == null ? new Run() : spare;
        spare = null;
        page.run = run;
        run.count = 0;
        run.at = 0;
        long end = page.ends.isEmpty() ? page.writeAt : page.ends.getFirst();
        int least = Integer.MAX_VALUE;
        int greatest = 0;
        for (long at = page.readAt; at < end; at += HEADER_BYTES + Memory.getInt(at + 4)) {
            int group = Memory.getInt(at);
            least = Math.min(least, group);
            greatest = Math.max(greatest, group);
            run.count++;
        }
        int groups = greatest - least + 1;
        if (firsts.length < groups + 1) {
            firsts = new int[groups + 1];
        } else {
            Arrays.fill(firsts, 0, groups + 1, 0);
        }
        for (long at = page.readAt; at < end; at += HEADER_BYTES + Memory.getInt(at + 4)) {
            firsts[Memory.getInt(at) - least + 1]++;
        }
        for (int group = 1; group < groups; group++) {
            firsts[group] += firsts[group - 1];
        }
        if (run.addresses.length < run.count) {
            run.addresses = new long[run.count];
        }
        for (long at = page.readAt; at < end; at += HEADER_BYTES + Memory.getInt(at + 4)) {
            run.addresses[firsts[Memory.getInt(at) - least]++] = at;
        }
        page.readAt = end;
        return run;
    }

    private void end(Page page) {
        spare = page.run;
        page.run = null;
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
