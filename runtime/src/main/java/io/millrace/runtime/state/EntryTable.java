package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.io.IOException;
import java.util.Arrays;

/**
 * The entries of one state and key group whose keys and values are numbers: a hash table that holds
 * them in its slots.
 *
 * <p>Extendible hashing: a directory, indexed by the first bits of a hash, names pages, each an
 * open table of its own. A full page is rebuilt without what was removed, or doubled, or, once it
 * has 32 KiB (less where memory is small), split; so growing never costs more than one page at a
 * time.
 *
 * <p>When memory is short, pages go to local disk as they are ({@link #spill}), the directory then
 * holding where, and come back when one of their keys is looked for. Which ones go is decided by a
 * {@link SecondChance}, so that a page in use costs no more than one that was never marked.
 *
 * <p>Format: in memory and on local disk only. Numbers in the machine's order. An entry of the
 * directory is a page's address, or, of a page on disk, its number from bit 3 on, with the flags of
 * {@link SecondChance}.
 *
 * <pre>
 *   page   slots 4, depth 4, used 4, epoch of the last change 4, bytes 4, unused 12, then slots of
 *   slot   mark 4 (0: empty; else epoch and kind, see {@link Epochs}), key 8, pane 8 if there are
 *          panes, value 8, time of last use 8 if values expire
 * </pre>
 *
 * <p>Threads: owned by the subtask's thread, but for {@link #read}.
 */
final class EntryTable {
    private static final int HEADER_BYTES = 32;
    private static final int SLOTS = 0;
    private static final int DEPTH = SecondChance.DEPTH;
    private static final int USED = 8;
    private static final int LAST_EPOCH = 12;
    private static final int PAGE_BYTES = 16;
    private static final int MIN_PAGE_BYTES = 512;
    private static final int MAX_DEPTH = 26;

    private static final int ON_DISK = SecondChance.ON_DISK;
    private static final int NUMBER_SHIFT = 3;
    private static final int FLAGS = SecondChance.FLAGS;

    private static final int KEY = 4;
    private static final int PANE = 12;

    /**
     * What a snapshot sees of a table.
     *
     * @param directory whose marks may change, but nothing else
     */
    record Extent(long[] directory, SpilledSegments.Extent spilled) {}

    private final StoreMemory store;
    private final Epochs epochs;
    private final int stateId;
    private final int keyGroup;
    private final boolean hasPane;
    private final boolean hasStamp;
    private final int valueAt;
    private final int stride;
    private final int maxPageBytes;
    private final SpilledSegments spilled;
    private final SecondChance chance = new SecondChance();

    private long[] directory;
    private boolean directoryShared;
    private int depth;
    private int slots;
    private int pageBytes;
    private int maxUsed;

    EntryTable(StoreMemory store, int stateId, int keyGroup, StateDefinition.Shape shape) {
        this(store, stateId, keyGroup, shape, 0);
    }

    /**
     * @param entries for which there is room before it grows; those of one page at the most
     */
    EntryTable(
            StoreMemory store,
            int stateId,
            int keyGroup,
            StateDefinition.Shape shape,
            int entries) {
        this.store = store;
        this.epochs = store.epochs();
        this.stateId = stateId;
        this.keyGroup = keyGroup;
        this.hasPane = shape.namespaceKind() == StateDefinition.NamespaceKind.PANES;
        this.hasStamp = shape.hasStamp();
        this.valueAt = hasPane ? 20 : 12;
        this.stride = valueAt + (hasStamp ? 16 : 8);
        this.maxPageBytes = store.spill().segmentBytes();
        this.spilled = new SpilledSegments(epochs);
        setPageBytes(MIN_PAGE_BYTES);
        while (maxUsed < entries && pageBytes < maxPageBytes) {
            setPageBytes(2 * pageBytes);
        }
        this.directory = new long[] {newPage(0)};
    }

    private void setPageBytes(int bytes) {
        pageBytes = bytes;
        slots = (bytes - HEADER_BYTES) / stride;
        maxUsed = Math.min(slots - 1, slots * 3 / 5);
    }

