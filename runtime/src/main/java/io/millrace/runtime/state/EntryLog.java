package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.ArrayDeque;

/**
 * The entries of one key group, of all states that are not tables: bytes of any length, one after
 * the other in segments, found by a {@link LogIndex} that is derived from them.
 *
 * <p>A value that fits into what its entry was given is written in place ({@link
 * LogEntry#mayWriteInPlace}); one that does not is appended as a new entry, and the old one is
 * dead. Segments that are less than half alive are compacted: what is alive, and tombstones that
 * are still needed, are appended again. That happens in {@link #tidy}, which is called when nobody
 * holds an address, a few segments at a time.
 *
 * <p>When memory is short, segments go to local disk as they are ({@link #spill}), and what the
 * index has of their entries is where they lie there. An entry that is looked for comes back into
 * the open segment; one on disk is never changed. Those of ordered states that come next stay in
 * memory, since a heap has their addresses.
 *
 * <p>What an entry is, is said in {@link LogEntry}, what a segment is in {@link LogSegments};
 * {@link LogReader} reads both for snapshots, and {@link LogExpiry} removes what has expired. Here,
 * from the top: finding, appending, changing, removing; derived entries; tidying; disk. That is one
 * class because each of these moves entries, and none may move one that another has just found.
 *
 * <p>Format: in the {@link LogIndex} stands the address of an entry; or, for one on disk, the
 * number of its segment from bit 15 on, its distance from the segment's begin, and {@value
 * #ON_DISK} in the lowest bits, which are 0 in addresses.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class EntryLog {
    /** Set in the place of an entry that lies on disk. */
    private static final long ON_DISK = 2;

    private static final int NUMBER_SHIFT = 15;
    private static final int OFFSET_MASK = 0x7ff8;

    /** Read at first of an entry on disk: mostly all of it. */
    private static final int FIRST_READ_BYTES = 512;

    /** Segments looked at in one go for one that can go to disk. */
    private static final int SPILL_LOOKS = 8;

    /** Segments compacted in one go. */
    private static final int TIDY_SEGMENTS = 2;

    /** What a snapshot sees of a log. */
    record Extent(LogSegments.Extent inMemory, SpilledSegments.Extent onDisk) {}

    private final StoreMemory store;
    private final Epochs epochs;
    private final int keyGroup;

    private final Spill spill;
    private final LogSegments segments;
    private final SpilledSegments spilled;

    /** On disk and to be compacted. */
    private final ArrayDeque<Integer> waitingOnDisk = new ArrayDeque<>();

    /** Whether there may be something to tidy: one look, as each operation asks. */
    private boolean untidy;

    private int spillHand;

    /** Where the entry lies that was read from disk last. */
    private long loaded;

    private MapMembers members;

    private final LogIndex index;

    private final RecordBytes keyScratch = new RecordBytes(64);

    EntryLog(StoreMemory store, int keyGroup) {
        this.store = store;
        this.epochs = store.epochs();
        this.spill = store.spill();
        this.spilled = new SpilledSegments(epochs);
        this.keyGroup = keyGroup;
        this.segments = new LogSegments(store, keyGroup, () -> untidy = true);
        this.index =
                new LogIndex(
                        store,
                        place -> {
                            long at = (place & ON_DISK) == 0 ? place : load(place);
                            return hashOf(at, store.state(LogEntry.stateId(at)));
                        });
    }

    // ---- finding

    private long hashOf(long at, StateDefinition state) {
        int length = LogEntry.fullLength(at);
        keyScratch.truncate(0);
        keyScratch.put(LogEntry.full(at, state), length);
        int keyLength = LogEntry.keyLength(at);
        return LogEntry.hash(
                store.keyHash(keyScratch.bytes(), keyLength),
                LogEntry.lookedUpBy(at),
                keyScratch.bytes(),
                keyLength,
                length);
    }

    /**
     * The entry of a state with these bytes, alive or a tombstone, or 0. One on disk comes back.
     */
    long find(long hash, StateDefinition state, byte[] full, int length) {
        return find(hash, state, state.id(), full, length);
    }

    private long find(long hash, StateDefinition state, int id, byte[] full, int length) {
        long place = locate(hash, state, id, full, length);
        return (place & ON_DISK) == 0 ? place : bringBack(place, hash, state);
    }

    /**
     * The same, but one on disk stays there; it can be read until the next one is looked for, and
     * {@link #isInMemory} tells.
     */
    long peek(long hash, StateDefinition state, byte[] full, int length) {
        return peek(hash, state, state.id(), full, length);
    }

    private long peek(long hash, StateDefinition state, int id, byte[] full, int length) {
        long place = locate(hash, state, id, full, length);
        return (place & ON_DISK) == 0 ? place : loaded;
    }

    /** Whether what {@link #peek} has returned lies in memory. */
    boolean isInMemory(long at) {
        return at != loaded;
    }

    /** Reads where the index of an entry begins; what is there means nothing. */
    long touchIndex(long hash) {
        return index.touch(hash);
    }

    /** Reads the begin of what may be the entry, if it lies in memory. */
    int touchEntry(long hash) {
        long place = index.likely(hash);
        return place == 0 || (place & ON_DISK) != 0
                ? 0
                : Memory.getInt(place) + Memory.getInt(place + LogEntry.HEADER_BYTES);
    }

    /** The address of an entry, or its place on disk, from where it was read; or 0. */
    private long locate(long hash, StateDefinition state, int id, byte[] full, int length) {
        long first = index.firstOfPage(hash);
        long tag = LogIndex.tag(hash);
        int slots = index.slots();
        int slot = index.firstSlot(hash);
        while (true) {
            long found = Memory.getLong(first + (long) LogIndex.SLOT_BYTES * slot);
            if (found == 0) {
                return 0;
            }
            if ((found ^ tag) >>> 48 == 0 && found != LogIndex.REMOVED) {
                long place = found & LogIndex.PLACE;
                long at = (place & ON_DISK) == 0 ? place : load(place);
                if (LogEntry.fullLength(at) == length
                        && LogEntry.lookedUpBy(at) == id
                        && Memory.equal(LogEntry.full(at, state), full, 0, length)) {
                    return place;
                }
            }
            if (++slot == slots) {
                slot = 0;
            }
        }
    }

    // ---- appending

    private long appendEntry(
            StateDefinition state,
            byte[] full,
            int keyLength,
            int length,
            byte[] value,
            int from,
            int count,
            int spare,
            long stampMillis,
            int mark) {
        long bytes = ((long) state.fullAt + length + count + spare + 7) & -8;
        long at = segments.append(bytes);
        boolean derived = (mark & Epochs.KIND) == Epochs.DERIVED;
        LogEntry.write(
                at,
                segments.appendedTo(),
                state,
                derived ? LogEntry.derived(state.id()) : state.id(),
                full,
                keyLength,
                length,
                value,
                from,
                count,
                stampMillis);
        segments.onAppended(mark);
        LogEntry.publish(at, (int) bytes, mark);
        return at;
    }

    // ---- changing

    /** Makes an entry one of this epoch, and of a kind; what it was is copied if need be. */
    private void change(long at, StateDefinition state, int kind) {
        int mark = LogEntry.mark(at);
        int epoch = mark >>> Epochs.SHIFT;
        int fresh = mark & Epochs.FRESH;
        int current = epochs.current();
        if (epoch != current) {
            fresh = 0;
            keep(at, state, mark);
            LogSegments.setLastEpoch(LogEntry.segment(at), current);
        }
        if ((mark & Epochs.KIND) != kind && (mark & Epochs.KIND) == Epochs.TOMBSTONE) {
            segments.countTombstone(at, -1);
        }
        LogEntry.setMark(at, epochs.mark(kind) | fresh);
    }

    private void keep(long at, StateDefinition state, int mark) {
        if ((mark & Epochs.KIND) <= Epochs.TOMBSTONE && epochs.isHeld(mark >>> Epochs.SHIFT)) {
            RecordBytes scratch = store.scratch();
            scratch.truncate(0);
            LogEntry.encode(at, state, mark, scratch);
            epochs.keep(mark >>> Epochs.SHIFT, keyGroup, scratch);
        }
    }

    /** Puts a number where there is a live entry with a value of eight bytes. */
    void setNumber(long at, StateDefinition state, long number) {
        if ((LogEntry.mark(at) & ~Epochs.FRESH) != epochs.mark(Epochs.LIVE)) {
            change(at, state, Epochs.LIVE);
        }
        Memory.putLongBigEndian(LogEntry.value(at, state), number);
    }

    void setStamp(long at, StateDefinition state, long stampMillis) {
        change(at, state, LogEntry.kind(at));
        LogEntry.setStamp(at, stampMillis);
    }

    /**
     * Puts a value.
     *
     * @param found by {@link #find} for the same bytes, or 0
     * @param spare bytes the value may grow by in place, if a new entry is made
     * @return where it lies now
     */
    long put(
            StateDefinition state,
            long found,
            long hash,
            byte[] full,
            int keyLength,
            int length,
            byte[] value,
            int from,
            int count,
            int spare,
            long stampMillis) {
        if (found == 0) {
            long at =
                    appendEntry(
                            state,
                            full,
                            keyLength,
                            length,
                            value,
                            from,
                            count,
                            spare,
                            stampMillis,
                            epochs.mark(Epochs.LIVE) | Epochs.FRESH);
            index(hash, at);
            return at;
        }
        if (LogEntry.mayWriteInPlace(found, state, count)) {
            change(found, state, Epochs.LIVE);
            if (state.shape().hasStamp()) {
                LogEntry.setStamp(found, stampMillis);
            }
            LogEntry.setValueLength(found, count);
            Memory.copy(value, from, LogEntry.value(found, state), count);
            return found;
        }
        int mark = LogEntry.mark(found);
        boolean unseen = isUnseen(mark);
        long at =
                appendEntry(
                        state,
                        full,
                        keyLength,
                        length,
                        value,
                        from,
                        count,
                        spare,
                        stampMillis,
                        epochs.mark(Epochs.LIVE) | (unseen ? Epochs.FRESH : 0));
        if (state.hasOwnWord()) {
            LogEntry.setOwnWord(at, state, LogEntry.ownWord(found, state));
        }
        index.set(hash, found, at);
        keep(found, state, mark);
        kill(found);
        store.onMoved();
        return at;
    }

    /**
     * Makes a live entry's value longer.
     *
     * @param spare bytes it may grow by in place afterwards, if it has to be moved
     * @return where it lies now
     */
    long extend(
            StateDefinition state,
            long found,
            long hash,
            byte[] more,
            int count,
            int spare,
            long stampMillis) {
        int before = LogEntry.valueLength(found);
        if (LogEntry.mayWriteInPlace(found, state, before + count)) {
            change(found, state, Epochs.LIVE);
            if (state.shape().hasStamp()) {
                LogEntry.setStamp(found, stampMillis);
            }
            Memory.copy(more, 0, LogEntry.value(found, state) + before, count);
            LogEntry.setValueLength(found, before + count);
            return found;
        }
        int length = LogEntry.fullLength(found);
        RecordBytes both = new RecordBytes(length + before + count);
        both.put(LogEntry.full(found, state), length + before);
        both.put(more, 0, count);
        return put(
                state,
                found,
                hash,
                both.bytes(),
                LogEntry.keyLength(found),
                length,
                both.bytes(),
                length,
                before + count,
                spare,
                stampMillis);
    }

    /** Changes four bytes at the begin of a live entry's value. */
    void setHead(long at, StateDefinition state, int number) {
        change(at, state, Epochs.LIVE);
        LogEntry.setHead(LogEntry.value(at, state), number);
    }

    private void index(long hash, long at) {
        try {
            index.add(hash, at);
        } catch (RuntimeException e) {
            kill(at);
            throw e;
        }
        store.onMoved();
    }

    private boolean isUnseen(int mark) {
        return (mark & Epochs.FRESH) != 0 && mark >>> Epochs.SHIFT == epochs.current();
    }

    /** Removes a live entry. */
    void remove(StateDefinition state, long at) {
        int mark = LogEntry.mark(at);
        if (state.shape().kind() == StateDefinition.Kind.MAP) {
            members().remove(state, at);
        } else if (state.shape().kind() == StateDefinition.Kind.ORDERED) {
            state.order.remove(state, at);
        }
        if (isUnseen(mark) || !epochs.needsTombstones()) {
            index.set(hashOf(at, state), at, 0);
            keep(at, state, mark);
            kill(at);
            store.onMoved();
        } else {
            change(at, state, Epochs.TOMBSTONE);
            LogEntry.setValueLength(at, 0);
            segments.countTombstone(at, 1);
        }
    }

    /** Makes an entry a gap; what open snapshots need of it was copied. */
    private void kill(long at) {
        if (LogEntry.kind(at) == Epochs.TOMBSTONE) {
            segments.countTombstone(at, -1);
        }
        LogEntry.setMark(at, epochs.mark(Epochs.DEAD));
        segments.onDead(at);
    }

    // ---- derived entries

    /** What the maps of this key group have. */
    MapMembers members() {
        if (members == null) {
            members = new MapMembers(this);
        }
        return members;
    }

    long derivedHash(StateDefinition state, byte[] full, int keyLength, int length) {
        return LogEntry.hash(
                store.keyHash(full, keyLength),
                LogEntry.derived(state.id()),
                full,
                keyLength,
                length);
    }

    /** A derived entry, which is found beside a live one with the same bytes; or 0. */
    long findDerived(StateDefinition state, long hash, byte[] full, int length) {
        return find(hash, state, LogEntry.derived(state.id()), full, length);
    }

    /** The same, which stays on disk if it is there; see {@link #peek}. */
    long peekDerived(StateDefinition state, long hash, byte[] full, int length) {
        return peek(hash, state, LogEntry.derived(state.id()), full, length);
    }

    /** Adds a derived entry, whose value is {@code count} zeros and may grow in place. */
    long addDerived(
            StateDefinition state,
            long hash,
            byte[] full,
            int keyLength,
            int length,
            int count,
            int spare) {
        long at =
                appendEntry(
                        state,
                        full,
                        keyLength,
                        length,
                        new byte[count],
                        0,
                        count,
                        spare,
                        0,
                        epochs.mark(Epochs.DERIVED));
        index(hash, at);
        return at;
    }

    /**
     * Moves a derived entry to where it may grow.
     *
     * @return where it lies now
     */
    long growDerived(StateDefinition state, long hash, long at, int spare) {
        int length = LogEntry.fullLength(at);
        int count = LogEntry.valueLength(at);
        RecordBytes both = new RecordBytes(length + count);
        both.put(LogEntry.full(at, state), length + count);
        long to =
                appendEntry(
                        state,
                        both.bytes(),
                        LogEntry.keyLength(at),
                        length,
                        both.bytes(),
                        length,
                        count,
                        spare,
                        0,
                        epochs.mark(Epochs.DERIVED));
        index.set(hash, at, to);
        kill(at);
        store.onMoved();
        return to;
    }

    void removeDerived(StateDefinition state, long hash, long at) {
        index.set(hash, at, 0);
        kill(at);
        store.onMoved();
    }

    /**
     * Removes a derived entry wherever it lies. Needs no memory: there may be any number to remove
     * in one go.
     *
     * @return false if there is none
     */
    boolean removeDerived(StateDefinition state, long hash, byte[] full, int length) {
        long place = locate(hash, state, LogEntry.derived(state.id()), full, length);
        if (place == 0) {
            return false;
        }
        if ((place & ON_DISK) == 0) {
            removeDerived(state, hash, place);
            return true;
        }
        int number = (int) (place >>> NUMBER_SHIFT);
        int offset = (int) place & OFFSET_MASK;
        int bytesOnDisk = LogEntry.length(loaded);
        index.set(hash, onDisk(number, offset), 0);
        SpilledSegment segment = spilled.get(number);
        segment.leave(offset, epochs.current());
        segment.addAlive(-bytesOnDisk);
        leftDisk(number, segment);
        return true;
    }

    // ---- tidying

    /** Tombstones may have become needless. */
    void onConfirmed() {
        segments.onConfirmed();
        untidy |= segments.hasUselessTombstones();
    }

    private void waitOnDisk(int number) {
        waitingOnDisk.add(number);
        untidy = true;
    }

    boolean isUntidy() {
        return untidy && hasToTidy();
    }

    private boolean hasToTidy() {
        return segments.hasSparse()
                || segments.hasUselessTombstones()
                || (!waitingOnDisk.isEmpty() && !spill.isPressed());
    }

    /** Compacts a few segments; nobody may hold an address. */
    void tidy() {
        if (segments.hasUselessTombstones()) {
            segments.sweepTombstones();
            for (int number = 0; number < spilled.count(); number++) {
                SpilledSegment segment = spilled.get(number);
                if (segment != null && segment.becomesSparseWithoutTombstones()) {
                    waitOnDisk(number);
                }
            }
        }
        for (int i = 0; i < TIDY_SEGMENTS; i++) {
            long segment = segments.nextSparse();
            if (segment == 0 || !segments.makeRoom(LogSegments.alive(segment))) {
                break;
            }
            compact(segment);
        }
        Integer number = spill.isPressed() ? null : waitingOnDisk.poll();
        if (number != null && spilled.get(number) != null) {
            compactOnDisk(number);
        }
        untidy = segments.hasSparse() || !waitingOnDisk.isEmpty();
        store.onMoved();
    }

    private void compact(long segment) {
        int filled = LogSegments.filled(segment);
        for (int offset = LogSegments.HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += LogEntry.length(at);
            int mark = LogEntry.mark(at);
            if ((mark & Epochs.KIND) == Epochs.DEAD) {
                continue;
            }
            StateDefinition state = store.state(LogEntry.stateId(at));
            if (isNeedless(mark)) {
                index.set(hashOf(at, state), at, 0);
                gone(at);
            } else {
                move(at, state, mark);
            }
        }
        segments.remove(segment);
    }

    /** Whether an entry is a tombstone that tells nobody anything any more. */
    private boolean isNeedless(int mark) {
        return (mark & Epochs.KIND) == Epochs.TOMBSTONE
                && !epochs.needsTombstone(mark >>> Epochs.SHIFT);
    }

    /** Counts an entry of a segment that is about to be removed as gone. */
    private void gone(long at) {
        if (LogEntry.kind(at) == Epochs.TOMBSTONE) {
            segments.countTombstoneBytes(-LogEntry.length(at));
        }
    }

    private void move(long at, StateDefinition state, int mark) {
        long hash = hashOf(at, state);
        long to = appendCopy(at, state, mark);
        index.set(hash, at, to);
        if ((mark & Epochs.KIND) == Epochs.TOMBSTONE) {
            gone(at);
            segments.countTombstone(to, 1);
        } else if (state.shape().kind() == StateDefinition.Kind.ORDERED) {
            state.order.onMoved(state, to);
        }
    }

    /** Appends an entry again, with its room: what has grown once may grow again. */
    private long appendCopy(long at, StateDefinition state, int mark) {
        int used = LogEntry.usedBytes(at, state);
        int bytes = (mark & Epochs.KIND) == Epochs.TOMBSTONE ? used : LogEntry.length(at);
        long to = segments.append(bytes);
        LogEntry.copy(at, to, segments.appendedTo(), used);
        segments.onAppended(mark);
        LogEntry.publish(to, bytes, mark);
        return to;
    }

    // ---- disk

    /**
     * Moves a segment to disk, in turn; nobody may hold an address.
     *
     * @return whether one has gone
     * @throws StateException if the disk does not take it
     */
    boolean spill() {
        for (int look = 0; look < Math.min(SPILL_LOOKS, segments.count()); look++) {
            long segment = segments.get(Math.floorMod(spillHand++, segments.count()));
            if (!segments.isOpen(segment) && spill(segment, LogSegments.bytes(segment) / 2)) {
                store.onMoved();
                return true;
            }
        }
        return false;
    }

    /**
     * Moves a segment of which little is worth it, or the one that is appended to: where there is
     * memory for so few that all key groups' together are too many.
     *
     * @return whether one has gone
     */
    boolean spillRest() {
        for (int i = 0; i < segments.count(); i++) {
            long segment = segments.get(i);
            if (!hasToStay(segment)) {
                if (segments.isOpen(segment)) {
                    segments.closeOpen();
                }
                if (!spill(segment, 1)) {
                    compact(segment); // nothing is alive
                }
                store.onMoved();
                return true;
            }
        }
        return false;
    }

    private boolean hasToStay(long segment) {
        int filled = LogSegments.filled(segment);
        for (int offset = LogSegments.HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += LogEntry.length(at);
            if (LogEntry.kind(at) != Epochs.DEAD && !goesToDisk(at)) {
                return true;
            }
        }
        return false;
    }

    /** Of the index, in memory. */
    long indexBytes() {
        return index.bytes();
    }

    /** Moves a page of the index to disk, in turn; returns whether one has gone. */
    boolean spillIndex() {
        return index.spill();
    }

    /**
     * @param leastBytes for which it is worth it
     */
    private boolean spill(long segment, int leastBytes) {
        int filled = LogSegments.filled(segment);
        int goes = 0;
        int stays = 0;
        for (int offset = LogSegments.HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            int bytes = LogEntry.length(at);
            offset += bytes;
            if (goesToDisk(at)) {
                goes += bytes;
            } else if (LogEntry.kind(at) != Epochs.DEAD) {
                stays += bytes;
            }
        }
        if (goes < leastBytes || stays > 0 && !segments.makeRoom(stays)) {
            return false; // more is won by compacting it, if anything
        }
        int kept = LogSegments.bytes(segment);
        byte[] image = spill.image(filled);
        Memory.copy(segment, image, 0, filled);
        long place = spill.file().write(image, filled);
        SpilledSegment to = new SpilledSegment(place, filled, LogSegments.lastEpoch(segment));
        int number = spilled.add(to);
        for (int offset = LogSegments.HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            int begin = offset;
            offset += LogEntry.length(at);
            int mark = LogEntry.mark(at);
            if ((mark & Epochs.KIND) == Epochs.DEAD) {
                continue;
            }
            StateDefinition state = store.state(LogEntry.stateId(at));
            if (isNeedless(mark)) {
                to.leave(begin, epochs.current());
                index.set(hashOf(at, state), at, 0);
                gone(at);
            } else if (goesToDisk(at)) {
                index.set(hashOf(at, state), at, onDisk(number, begin));
                int bytes = LogEntry.length(at);
                to.addAlive(bytes);
                if ((mark & Epochs.KIND) == Epochs.TOMBSTONE) {
                    to.addTombstones(bytes);
                }
            } else {
                to.leave(begin, epochs.current());
                move(at, state, mark);
            }
        }
        segments.takeOut(segment);
        epochs.moved(segment, kept, to);
        spill.frame().reserve(filled);
        return true;
    }

    private boolean goesToDisk(long at) {
        return switch (LogEntry.kind(at)) {
            case Epochs.LIVE -> {
                StateDefinition state = store.state(LogEntry.stateId(at));
                yield state.order == null || OrderedEntries.isLater(at, state);
            }
            case Epochs.TOMBSTONE, Epochs.DERIVED -> true;
            default -> false;
        };
    }

    /** Reads an entry from disk; where it lies until the next one is read. */
    private long load(long place) {
        SpilledSegment segment = spilled.get((int) (place >>> NUMBER_SHIFT));
        int offset = (int) place & OFFSET_MASK;
        int rest = segment.bytes() - offset;
        int count = Math.min(FIRST_READ_BYTES, rest);
        long at = spill.frame().load(segment.place() + offset, count);
        int bytes = LogEntry.length(at);
        loaded = bytes <= count ? at : spill.frame().load(segment.place() + offset, bytes);
        return loaded;
    }

    /** Brings the entry that was read last back into memory. */
    private long bringBack(long place, long hash, StateDefinition state) {
        int number = (int) (place >>> NUMBER_SHIFT);
        long back = bringBack(loaded, number, (int) place & OFFSET_MASK, hash, state);
        leftDisk(number, spilled.get(number));
        return back;
    }

    /** An entry lies no longer in a segment on disk. */
    private void leftDisk(int number, SpilledSegment segment) {
        if (segment.alive() == 0) {
            spilled.remove(number);
        } else if (segment.becomesSparse()) {
            waitOnDisk(number);
        }
    }

    private long bringBack(long at, int number, int offset, long hash, StateDefinition state) {
        int bytesOnDisk = LogEntry.length(at);
        int mark = LogEntry.mark(at);
        long to = appendCopy(at, state, mark);
        index.set(hash, onDisk(number, offset), to);
        SpilledSegment from = spilled.get(number);
        from.leave(offset, epochs.current());
        from.addAlive(-bytesOnDisk);
        if ((mark & Epochs.KIND) == Epochs.TOMBSTONE) {
            from.addTombstones(-bytesOnDisk);
            segments.countTombstoneBytes(-bytesOnDisk);
            segments.countTombstone(to, 1);
        }
        return to;
    }

    /** What stands in the index for an entry on disk. */
    private static long onDisk(int number, int offset) {
        return (long) number << NUMBER_SHIFT | offset | ON_DISK;
    }

    /** Brings what is left of a segment back into memory. */
    private void compactOnDisk(int number) {
        SpilledSegment segment = spilled.get(number);
        if (!segments.makeRoom(segment.alive())) {
            waitOnDisk(number);
            return;
        }
        forEachOnDisk(
                segment,
                (at, offset) -> {
                    StateDefinition state = store.state(LogEntry.stateId(at));
                    long hash = hashOf(at, state);
                    if (isNeedless(LogEntry.mark(at))) {
                        index.set(hash, onDisk(number, offset), 0);
                        gone(at);
                    } else {
                        bringBack(at, number, offset, hash, state);
                    }
                });
        spilled.remove(number);
    }

    /** Is shown entries of a segment on disk, and where in it they lie. */
    @FunctionalInterface
    private interface DiskVisitor {
        void visit(long at, int offset);
    }

    private void forEachOnDisk(SpilledSegment segment, DiskVisitor visitor) {
        long image = spill.frame().load(segment.place(), segment.bytes());
        for (int offset = LogSegments.HEADER_BYTES; offset < segment.bytes(); ) {
            long at = image + offset;
            int begin = offset;
            offset += LogEntry.length(at);
            if (goesToDisk(at) && !segment.isGone(begin, epochs.current())) {
                visitor.visit(at, begin);
            }
        }
    }

    int segmentsInMemory() {
        return segments.count();
    }

    /** All numbers of segments on disk are below this one; there may be none with a number. */
    int segmentsOnDisk() {
        return spilled.count();
    }

    /** Shows each entry that is alive or derived; none may be added or removed meanwhile. */
    void forEach(Visitor visitor) {
        for (int i = 0; i < segments.count(); i++) {
            forEachInMemory(i, visitor);
        }
        for (int i = 0; i < spilled.count(); i++) {
            forEachOnDisk(i, visitor);
        }
    }

    /**
     * The same for one segment in memory; what is added to it meanwhile is not shown.
     *
     * @param place below {@link #segmentsInMemory}
     */
    void forEachInMemory(int place, Visitor visitor) {
        long segment = segments.get(place);
        int filled = LogSegments.filled(segment);
        for (int offset = LogSegments.HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += LogEntry.length(at);
            int kind = LogEntry.kind(at);
            if (kind == Epochs.LIVE || kind == Epochs.DERIVED) {
                visitor.visit(at);
            }
        }
    }

    /**
     * The same for one segment on disk; nothing else may be read from disk meanwhile.
     *
     * @param number below {@link #segmentsOnDisk}
     */
    void forEachOnDisk(int number, Visitor visitor) {
        SpilledSegment segment = spilled.get(number);
        if (segment != null) {
            forEachOnDisk(
                    segment,
                    (at, offset) -> {
                        if (LogEntry.kind(at) != Epochs.TOMBSTONE) {
                            visitor.visit(at);
                        }
                    });
        }
    }

    /** Is shown entries. */
    @FunctionalInterface
    interface Visitor {
        void visit(long at);
    }

    Extent capture() {
        return new Extent(segments.capture(), spilled.capture());
    }

    /** Gives all memory back; nobody reads it any more. */
    void free(MemoryBudget memory) {
        segments.free(memory);
        index.free(memory);
    }
}
