package io.millrace.runtime.state;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The entries of one state by pane and of one key group, keys and values being numbers: a table for
 * each pane.
 *
 * <p>What is in use at a time, which is the newest panes, lies together, and a pane that is over is
 * given back as a whole, without a look at its entries. Only where a snapshot that may be a base
 * holds some of them they leave tombstones.
 *
 * <p>One more table, the rest, has what has no table of its own: tombstones of panes that are gone,
 * and, where there are more than {@value #MAX_TABLES} panes at a time, those for which there was
 * none left: a few entries in each of very many tables would waste most of their memory. Entries in
 * the rest of panes that were dropped are removed together: when such panes are about half of those
 * in the rest, or somebody asks for one of them.
 *
 * <p>Invariant: of the entries of one pane, tombstones among them, all are in one table.
 *
 * <p>Threads: owned by the subtask's thread, but for {@link Captured#read}.
 */
final class PaneTables {
    /** Panes that have tables of their own. */
    static final int MAX_TABLES = 512;

    private final StoreMemory store;
    private final int stateId;
    private final int keyGroup;
    private final StateDefinition.Shape shape;
    private final EntryTable.Slots slots;

    // in ascending order
    private long[] panes = new long[4];
    private EntryTable[] tables = new EntryTable[4];
    private int count;

    // where the last one was found and the one before it: most often the next one is there, too,
    // or beside, also if two subtasks that send records are at different times
    private int last;
    private int former;

    /** Turns of looking for tables in which nothing is alive. */
    private int looks;

    /** Null if there is none. */
    private EntryTable rest;

    /** Tables of panes that are over, of which the rest does not know all that it must. */
    private final ArrayDeque<EntryTable> leaving = new ArrayDeque<>();

    private int spillTurn;

    // the least that may be alive in the rest, and the greatest that may be there
    private long restLeast = Long.MAX_VALUE;
    private long restGreatest = Long.MIN_VALUE;

    /** The greatest pane that was dropped. */
    private long dropped = Long.MIN_VALUE;

    /** Whether the rest may have entries of panes that were dropped, and up to which pane. */
    private boolean stale;

    private long staleThrough;

    /** No tombstone in the rest is of a later epoch, unless something there was alive. */
    private int restEpoch;

    PaneTables(StoreMemory store, StateDefinition state, int keyGroup) {
        this.store = store;
        this.stateId = state.id();
        this.keyGroup = keyGroup;
        this.shape = state.shape();
        this.slots =
                state.hasNoValues()
                        ? EntryTable.Slots.OF_ONE_PANE_WITHOUT_VALUE
                        : EntryTable.Slots.OF_ONE_PANE;
    }

    /** Where the pane is, or, less than 0, {@code -1 -} where it would be. */
    private int indexOf(long pane) {
        if (isAt(last, pane)) {
            return last;
        }
        int at = former;
        if (!isAt(at, pane)) {
            at = last < count && panes[last] < pane ? last + 1 : last - 1;
            if (!isAt(at, pane)) {
                at = Arrays.binarySearch(panes, 0, count, pane);
            }
        }
        if (at >= 0) {
            former = last;
            last = at;
        }
        return at;
    }

    private boolean isAt(int at, long pane) {
        return at >= 0 && at < count && panes[at] == pane;
    }

    /** The table that a pane's entries are in if there are any, or null. */
    EntryTable find(long pane) {
        int at = indexOf(pane);
        if (at >= 0) {
            return tables[at];
        }
        if (isStale(pane)) {
            clean();
        }
        return rest;
    }

    /** The same, made if there is none. */
    EntryTable forWrite(long pane) {
        int at = indexOf(pane);
        if (at >= 0) {
            return tables[at];
        }
        if (pane <= dropped || pane <= restGreatest || count == MAX_TABLES) {
            return restFor(pane);
        }
        // more looks than tables that are made, so that empty ones do not become more and more
        removeIfEmpty(looks++);
        removeIfEmpty(looks++);
        return add(-1 - indexOf(pane), pane);
    }

    /** {@link EntryTable#touch}, if the pane has a table of its own. */
    int touch(long pane, long hash) {
        int at = indexOf(pane);
        return at < 0 ? 0 : tables[at].touch(hash);
    }

    /** One of the tables, in turn: its entries may have been removed one by one. */
    private void removeIfEmpty(int turn) {
        if (count == 0) {
            return;
        }
        int at = Math.floorMod(turn, count);
        EntryTable table = tables[at];
        if (!table.hasLive()) {
            remove(at, 1);
            leaving.add(table);
            buryLeaving();
        }
    }

    /**
     * Takes leave of tables that are not among the others any more; in the rest is noted what a
     * base may hold of them.
     */
    private void buryLeaving() {
        while (!leaving.isEmpty()) {
            EntryTable table = leaving.getFirst();
            if (store.epochs().needsTombstones()) {
                table.forEachInBase(this::putTombstone);
            }
            table.retire();
            leaving.removeFirst();
        }
    }

    private void remove(int at, int size) {
        System.arraycopy(panes, at + size, panes, at, count - at - size);
        System.arraycopy(tables, at + size, tables, at, count - at - size);
        Arrays.fill(tables, count - size, count, null);
        count -= size;
        last = 0;
    }

    /** An entry that was removed, and still has its slot, will be put again. */
    void onRevived(long pane) {
        if (indexOf(pane) < 0) {
            restFor(pane);
        }
    }

    private EntryTable restFor(long pane) {
        if (isStale(pane)) {
            clean();
        }
        restLeast = Math.min(restLeast, pane);
        restGreatest = Math.max(restGreatest, pane);
        return rest();
    }

    private EntryTable rest() {
        if (rest == null) {
            rest = new EntryTable(store, stateId, keyGroup, shape);
        }
        return rest;
    }

    private EntryTable add(int at, long pane) {
        // it will be about as large as the one before it
        int like = at == 0 ? 0 : tables[at - 1].used();
        EntryTable made =
                new EntryTable(store, stateId, keyGroup, shape, slots, pane, like + like / 8);
        if (count == panes.length) {
            panes = Arrays.copyOf(panes, 2 * count);
            tables = Arrays.copyOf(tables, 2 * count);
        }
        System.arraycopy(panes, at, panes, at + 1, count - at);
        System.arraycopy(tables, at, tables, at + 1, count - at);
        panes[at] = pane;
        tables[at] = made;
        count++;
        last = at;
        return made;
    }

    /** Removes all entries of a pane and of those before it. */
    void dropThrough(long pane) {
        int gone = 0;
        while (gone < count && panes[gone] <= pane) {
            leaving.add(tables[gone]);
            gone++;
        }
        remove(0, gone);
        buryLeaving();
        dropped = Math.max(dropped, pane);
        if (restLeast <= pane && restLeast <= restGreatest) {
            staleThrough = stale ? Math.max(staleThrough, pane) : pane;
            stale = true;
            // where the panes are ages apart this overflows, and then only looks once too often
            if (restGreatest <= pane || pane - restLeast >= restGreatest - pane) {
                clean();
            }
        }
        if (rest != null
                && restLeast == Long.MAX_VALUE
                && restGreatest <= dropped
                && !store.epochs().needsTombstone(restEpoch)) {
            rest.retire();
            rest = null;
            restGreatest = Long.MIN_VALUE;
        }
        store.onMoved();
    }

    private void putTombstone(long key, long pane) {
        if (store.spill().isPressed()) {
            store.relieve();
        }
        rest().putTombstone(key, pane);
        restGreatest = Math.max(restGreatest, pane);
        restEpoch = store.epochs().current();
    }

    /** Removes from the rest what was dropped. */
    private void clean() {
        EntryTable.Bounds left = rest.removeThrough(staleThrough);
        restLeast = left.least();
        restGreatest = left.greatest();
        restEpoch = store.epochs().current();
        stale = false;
    }

    private boolean isStale(long pane) {
        return stale && pane <= staleThrough;
    }

    void forEach(EntryTable.Visitor visitor) {
        for (int i = 0; i < count; i++) {
            tables[i].forEach(visitor);
        }
        if (stale) {
            clean();
        }
        if (rest != null) {
            rest.forEach(visitor);
        }
    }

    /** Removes what has expired in one page of one table, in turn. */
    void removeExpired(int turn) {
        int at = Math.floorMod(turn, count + 1);
        EntryTable table = at < count ? tables[at] : rest;
        if (table != null) {
            table.removeExpired(turn / (count + 1));
        }
    }

    /** Removes what is still to be removed, so that {@link #capture} moves nothing. */
    void tidy() {
        if (stale) {
            clean();
        }
    }

    /**
     * Moves a page to disk, in turn; see {@link EntryTable#spill}.
     *
     * @return whether one has gone
     */
    boolean spill() {
        for (int i = 0; i <= count; i++) {
            int at = Math.floorMod(spillTurn++, count + 1);
            EntryTable table = at < count ? tables[at] : rest;
            if (table != null && table.spill()) {
                return true;
            }
        }
        return false;
    }

    /** The tables as they are now; nothing is left to be tidied. */
    Captured capture() {
        assert !stale;
        int all = rest == null ? count : count + 1;
        EntryTable[] captured = Arrays.copyOf(tables, all);
        if (rest != null) {
            captured[count] = rest;
        }
        EntryTable.Extent[] extents = new EntryTable.Extent[all];
        for (int i = 0; i < all; i++) {
            extents[i] = captured[i].capture();
        }
        return new Captured(captured, extents);
    }

    /** Tables as a snapshot has found them. */
    record Captured(EntryTable[] tables, EntryTable.Extent[] extents) {

        /** {@link EntryTable#read} for all of them. */
        void read(OpenSnapshot snapshot, SnapshotWriter writer) throws IOException {
            for (int i = 0; i < tables.length; i++) {
                tables[i].read(extents[i], snapshot, writer);
            }
        }
    }

    /** Gives all pages back; nobody reads them any more. */
    void free() {
        for (int i = 0; i < count; i++) {
            tables[i].free(store.memory());
        }
        if (rest != null) {
            rest.free(store.memory());
        }
        leaving.forEach(table -> table.free(store.memory()));
        count = 0;
        rest = null;
    }
}