    private long newPage(int pageDepth) {
        long page = store.allocate(pageBytes);
        Memory.putInt(page + SLOTS, slots);
        Memory.putInt(page + DEPTH, pageDepth);
        Memory.putInt(page + PAGE_BYTES, pageBytes);
        return page;
    }

    static long hash(long keyHash, long pane, boolean hasPane) {
        return hasPane ? Hashing.and(keyHash, pane) : keyHash;
    }

    private int inDirectory(long hash) {
        return (int) ((hash >>> 1) >>> (63 - depth));
    }

    private long page(long hash) {
        long page = directory[inDirectory(hash)];
        return (page & FLAGS) == 0 ? page : use(inDirectory(hash));
    }

    /**
     * The slot of a key, alive or a tombstone, or 0. Nobody may hold an address: pages may come and
     * go.
     */
    long find(long key, long pane, long hash) {
        long first = page(hash) + HEADER_BYTES;
        int slot = (int) (((hash & 0xffff_ffffL) * slots) >>> 32);
        while (true) {
            long at = first + (long) slot * stride;
            if (Memory.getInt(at) == 0) {
                return 0;
            }
            if (Memory.getLong(at + KEY) == key
                    && (!hasPane || Memory.getLong(at + PANE) == pane)) {
                return at;
            }
            if (++slot == slots) {
                slot = 0;
            }
        }
    }

    static boolean isLive(long at) {
        return (Memory.getInt(at) & Epochs.KIND) == Epochs.LIVE;
    }

    long value(long at) {
        return Memory.getLong(at + valueAt);
    }

    long stamp(long at) {
        return Memory.getLong(at + valueAt + 8);
    }

    /**
     * Puts a value where there is a slot.
     *
     * @param at what {@link #find} has found
     */
    void set(long at, long value) {
        int mark = Memory.getInt(at);
        // in most cases it was made or changed in this epoch already
        if ((mark & ~Epochs.FRESH) != epochs.mark(Epochs.LIVE)) {
            change(at, mark, Epochs.LIVE);
        }
        Memory.putLong(at + valueAt, value);
    }

    void setStamp(long at, long stampMillis) {
        int mark = Memory.getInt(at);
        if (mark >>> Epochs.SHIFT != epochs.current()) {
            change(at, mark, mark & Epochs.KIND);
        }
        Memory.putLong(at + valueAt + 8, stampMillis);
    }

    /** Makes an entry one of this epoch, or of another kind. */
    private void change(long at, int mark, int kind) {
        int epoch = mark >>> Epochs.SHIFT;
        int fresh = mark & Epochs.FRESH;
        if (epoch != epochs.current()) {
            fresh = 0;
            if ((mark & Epochs.KIND) == Epochs.DEAD) {
                fresh = Epochs.FRESH; // nobody has seen it
            } else if (epochs.isHeld(epoch)) {
                RecordBytes scratch = store.scratch();
                scratch.truncate(0);
                encode(at, mark, scratch);
                epochs.keep(epoch, keyGroup, scratch);
            }
            Memory.putInt((at & -pageBytes) + LAST_EPOCH, epochs.current());
        }
        Memory.releaseFence();
        Memory.putInt(at, epochs.mark(kind) | fresh);
        Memory.releaseFence();
    }

    /** Makes an entry for a key that has no slot. */
    long insert(long key, long pane, long hash, long value, long stampMillis) {
        long page = page(hash);
        while (Memory.getInt(page + USED) >= maxUsed) {
            grow(page, hash);
            page = page(hash);
        }
        long at = place(page, hash);
        Memory.putLong(at + KEY, key);
        if (hasPane) {
            Memory.putLong(at + PANE, pane);
        }
        Memory.putLong(at + valueAt, value);
        if (hasStamp) {
            Memory.putLong(at + valueAt + 8, stampMillis);
        }
        Memory.putInt(page + USED, Memory.getInt(page + USED) + 1);
        Memory.putInt(page + LAST_EPOCH, epochs.current());
        Memory.releaseFence();
        Memory.putInt(at, epochs.mark(Epochs.LIVE) | Epochs.FRESH);
        store.onMoved();
        return at;
    }

