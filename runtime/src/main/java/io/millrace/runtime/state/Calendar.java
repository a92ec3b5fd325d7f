package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Lists of keys by number, least first: the order of a {@link StoredCalendar}, derived from its
 * entries.
 *
 * <p>When memory is short, blocks that are full and not being read go to local disk, those of the
 * greatest numbers first, and come back when their keys are taken out.
 *
 * <p>Keys of one number are taken out block by block, and those of a block by key group: what a
 * group's keys have in tables lies together, so that most of it is in the processor's caches when
 * the next key comes.
 *
 * <p>Format: in memory and on local disk only. Each number has a queue of blocks, the first of 512
 * B, later ones twice as large up to 32 KiB (less where memory is small) or as large as a key
 * needs: key group 4, length of the key 4, key.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class Calendar {
    private static final int HEADER_BYTES = 8;
    private static final int MIN_BLOCK_BYTES = 512;

    /** Blocks that go to disk in one go. */
    private static final int SPILLED_AT_A_TIME = 8;

    private final StoreMemory store;
    private final TreeMap<Long, Page> pages = new TreeMap<>();

    /** Where the last key was added; null if that page is gone. */
    private Page lastAdded;

    /** Where another was added before: two subtasks that send records may be at different times. */
    private Page formerAdded;

    /** The page of the least number; null if there is none, or it must be looked for. */
    private Page first;

    /** Not in use; null if there is none. */
    private Run spare;

    /** By key group, while they are sorted. */
    private int[] firsts = new int[64];

    // of the key that was taken out last
    private int keyGroup;
    private byte[] key = new byte[64];
    private int keyLength;

    Calendar(StoreMemory store) {
        this.store = store;
    }

    private static final class Block {
        /** Where it lies in memory, or on disk. */
        private long at;

        /** A power of two. */
        private final int bytes;

        private boolean onDisk;

        Block(long at, int bytes) {
            this.at = at;
            this.bytes = bytes;
        }
    }

    private static final class Page {
        private final long order;
        private final ArrayDeque<Block> blocks = new ArrayDeque<>();
        private int nextBytes = MIN_BLOCK_BYTES;

        /** Blocks in memory, the last included. */
        private int inMemory;

        // the last block is written, the first one is read, from its begin if this is 0
        private long writeAt;
        private long writeEnd;
        private long readAt;

        /** How much there is in each block that is not written to any more. */
        private final ArrayDeque<Integer> lengths = new ArrayDeque<>();

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
            page = formerAdded;
            if (page == null || page.order != order) {
                page = pages.get(order);
                if (page == null) {
                    page = new Page(order);
                }
            }
        }
        int needed = HEADER_BYTES + length;
        if (store.spill().isPressed()) {
            spill();
        }
        if (page.writeEnd - page.writeAt < needed) {
            addBlock(page, needed);
            pages.put(order, page);
            first = null;
        }
        if (page != lastAdded) {
            formerAdded = lastAdded;
            lastAdded = page;
        }
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
        long block = store.allocate(bytes);
        endBlock(page);
        page.blocks.add(new Block(block, bytes));
        page.inMemory++;
        page.nextBytes = Math.min(store.spill().segmentBytes(), 2 * page.nextBytes);
        page.writeAt = block;
        page.writeEnd = block + bytes;
    }

    /** The least number; {@link Long#MAX_VALUE} if there is none. */
    long least() {
        Page page = first();
        return page == null ? Long.MAX_VALUE : page.order;
    }

    private Page first() {
        if (first == null && !pages.isEmpty()) {
            first = pages.firstEntry().getValue();
        }
        return first;
    }

    /** Takes a key of the least number out; there must be one. */
    void take() {
        Page page = first();
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

    /**
     * Shows keys of the least number that are taken out next, as long as they have eight bytes;
     * there must be one.
     *
     * @return how many there are in the two arrays
     */
    int next(long[] words, int[] groups) {
        Page page = first();
        Run run = page.run == null ? begin(page) : page.run;
        int count = Math.min(words.length, run.count - run.at);
        for (int i = 0; i < count; i++) {
            long at = run.addresses[run.at + i];
            if (Memory.getInt(at + 4) != 8) {
                return i;
            }
            groups[i] = Memory.getInt(at);
            words[i] = Memory.getLongBigEndian(at + HEADER_BYTES);
        }
        return count;
    }

    /** Sorts what is in the first block by key group. */
    private Run begin(Page page) {
        Block first = page.blocks.getFirst();
        if (first.onDisk) {
            bringBack(page, first);
        }
        Run run = spare == null ? new Run() : spare;
        spare = null;
        page.run = run;
        run.count = 0;
        run.at = 0;
        long begin = page.readAt == 0 ? first.at : page.readAt;
        long end = page.lengths.isEmpty() ? page.writeAt : first.at + page.lengths.getFirst();
        int least = Integer.MAX_VALUE;
        int greatest = 0;
        for (long at = begin; at < end; at += HEADER_BYTES + Memory.getInt(at + 4)) {
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
        for (long at = begin; at < end; at += HEADER_BYTES + Memory.getInt(at + 4)) {
            firsts[Memory.getInt(at) - least + 1]++;
        }
        for (int group = 1; group < groups; group++) {
            firsts[group] += firsts[group - 1];
        }
        if (run.addresses.length < run.count) {
            run.addresses = new long[run.count];
        }
        for (long at = begin; at < end; at += HEADER_BYTES + Memory.getInt(at + 4)) {
            run.addresses[firsts[Memory.getInt(at) - least]++] = at;
        }
        page.readAt = end;
        return run;
    }

    private void end(Page page) {
        spare = page.run;
        page.run = null;
        Block first = page.blocks.getFirst();
        if (page.lengths.isEmpty()) {
            if (page.readAt == page.writeAt) {
                remove(page);
            }
        } else if (page.readAt == first.at + page.lengths.getFirst()) {
            page.lengths.removeFirst();
            page.blocks.removeFirst();
            free(first);
            page.inMemory--;
            page.readAt = 0;
            if (page.blocks.isEmpty()) {
                remove(page);
            }
        }
    }

    private void free(Block block) {
        if (block.onDisk) {
            store.spill().file().free(block.at, block.bytes);
        } else {
            store.memory().free(block.at, block.bytes);
        }
    }

    // ---- disk

    /**
     * Moves blocks to disk, some at a time.
     *
     * @return whether some have gone
     * @throws StateException if the disk does not take them
     */
    boolean spill() {
        int gone = 0;
        for (Page page : pages.descendingMap().values()) {
            if (page.inMemory > 1) {
                gone += spill(page, SPILLED_AT_A_TIME - gone);
            }
            if (gone == SPILLED_AT_A_TIME) {
                return true;
            }
        }
        return gone > 0 || spillLast();
    }

    /** Blocks that are full. */
    private int spill(Page page, int atMost) {
        int gone = 0;
        for (Block block : page.blocks) {
            boolean isRead = page.readAt != 0 && block == page.blocks.getFirst();
            if (!isRead && !block.onDisk && block != page.blocks.getLast() && gone < atMost) {
                spill(page, block);
                gone++;
            }
        }
        return gone;
    }

    /** A block that is not full yet, and will not be added to any more. */
    private boolean spillLast() {
        for (Page page : pages.descendingMap().values()) {
            Block block = page.blocks.getLast();
            if (page != lastAdded && page.readAt == 0 && !block.onDisk) {
                endBlock(page);
                page.writeAt = 0;
                page.writeEnd = 0;
                page.nextBytes = MIN_BLOCK_BYTES;
                spill(page, block);
                return true;
            }
        }
        return false;
    }

    /** Notes how much there is in the last block. */
    private static void endBlock(Page page) {
        if (page.lengths.size() < page.blocks.size()) {
            page.lengths.add((int) (page.writeAt - page.blocks.getLast().at));
        }
    }

    private void spill(Page page, Block block) {
        byte[] image = store.spill().image(block.bytes);
        Memory.copy(block.at, image, 0, block.bytes);
        long place = store.spill().file().write(image, block.bytes);
        store.memory().free(block.at, block.bytes);
        block.at = place;
        block.onDisk = true;
        page.inMemory--;
    }

    private void bringBack(Page page, Block block) {
        byte[] image = store.spill().image(block.bytes);
        store.spill().file().read(block.at, image, block.bytes);
        long back = store.allocate(block.bytes);
        Memory.copy(image, 0, back, block.bytes);
        store.spill().file().free(block.at, block.bytes);
        block.at = back;
        block.onDisk = false;
        page.inMemory++;
    }

    private void remove(Page page) {
        pages.remove(page.order);
        if (first == page) {
            first = null;
        }
        if (lastAdded == page) {
            lastAdded = null;
        }
        if (formerAdded == page) {
            formerAdded = null;
        }
        page.blocks.forEach(this::free);
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
