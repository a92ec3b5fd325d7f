package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;

/**
 * By the hash of an entry's bytes, where it lies: the index of an {@link EntryLog}, which is
 * derived from it.
 *
 * <p>An extendible hash table, rebuilt, doubled or split a page of at most {@value #MAX_PAGE_BYTES}
 * bytes at a time. When memory is short, pages go to local disk too, chosen by {@link
 * SecondChance}. They come back when they are used and there is memory; else they are read, and
 * changed, where they are, so that no entry ever waits for memory in order to go to disk itself.
 *
 * <p>Format: in memory and on local disk only.
 *
 * <pre>
 *   page       slots in use 4, depth 4, bytes 4, unused 20, then slots
 *   slot       0, or {@value #REMOVED}, or 16 bits of the hash before 48 bits that are the log's own,
 *              of which the lowest is 0
 *   directory  a page's address, or its place on disk, with the flags of {@link SecondChance}
 * </pre>
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class LogIndex {
    static final int HEADER_BYTES = 32;
    static final int SLOT_BYTES = 8;
    private static final int SLOTS_OF_A_LINE = 8;
    static final long PLACE = (1L << 48) - 1;

    /** A slot that was used. */
    static final long REMOVED = 1;

    private static final int USED = 0;
    private static final int DEPTH = SecondChance.DEPTH;
    private static final int PAGE_BYTES = 8;
    private static final int MIN_PAGE_BYTES = 512;
    static final int MAX_PAGE_BYTES = 4 << 10;
    private static final int MAX_DEPTH = 26;

    private static final int ON_DISK = SecondChance.ON_DISK;
    private static final int FLAGS = SecondChance.FLAGS;

    /** Tells the hash of the entry that lies somewhere. */
    @FunctionalInterface
    interface Hashes {
        long hash(long place);
    }

    private final StoreMemory store;
    private final Hashes hashes;
    private final SecondChance chance = new SecondChance();
    private long[] directory;
    private int depth;
    private int pageBytes = MIN_PAGE_BYTES;
    private int slots = slots(MIN_PAGE_BYTES);

    LogIndex(StoreMemory store, Hashes hashes) {
        this.store = store;
        this.hashes = hashes;
        this.directory = new long[] {newPage(0)};
    }

    private static int slots(int bytes) {
        return (bytes - HEADER_BYTES) / SLOT_BYTES;
    }

    private long newPage(int pageDepth) {
        long page = store.allocate(pageBytes);
        Memory.putInt(page + DEPTH, pageDepth);
        Memory.putInt(page + PAGE_BYTES, pageBytes);
        return page;
    }

    static long tag(long hash) {
        return (hash & 0xffff) << 48;
    }

    private int inDirectory(long hash) {
        return (int) ((hash >>> 1) >>> (63 - depth));
    }

    /** The first slot of a hash's page, for looking only, until another page is asked for. */
    long firstOfPage(long hash) {
        long page = directory[inDirectory(hash)];
        return ((page & FLAGS) == 0 ? page : use(inDirectory(hash))) + HEADER_BYTES;
    }

    /** Reads where a hash is looked for first; what is there means nothing. */
    long touch(long hash) {
        long page = directory[inDirectory(hash)];
        return (page & FLAGS) == 0 ? Memory.getLong(slot(page, firstSlot(hash))) : 0;
    }

    /**
     * What lies behind the first slots of a hash and may be the one that is looked for; 0 if that
     * is not to be told at once.
     */
    long likely(long hash) {
        long page = directory[inDirectory(hash)];
        if ((page & FLAGS) != 0) {
            return 0;
        }
        int first = firstSlot(hash);
        int end = Math.min(slots, first + SLOTS_OF_A_LINE);
        for (int slot = first; slot < end; slot++) {
            long found = Memory.getLong(slot(page, slot));
            if (found == 0) {
                return 0;
            }
            if ((found ^ tag(hash)) >>> 48 == 0 && found != REMOVED) {
                return found & PLACE;
            }
        }
        return 0;
    }

    private static long slot(long page, int slot) {
        return page + HEADER_BYTES + (long) SLOT_BYTES * slot;
    }

    /** Slots of each page. */
    int slots() {
        return slots;
    }

    /** The slot at which a hash is looked for first; then come those behind it, around. */
    int firstSlot(long hash) {
        return (int) (((hash & 0xffff_ffffL) * slots) >>> 32);
    }

    void add(long hash, long place) {
        long page = pageToChange(hash);
        while (Memory.getInt(page + USED) >= slots * 4 / 5) {
            grow(page, hash);
            page = pageToChange(hash);
        }
        Memory.putInt(page + USED, Memory.getInt(page + USED) + 1);
        put(page, hash, place);
    }

    private void put(long page, long hash, long place) {
        int slot = firstSlot(hash);
        long first = page + HEADER_BYTES;
        while (Memory.getLong(first + (long) SLOT_BYTES * slot) != 0) {
            if (++slot == slots) {
                slot = 0;
            }
        }
        Memory.putLong(first + (long) SLOT_BYTES * slot, tag(hash) | place);
    }

    /** Says that an entry lies elsewhere now; 0: nowhere. Needs no memory. */
    void set(long hash, long from, long to) {
        long found = directory[inDirectory(hash)];
        boolean onDisk = (found & ON_DISK) != 0;
        long page = onDisk ? read(found) : found & ~FLAGS;
        int slot = slotOf(page, hash, from);
        long entry = to == 0 ? REMOVED : tag(hash) | to;
        int at = HEADER_BYTES + SLOT_BYTES * slot;
        Memory.putLong(page + at, entry);
        if (onDisk) {
            byte[] image = store.spill().image(SLOT_BYTES);
            Memory.copy(page + at, image, 0, SLOT_BYTES);
            store.spill().file().write((found & ~FLAGS) + at, image, SLOT_BYTES);
        }
    }

    private int slotOf(long page, long hash, long place) {
        long wanted = tag(hash) | place;
        int slot = firstSlot(hash);
        while (true) {
            long found = Memory.getLong(page + HEADER_BYTES + (long) SLOT_BYTES * slot);
            if (found == wanted) {
                return slot;
            }
            if (found == 0) {
                throw new IllegalStateException("An entry is not in the index");
            }
            if (++slot == slots) {
                slot = 0;
            }
        }
    }

    // ---- growing

    private void grow(long page, long hash) {
        int live = 0;
        for (int slot = 0; slot < slots; slot++) {
            long found = Memory.getLong(page + HEADER_BYTES + (long) SLOT_BYTES * slot);
            if (found != 0 && found != REMOVED) {
                live++;
            }
        }
        int pageDepth = Memory.getInt(page + DEPTH);
        int bytesBefore = pageBytes;
        boolean isFull = live > slots * 2 / 5;
        if (isFull && pageBytes == MAX_PAGE_BYTES) {
            split(page, pageDepth, hash);
            return;
        }
        int slotsBefore = slots;
        if (isFull) {
            pageBytes = 2 * bytesBefore;
        }
        long rebuilt = 0;
        try {
            rebuilt = newPage(pageDepth);
            slots = slots(pageBytes);
            putAll(page, slotsBefore, rebuilt, rebuilt, 0);
        } catch (RuntimeException e) {
            free(rebuilt);
            pageBytes = bytesBefore;
            slots = slotsBefore;
            throw e;
        }
        replace(page, rebuilt, rebuilt, pageDepth, hash);
        store.memory().free(page, bytesBefore);
    }

    private void free(long page) {
        if (page != 0) {
            store.memory().free(page, pageBytes);
        }
    }

    private void split(long page, int pageDepth, long hash) {
        if (pageDepth == MAX_DEPTH) {
            throw new IllegalStateException("Too many keys have the hash " + hash);
        }
        long low = 0;
        long high = 0;
        try {
            low = newPage(pageDepth + 1);
            high = newPage(pageDepth + 1);
            putAll(page, slots, low, high, 1L << (63 - pageDepth));
        } catch (RuntimeException e) {
            free(low);
            free(high);
            throw e;
        }
        if (pageDepth == depth) {
            long[] doubled = new long[2 * directory.length];
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] = directory[i / 2];
            }
            directory = doubled;
            depth++;
        }
        replace(page, low, high, pageDepth, hash);
        store.memory().free(page, pageBytes);
    }

    private void replace(long page, long low, long high, int pageDepth, long hash) {
        int count = 1 << (depth - pageDepth);
        int from = inDirectory(hash) & -count;
        for (int i = 0; i < count; i++) {
            assert directory[from + i] == page;
            directory[from + i] = i < count / 2 || count == 1 ? low : high;
        }
    }

    private void putAll(long page, int slotCount, long low, long high, long highBit) {
        int inLow = 0;
        int inHigh = 0;
        for (int slot = 0; slot < slotCount; slot++) {
            long found = Memory.getLong(page + HEADER_BYTES + (long) SLOT_BYTES * slot);
            if (found == 0 || found == REMOVED) {
                continue;
            }
            long place = found & PLACE;
            long hash = hashes.hash(place);
            if ((hash & highBit) != 0) {
                put(high, hash, place);
                inHigh++;
            } else {
                put(low, hash, place);
                inLow++;
            }
        }
        Memory.putInt(low + USED, inLow);
        if (high != low) {
            Memory.putInt(high + USED, inHigh);
        }
    }

    // ---- disk

    /** Takes the mark off a page, brings it back, or, without memory, reads it. */
    private long use(int at) {
        long found = directory[at];
        if ((found & ON_DISK) != 0) {
            return store.spill().hasRoom() ? bringBack(at) : read(found);
        }
        long page = found & ~FLAGS;
        SecondChance.setAll(directory, depth, at, page, page);
        return page;
    }

    private long pageToChange(long hash) {
        int at = inDirectory(hash);
        long found = directory[at];
        if ((found & FLAGS) == 0) {
            return found;
        }
        return (found & ON_DISK) != 0 ? bringBack(at) : use(at);
    }

    /** Reads a page on disk, until the next one is read. */
    private long read(long found) {
        return store.spill().pageFrame().load(found & ~FLAGS, pageBytes);
    }

    private long bringBack(int at) {
        long place = directory[at] & ~FLAGS;
        byte[] image = store.spill().image(pageBytes);
        store.spill().file().read(place, image, pageBytes);
        long page = store.allocate(pageBytes);
        Memory.copy(image, 0, page, pageBytes);
        SecondChance.setAll(directory, depth, at, page, page);
        store.spill().file().free(place, pageBytes);
        return page;
    }

    /**
     * Moves a page to disk that has not been used since it was marked, in turn, and marks others.
     *
     * @return whether one has gone
     * @throws StateException if the disk does not take it
     */
    boolean spill() {
        int at = chance.next(directory, depth);
        if (at < 0) {
            return false;
        }
        spill(directory[at] & ~FLAGS, at);
        return true;
    }

    private void spill(long page, int at) {
        store.spill().pageFrame().reserve(pageBytes);
        byte[] image = store.spill().image(pageBytes);
        Memory.copy(page, image, 0, pageBytes);
        long place = store.spill().file().write(image, pageBytes);
        SecondChance.setAll(directory, depth, at, page, place | ON_DISK);
        store.memory().free(page, pageBytes);
    }

    /** Bytes in memory. */
    long bytes() {
        long bytes = 0;
        long last = 0;
        for (long found : directory) {
            if (found != last) {
                last = found;
                bytes += (found & ON_DISK) == 0 ? pageBytes : 0;
            }
        }
        return bytes;
    }

    /** Gives all memory back; nobody reads it any more. */
    void free(MemoryBudget memory) {
        long last = 0;
        for (long found : directory) {
            long page = found & ~FLAGS;
            if ((found & ON_DISK) == 0 && page != last) {
                last = page;
                memory.free(page, Memory.getInt(page + PAGE_BYTES));
            }
        }
    }
}