    private long place(long page, long hash) {
        int slot = (int) (((hash & 0xffff_ffffL) * slots) >>> 32);
        while (true) {
            long at = page + HEADER_BYTES + (long) slot * stride;
            if (Memory.getInt(at) == 0) {
                return at;
            }
            if (++slot == slots) {
                slot = 0;
            }
        }
    }

    /** Removes an entry that is alive; nothing else moves. */
    void remove(long at) {
        int mark = Memory.getInt(at);
        change(
                at,
                mark,
                isUnseen(mark) || !epochs.needsTombstones() ? Epochs.DEAD : Epochs.TOMBSTONE);
    }

    boolean hasLive() {
        for (int index = 0; index < directory.length; ) {
            long page = toRead(directory[index]);
            for (int slot = 0; slot < slots; slot++) {
                if (isThere(page + HEADER_BYTES + (long) slot * stride)) {
                    return true;
                }
            }
            index += SecondChance.entries(page, depth);
        }
        return false;
    }

    /** About so many entries of all kinds; pages on disk are not read for it. */
    int used() {
        int used = 0;
        long last = 0;
        for (long found : directory) {
            if (found != last) {
                last = found;
                boolean onDisk = (found & ON_DISK) != 0;
                used += onDisk ? maxUsed * 3 / 4 : Memory.getInt((found & ~FLAGS) + USED);
            }
        }
        return used;
    }

    /**
     * Removes all entries of a pane and of those before it; nobody may hold an address.
     *
     * @return of the panes that are left
     */
    Bounds removeThrough(long lastPane) {
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (int index = 0; index < directory.length; ) {
            long page = toRead(directory[index]);
            if ((directory[index] & ON_DISK) != 0 && hasLiveThrough(page, lastPane)) {
                page = use(index);
            }
            for (int slot = 0; slot < slots; slot++) {
                long at = page + HEADER_BYTES + (long) slot * stride;
                int mark = Memory.getInt(at);
                if (mark == 0) {
                    continue;
                }
                long pane = Memory.getLong(at + PANE);
                boolean live = (mark & Epochs.KIND) == Epochs.LIVE;
                if (live && pane <= lastPane) {
                    remove(at);
                } else if (live) {
                    least = Math.min(least, pane);
                }
                if ((Memory.getInt(at) & Epochs.KIND) != Epochs.DEAD) {
                    greatest = Math.max(greatest, pane);
                }
            }
            index += SecondChance.entries(page, depth);
        }
        return new Bounds(least, greatest);
    }

    private boolean hasLiveThrough(long page, long lastPane) {
        for (int slot = 0; slot < slots; slot++) {
            long at = page + HEADER_BYTES + (long) slot * stride;
            if (isThere(at) && Memory.getLong(at + PANE) <= lastPane) {
                return true;
            }
        }
        return false;
    }

    /**
     * Of panes; if there is none, the greatest or the least number.
     *
     * @param least of entries that are alive
     * @param greatest of them and of tombstones
     */
    record Bounds(long least, long greatest) {}

    /**
     * Shows the entries, alive or removed, that a snapshot may hold on which others build; only
     * where there may be such snapshots.
     */
    void forEachInBase(Visitor visitor) {
        long[] keys = new long[slots];
        long[] panes = new long[slots];
        for (int index = 0; index < directory.length; ) {
            long page = toRead(directory[index]);
            index += SecondChance.entries(page, depth);
            int count = 0;
            for (int slot = 0; slot < slots; slot++) {
                long at = page + HEADER_BYTES + (long) slot * stride;
                int mark = Memory.getInt(at);
                if (mark != 0 && mayBeInBase(mark)) {
                    keys[count] = Memory.getLong(at + KEY);
                    panes[count++] = hasPane ? Memory.getLong(at + PANE) : 0;
                }
            }
            // the visitor may change other tables, for which pages may have to go
            for (int i = 0; i < count; i++) {
                visitor.visit(keys[i], panes[i]);
            }
        }
    }

    private boolean mayBeInBase(int mark) {
        return switch (mark & Epochs.KIND) {
            case Epochs.LIVE -> !isUnseen(mark);
            case Epochs.TOMBSTONE -> epochs.needsTombstone(mark >>> Epochs.SHIFT);
            default -> false;
        };
    }

    private boolean isUnseen(int mark) {
        return (mark & Epochs.FRESH) != 0 && mark >>> Epochs.SHIFT == epochs.current();
    }

    /** Notes that an entry was removed which is not, or no more, alive here. */
    void putTombstone(long key, long pane) {
        long hash = hash(Hashing.number(key), pane, hasPane);
        long at = find(key, pane, hash);
        if (at == 0) {
            at = insert(key, pane, hash, 0, 0);
        }
        Memory.putInt((at & -pageBytes) + LAST_EPOCH, epochs.current());
        Memory.putInt(at, epochs.mark(Epochs.TOMBSTONE));
    }

    /** Gives all pages back that no snapshot reads; the table is not used any more. */
    void retire() {
        long last = 0;
        for (long found : directory) {
            if (found != last) {
                last = found;
                if ((found & ON_DISK) != 0) {
                    spilled.remove((int) (found >>> NUMBER_SHIFT));
                } else {
                    long page = found & ~FLAGS;
                    epochs.retire(page, Memory.getInt(page + PAGE_BYTES));
                }
            }
        }
        directory = new long[0];
    }

    private void grow(long page, long hash) {
        int live = 0;
        for (int slot = 0; slot < slots; slot++) {
            if (stays(page + HEADER_BYTES + (long) slot * stride)) {
                live++;
            }
        }
        int pageDepth = Memory.getInt(page + DEPTH);
        if (live <= maxUsed / 2) {
            long rebuilt = newPage(pageDepth);
            moveAll(page, rebuilt, rebuilt, 0);
            replace(page, rebuilt, rebuilt, pageDepth, hash);
            epochs.retire(page, pageBytes);
        } else if (pageBytes < maxPageBytes) {
            int before = pageBytes;
            setPageBytes(2 * before);
            long larger;
            try {
                larger = newPage(pageDepth);
            } catch (RuntimeException e) {
                setPageBytes(before);
                throw e;
            }
            moveAll(page, larger, larger, 0);
            replace(page, larger, larger, pageDepth, hash);
            epochs.retire(page, before);
        } else {
            split(page, pageDepth, hash);
        }
        store.onMoved();
    }

    private void split(long page, int pageDepth, long hash) {
        if (pageDepth == MAX_DEPTH) {
            throw new IllegalStateException(
                    "State " + stateId + " has too many keys with the hash " + hash);
        }
        long low = newPage(pageDepth + 1);
        long high;
        try {
            high = newPage(pageDepth + 1);
        } catch (RuntimeException e) {
            store.memory().free(low, pageBytes);
            throw e;
        }
        if (pageDepth == depth) {
            long[] doubled = new long[2 * directory.length];
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] = directory[i / 2];
            }
            directory = doubled;
            directoryShared = false;
            depth++;
        }
        moveAll(page, low, high, 1L << (63 - pageDepth));
        replace(page, low, high, pageDepth, hash);
        epochs.retire(page, pageBytes);
    }

    /** Puts the two in the places of the one they come from. */
    private void replace(long page, long low, long high, int pageDepth, long hash) {
        ownDirectory();
        int count = 1 << (depth - pageDepth);
        int from = inDirectory(hash) & -count;
        for (int i = 0; i < count; i++) {
            assert directory[from + i] == page;
            directory[from + i] = i < count / 2 || count == 1 ? low : high;
        }
    }

    private void ownDirectory() {
        if (directoryShared) {
            directory = directory.clone();
            directoryShared = false;
        }
    }

    // ---- disk

    /** Takes the mark off a page, or brings it back. */
    private long use(int at) {
        long found = directory[at];
        if ((found & ON_DISK) == 0) {
            long page = found & ~FLAGS;
            SecondChance.setAll(directory, depth, at, page, page);
            return page;
        }
        if (store.spill().isPressed()) {
            store.relieve();
        }
        int number = (int) (found >>> NUMBER_SHIFT);
        SpilledSegment from = spilled.get(number);
        long page = store.allocateAnyhow(from.bytes());
        byte[] image = store.spill().image(from.bytes());
        try {
            store.spill().file().read(from.place(), image, from.bytes());
        } catch (StateException e) {
            store.memory().free(page, from.bytes());
            throw e;
        }
        Memory.copy(image, 0, page, from.bytes());
        ownDirectory();
        SecondChance.setAll(directory, depth, at, page, page);
        spilled.remove(number);
        return page;
    }

    /**
     * Moves a page to disk that has not been used since it was marked, in turn, and marks others;
     * nobody may hold an address.
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
        byte[] image = store.spill().image(pageBytes);
        Memory.copy(page, image, 0, pageBytes);
        long place = store.spill().file().write(image, pageBytes);
        SpilledSegment to = new SpilledSegment(place, pageBytes, Memory.getInt(page + LAST_EPOCH));
        int number = spilled.add(to);
        ownDirectory();
        SecondChance.setAll(directory, depth, at, page, (long) number << NUMBER_SHIFT | ON_DISK);
        epochs.moved(page, pageBytes, to);
        store.spill().frame().reserve(pageBytes);
        store.onMoved();
    }

    /** Whether an entry is to be taken along. */
    private boolean stays(long at) {
        int mark = Memory.getInt(at);
        return mark != 0
                && switch (mark & Epochs.KIND) {
                    case Epochs.LIVE -> !hasStamp || !store.isExpired(stateId, stamp(at));
                    case Epochs.TOMBSTONE -> epochs.needsTombstone(mark >>> Epochs.SHIFT);
                    default -> false;
                };
    }

    private void moveAll(long page, long low, long high, long highBit) {
        int count = Memory.getInt(page + SLOTS);
        int inLow = 0;
        int inHigh = 0;
        for (int slot = 0; slot < count; slot++) {
            long at = page + HEADER_BYTES + (long) slot * stride;
            if (!stays(at)) {
                continue;
            }
            long hash =
                    hash(
                            Hashing.number(Memory.getLong(at + KEY)),
                            hasPane ? Memory.getLong(at + PANE) : 0,
                            hasPane);
            boolean toHigh = (hash & highBit) != 0;
            Memory.copy(at, place(toHigh ? high : low, hash), stride);
            if (toHigh) {
                inHigh++;
            } else {
                inLow++;
            }
        }
        int lastEpoch = Memory.getInt(page + LAST_EPOCH);
        Memory.putInt(low + USED, inLow);
        Memory.putInt(low + LAST_EPOCH, lastEpoch);
        if (high != low) {
            Memory.putInt(high + USED, inHigh);
            Memory.putInt(high + LAST_EPOCH, lastEpoch);
        }
    }

    /** Calls an action for the key of each live entry; the table may not change meanwhile. */
    void forEach(Visitor visitor) {
        long last = 0;
        for (long found : directory) {
            if (found != last) {
                last = found;
                long page = toRead(found);
                for (int slot = 0; slot < slots; slot++) {
                    long at = page + HEADER_BYTES + (long) slot * stride;
                    if (isThere(at)) {
                        visitor.visit(
                                Memory.getLong(at + KEY), hasPane ? Memory.getLong(at + PANE) : 0);
                    }
                }
            }
        }
    }

    /** A page in memory, or what is read of one that stays on disk until the next is read. */
    private long toRead(long found) {
        if ((found & ON_DISK) == 0) {
            return found & ~FLAGS;
        }
        SpilledSegment from = spilled.get((int) (found >>> NUMBER_SHIFT));
        return store.spill().frame().load(from.place(), from.bytes());
    }

    private static boolean isThere(long at) {
        int mark = Memory.getInt(at);
        return mark != 0 && (mark & Epochs.KIND) == Epochs.LIVE;
    }

    /** Is shown each live entry. */
    @FunctionalInterface
    interface Visitor {
        void visit(long key, long pane);
    }

    /** Removes what has expired in one page, in turn; nobody may hold an address. */
    void removeExpired(int turn) {
        int index = Math.floorMod(turn, directory.length);
        long page = toRead(directory[index]);
        if ((directory[index] & ON_DISK) != 0) {
            if (!hasExpired(page)) {
                return;
            }
            page = use(index);
        }
        for (int slot = 0; slot < slots; slot++) {
            long at = page + HEADER_BYTES + (long) slot * stride;
            if (isThere(at) && store.isExpired(stateId, stamp(at))) {
                remove(at);
            }
        }
    }

    private boolean hasExpired(long page) {
        for (int slot = 0; slot < slots; slot++) {
            long at = page + HEADER_BYTES + (long) slot * stride;
            if (isThere(at) && store.isExpired(stateId, stamp(at))) {
                return true;
            }
        }
        return false;
    }

    /** What is there now, of which nothing but marks is changed any more. */
    Extent capture() {
        directoryShared = true;
        return new Extent(directory, spilled.capture());
    }

    private void encode(long at, int mark, RecordBytes to) {
        boolean live = (mark & Epochs.KIND) == Epochs.LIVE;
        to.putVarInt(stateId << 1 | (live ? 0 : 1));
        to.putVarInt(8);
        to.putVarInt(hasPane ? 8 : 0);
        to.putLong(Memory.getLong(at + KEY));
        if (hasPane) {
            to.putLong(Memory.getLong(at + PANE));
        }
        if (live) {
            if (hasStamp) {
                to.putLong(stamp(at));
            }
            to.putVarInt(8);
            to.putLong(value(at));
        }
    }

    /**
     * Writes the entries that a snapshot holds and that have not changed since; called by the
     * snapshot's thread, while the table's own goes on.
     */
    void read(Extent captured, OpenSnapshot snapshot, SnapshotWriter writer) throws IOException {
        long last = 0;
        for (long entry : captured.directory()) {
            long found = entry & ~SecondChance.MARKED;
            if (found != last) {
                last = found;
                snapshot.gather(records -> read(found, captured, snapshot, records), writer);
            }
        }
    }

    private void read(long found, Extent captured, OpenSnapshot snapshot, RecordBytes records) {
        SpilledSegment onDisk =
                (found & ON_DISK) == 0
                        ? snapshot.moved(found)
                        : captured.spilled().segments()[(int) (found >>> NUMBER_SHIFT)];
        if (onDisk == null) {
            if (snapshot.mayHold(Memory.getInt(found + LAST_EPOCH))) {
                read(found, snapshot, records);
            }
        } else if (snapshot.mayHold(onDisk.lastEpoch())) {
            read(snapshot.load(onDisk), snapshot, records);
        }
    }

    private void read(long page, OpenSnapshot snapshot, RecordBytes records) {
        int count = Memory.getInt(page + SLOTS);
        for (int slot = 0; slot < count; slot++) {
            long at = page + HEADER_BYTES + (long) slot * stride;
            int mark = Memory.getInt(at);
            if (!snapshot.holds(mark >>> Epochs.SHIFT) || (mark & Epochs.KIND) >= Epochs.DEAD) {
                continue;
            }
            Memory.acquireFence();
            int begin = records.reserve(4);
            encode(at, mark, records);
            records.setInt(begin, records.length() - begin - 4);
            Memory.acquireFence();
            if (Memory.getInt(at) != mark) {
                records.truncate(begin);
            }
        }
    }

    /** Gives all pages back; nobody reads them any more. */
    void free(MemoryBudget memory) {
        long last = 0;
        for (long found : directory) {
            long page = found & ~FLAGS;
            if ((found & ON_DISK) == 0 && page != last) {
                last = page;
                memory.free(page, Memory.getInt(page + PAGE_BYTES));
            }
        }
        Arrays.fill(directory, 0);
    }
}
