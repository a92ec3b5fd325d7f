package io.millrace.runtime.state;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entries of one key group, of all states that are not tables: bytes of any length, one after
 * the other in segments, found by a {@link LogIndex} that is derived from them.
 *
 * <p>A value that fits into what its entry was given is written in place ({@link
 * #mayWriteInPlace}); one that does not is appended as a new entry, and the old one is dead.
 * Segments that are less than half alive are compacted: what is alive, and tombstones that are
 * still needed, are appended again. That happens in {@link #tidy}, which is called when nobody
 * holds an address, a few segments at a time.
 *
 * <p>When memory is short, segments go to local disk as they are ({@link #spill}), and what the
 * index has of their entries is where they lie there. An entry that is looked for comes back into
 * the open segment; one on disk is never changed. Those of ordered states that come next stay in
 * memory, since a heap has their addresses.
 *
 * <p>Shape, from the top: what an entry is; finding, appending, changing, removing; derived
 * entries; tidying; disk; what has expired; snapshots. It is one class because each of these moves
 * entries, and none may move one that another has just found.
 *
 * <p>Format: in memory and on local disk; all but the bytes of values in the machine's order.
 * Entries begin at multiples of 8.
 *
 * <pre>
 *   segment  bytes 4, filled 4, alive 4, epoch of the last change 4, place in the list 4, key group
 *            4, tombstones 4, waits to be compacted 4, then entries
 *   entry    mark 4 (epoch and kind, see {@link Epochs}), length of all 4, state 2, distance from the
 *            segment's begin in units of 8 2, length of the value 4, of the key 4, of key, namespace
 *            and part 4, time of last use 8 if values expire, a word of their own 8 in maps and
 *            ordered states, key, namespace, part, value
 * </pre>
 *
 * The namespace is nothing, 8 bytes, or a length of 4 bytes and an object; the part is nothing in
 * values, the number of a piece (4) in lists, a map's key in maps, and the order (8, its sign
 * flipped) in ordered states. An entry of an ordered state knows its place in {@link
 * OrderedEntries}, one of a map where {@link MapMembers} has its key. What these keep in the log
 * themselves are derived entries, with a bit in the state's id.
 *
 * <p>In the {@link LogIndex} stands the address of an entry; or, for one on disk, the number of its
 * segment from bit 15 on, its distance from the segment's begin, and {@value #ON_DISK} in the
 * lowest bits, which are 0 in addresses.
 *
 * <p>Threads: owned by the subtask's thread, but for {@link #read}.
 */
final class EntryLog {
    private static final int SEGMENT_HEADER_BYTES = 32;
    private static final int BYTES = 0;
    private static final int FILLED = 4;
    private static final int ALIVE = 8;
    private static final int LAST_EPOCH = 12;
    private static final int PLACE = 16;
    private static final int KEY_GROUP = 20;
    private static final int TOMBSTONES = 24;
    private static final int WAITS = 28;

    private static final int MIN_SEGMENT_BYTES = 512;
    private static final int MAX_SEGMENT_BYTES = 32 << 10;

    /** Larger entries have a segment of their own. */
    private static final int LARGE_ENTRY_BYTES = MAX_SEGMENT_BYTES / 4;

    private static final int LENGTH = 4;
    private static final int STATE = 8;
    private static final int VALUE_LENGTH = 12;
    private static final int KEY_LENGTH = 16;
    private static final int FULL_LENGTH = 20;
    static final int ENTRY_HEADER_BYTES = 24;

    /** Set in the state's id of derived entries, whose bytes may be those of others. */
    private static final int DERIVED_STATE = 0x8000;

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

    /**
     * What a snapshot sees of a log.
     *
     * @param count of the segments, the last of which is filled to {@code lastFilled}
     */
    record Extent(
            long[] segments,
            int count,
            long last,
            int lastFilled,
            SpilledSegments.Extent spilled) {}

    private final StoreMemory store;
    private final Epochs epochs;
    private final int keyGroup;

    private long[] segments = new long[4];
    private int segmentCount;
    private boolean segmentsShared;
    private int nextSegmentBytes = MIN_SEGMENT_BYTES;

    /** The segment that is appended to, or 0. */
    private long open;

    /** To be compacted. */
    private long[] waiting = new long[4];

    private int waitingCount;
    private long tombstoneBytes;
    private boolean sweepTombstones;

    private final Spill spill;

    private final SpilledSegments spilled;

    /** On disk and to be compacted. */
    private final ArrayDeque<Integer> waitingOnDisk = new ArrayDeque<>();

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
        this.index =
                new LogIndex(
                        store,
                        place -> {
                            long at = (place & ON_DISK) == 0 ? place : load(place);
                            return hashOf(at, store.state(stateId(at)));
                        });
    }

    // ---- entries

    static int stateId(long at) {
        return lookedUpBy(at) & ~DERIVED_STATE;
    }

    /** The state's id, with {@link #DERIVED_STATE} in entries that are derived. */
    private static int lookedUpBy(long at) {
        return Memory.getInt(at + STATE) >>> 16;
    }

    static long segment(long at) {
        return at - ((Memory.getInt(at + STATE) & 0xffff) << 3);
    }

    static int keyGroup(long at) {
        return Memory.getInt(segment(at) + KEY_GROUP);
    }

    static int kind(long at) {
        return Memory.getInt(at) & Epochs.KIND;
    }

    static boolean isLive(long at) {
        return kind(at) == Epochs.LIVE;
    }

    static int keyLength(long at) {
        return Memory.getInt(at + KEY_LENGTH);
    }

    static int fullLength(long at) {
        return Memory.getInt(at + FULL_LENGTH);
    }

    static int valueLength(long at) {
        return Memory.getInt(at + VALUE_LENGTH);
    }

    static int fullAt(boolean hasStamp, boolean hasOwnWord) {
        return ENTRY_HEADER_BYTES + (hasStamp ? 8 : 0) + (hasOwnWord ? 8 : 0);
    }

    /** Where key, namespace and part begin. */
    static long full(long at, StateDefinition state) {
        return at + state.fullAt;
    }

    static long value(long at, StateDefinition state) {
        return at + state.fullAt + fullLength(at);
    }

    static long stamp(long at) {
        return Memory.getLong(at + ENTRY_HEADER_BYTES);
    }

    /** What maps and ordered states keep in their entries for themselves; not in snapshots. */
    static long ownWord(long at, StateDefinition state) {
        return Memory.getLong(at + state.fullAt - 8);
    }

    static void setOwnWord(long at, StateDefinition state, long word) {
        Memory.putLong(at + state.fullAt - 8, word);
    }

    // ---- finding

    static long hash(long keyHash, int stateId, byte[] full, int keyLength, int length) {
        return hash(keyHash, stateId, restHash(full, keyLength, length - keyLength));
    }

    /** Of namespace and part, whose hash is {@code restHash}. */
    static long hash(long keyHash, int stateId, long restHash) {
        return Hashing.and(keyHash, restHash + stateId);
    }

    static long restHash(byte[] bytes, int from, int count) {
        return count == 0 ? 0 : Hashing.bytes(bytes, from, count);
    }

    private long hashOf(long at, StateDefinition state) {
        int length = fullLength(at);
        keyScratch.truncate(0);
        keyScratch.put(full(at, state), length);
        int keyLength = keyLength(at);
        return hash(
                store.keyHash(keyScratch.bytes(), keyLength),
                lookedUpBy(at),
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
                if (fullLength(at) == length
                        && lookedUpBy(at) == id
                        && Memory.equal(full(at, state), full, 0, length)) {
                    return place;
                }
            }
            if (++slot == slots) {
                slot = 0;
            }
        }
    }

    // ---- appending

    private long newSegment(int bytes) {
        long segment = store.allocate(bytes);
        if (segmentCount == segments.length) {
            segments = Arrays.copyOf(segments, 2 * segmentCount);
            segmentsShared = false;
        }
        // beyond what any snapshot has captured
        segments[segmentCount] = segment;
        Memory.putInt(segment + BYTES, bytes);
        Memory.putInt(segment + FILLED, SEGMENT_HEADER_BYTES);
        Memory.putInt(segment + PLACE, segmentCount);
        Memory.putInt(segment + KEY_GROUP, keyGroup);
        segmentCount++;
        return segment;
    }

    /** A smaller one, if what is free of memory lies in smaller pieces. */
    private long newSegment(int bytes, long needed) {
        int size = bytes;
        while (true) {
            try {
                return newSegment(size);
            } catch (InsufficientManagedMemoryException e) {
                if (size / 2 < needed || size / 2 < MIN_SEGMENT_BYTES) {
                    throw e;
                }
                size /= 2;
            }
        }
    }

    /** Room for an entry; nothing that is there moves. */
    private long append(long bytes) {
        long segment;
        if (bytes > LARGE_ENTRY_BYTES) {
            long needed = bytes + SEGMENT_HEADER_BYTES;
            if (needed > ManagedMemory.MAX_BLOCK_BYTES) {
                throw new StateException(
                        Failure.Category.USER_CODE,
                        "A key with its value has "
                                + bytes
                                + " bytes; the limit is "
                                + (ManagedMemory.MAX_BLOCK_BYTES - SEGMENT_HEADER_BYTES)
                                + ". Keep such values in a list or map state, in parts");
            }
            segment = newSegment(Integer.highestOneBit((int) needed - 1) << 1);
        } else {
            if (open == 0 || Memory.getInt(open + FILLED) + bytes > Memory.getInt(open + BYTES)) {
                int size = nextSegmentBytes;
                while (size < bytes + SEGMENT_HEADER_BYTES) {
                    size *= 2;
                }
                long before = open;
                open = newSegment(size, bytes + SEGMENT_HEADER_BYTES);
                nextSegmentBytes = Math.min(spill.segmentBytes(), 2 * nextSegmentBytes);
                if (before != 0) {
                    checkSparse(before);
                }
            }
            segment = open;
        }
        int filled = Memory.getInt(segment + FILLED);
        Memory.putInt(segment + FILLED, filled + (int) bytes);
        Memory.putInt(segment + ALIVE, Memory.getInt(segment + ALIVE) + (int) bytes);
        return segment + filled;
    }

    private static void raiseLastEpoch(long segment, int epoch) {
        if (Memory.getInt(segment + LAST_EPOCH) < epoch) {
            Memory.putInt(segment + LAST_EPOCH, epoch);
        }
    }

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
        long at = append(bytes);
        long segment = bytes > LARGE_ENTRY_BYTES ? segments[segmentCount - 1] : open;
        int id = (mark & Epochs.KIND) == Epochs.DERIVED ? state.id() | DERIVED_STATE : state.id();
        Memory.putInt(at + STATE, id << 16 | (int) ((at - segment) >>> 3));
        Memory.putInt(at + VALUE_LENGTH, count);
        Memory.putInt(at + KEY_LENGTH, keyLength);
        Memory.putInt(at + FULL_LENGTH, length);
        if (state.shape().hasStamp()) {
            Memory.putLong(at + ENTRY_HEADER_BYTES, stampMillis);
        }
        Memory.copy(full, 0, full(at, state), length);
        Memory.copy(value, from, full(at, state) + length, count);
        raiseLastEpoch(segment, mark >>> Epochs.SHIFT);
        publish(at, (int) bytes, mark);
        return at;
    }

    /** Readers stop where an entry has no length, and look at nothing but its mark first. */
    private static void publish(long at, int bytes, int mark) {
        Memory.putInt(at, mark);
        Memory.releaseFence();
        Memory.putInt(at + LENGTH, bytes);
    }

    // ---- changing

    /** Whether a value may take the place of an entry's value. */
    private static boolean mayWriteInPlace(long at, StateDefinition state, int valueBytes) {
        return (long) state.fullAt + fullLength(at) + valueBytes <= Memory.getInt(at + LENGTH);
    }

    /** Makes an entry one of this epoch, and of a kind; what it was is copied if need be. */
    private void change(long at, StateDefinition state, int kind) {
        int mark = Memory.getInt(at);
        int epoch = mark >>> Epochs.SHIFT;
        int fresh = mark & Epochs.FRESH;
        int current = epochs.current();
        if (epoch != current) {
            fresh = 0;
            keep(at, state, mark);
            Memory.putInt(segment(at) + LAST_EPOCH, current);
        }
        if ((mark & Epochs.KIND) != kind && (mark & Epochs.KIND) == Epochs.TOMBSTONE) {
            countTombstone(at, -1);
        }
        Memory.releaseFence();
        Memory.putInt(at, epochs.mark(kind) | fresh);
        Memory.releaseFence();
    }

    private void countTombstone(long at, int sign) {
        int bytes = sign * Memory.getInt(at + LENGTH);
        long segment = segment(at);
        Memory.putInt(segment + TOMBSTONES, Memory.getInt(segment + TOMBSTONES) + bytes);
        tombstoneBytes += bytes;
    }

    private void keep(long at, StateDefinition state, int mark) {
        if ((mark & Epochs.KIND) <= Epochs.TOMBSTONE && epochs.isHeld(mark >>> Epochs.SHIFT)) {
            RecordBytes scratch = store.scratch();
            scratch.truncate(0);
            encode(at, state, mark, scratch);
            epochs.keep(mark >>> Epochs.SHIFT, keyGroup, scratch);
        }
    }

    /** Puts a number where there is a live entry with a value of eight bytes. */
    void setNumber(long at, StateDefinition state, long number) {
        if ((Memory.getInt(at) & ~Epochs.FRESH) != epochs.mark(Epochs.LIVE)) {
            change(at, state, Epochs.LIVE);
        }
        Memory.putLongBigEndian(value(at, state), number);
    }

    void setStamp(long at, StateDefinition state, long stampMillis) {
        change(at, state, kind(at));
        Memory.putLong(at + ENTRY_HEADER_BYTES, stampMillis);
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
        if (mayWriteInPlace(found, state, count)) {
            change(found, state, Epochs.LIVE);
            if (state.shape().hasStamp()) {
                Memory.putLong(found + ENTRY_HEADER_BYTES, stampMillis);
            }
            Memory.putInt(found + VALUE_LENGTH, count);
            Memory.copy(value, from, value(found, state), count);
            return found;
        }
        int mark = Memory.getInt(found);
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
            setOwnWord(at, state, ownWord(found, state));
        }
        index.set(hash, found, at);
        keep(found, state, mark);
        kill(found, state);
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
        int before = valueLength(found);
        if (mayWriteInPlace(found, state, before + count)) {
            change(found, state, Epochs.LIVE);
            if (state.shape().hasStamp()) {
                Memory.putLong(found + ENTRY_HEADER_BYTES, stampMillis);
            }
            Memory.copy(more, 0, value(found, state) + before, count);
            Memory.putInt(found + VALUE_LENGTH, before + count);
            return found;
        }
        int length = fullLength(found);
        RecordBytes both = new RecordBytes(length + before + count);
        both.put(full(found, state), length + before);
        both.put(more, 0, count);
        return put(
                state,
                found,
                hash,
                both.bytes(),
                keyLength(found),
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
        long value = value(at, state);
        for (int i = 0; i < 4; i++) {
            Memory.putByte(value + i, (byte) (number >>> (24 - 8 * i)));
        }
    }

    private void index(long hash, long at) {
        try {
            index.add(hash, at);
        } catch (RuntimeException e) {
            kill(at, store.state(stateId(at)));
            throw e;
        }
        store.onMoved();
    }

    private boolean isUnseen(int mark) {
        return (mark & Epochs.FRESH) != 0 && mark >>> Epochs.SHIFT == epochs.current();
    }

    /** Removes a live entry. */
    void remove(StateDefinition state, long at) {
        int mark = Memory.getInt(at);
        if (state.shape().kind() == StateDefinition.Kind.MAP) {
            members().remove(state, at);
        } else if (state.shape().kind() == StateDefinition.Kind.ORDERED) {
            state.order.remove(state, at);
        }
        if (isUnseen(mark) || !epochs.needsTombstones()) {
            index.set(hashOf(at, state), at, 0);
            keep(at, state, mark);
            kill(at, state);
            store.onMoved();
        } else {
            change(at, state, Epochs.TOMBSTONE);
            Memory.putInt(at + VALUE_LENGTH, 0);
            countTombstone(at, 1);
        }
    }

    /** Makes an entry a gap; what open snapshots need of it was copied. */
    private void kill(long at, StateDefinition state) {
        if (kind(at) == Epochs.TOMBSTONE) {
            countTombstone(at, -1);
        }
        long segment = segment(at);
        Memory.releaseFence();
        Memory.putInt(at, epochs.mark(Epochs.DEAD));
        int alive = Memory.getInt(segment + ALIVE) - Memory.getInt(at + LENGTH);
        Memory.putInt(segment + ALIVE, alive);
        if (segment != open) {
            if (alive == 0) {
                removeSegment(segment);
            } else {
                checkSparse(segment);
            }
        }
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
        return hash(
                store.keyHash(full, keyLength),
                state.id() | DERIVED_STATE,
                full,
                keyLength,
                length);
    }

    /** A derived entry, which is found beside a live one with the same bytes; or 0. */
    long findDerived(StateDefinition state, long hash, byte[] full, int length) {
        return find(hash, state, state.id() | DERIVED_STATE, full, length);
    }

    /** The same, which stays on disk if it is there; see {@link #peek}. */
    long peekDerived(StateDefinition state, long hash, byte[] full, int length) {
        return peek(hash, state, state.id() | DERIVED_STATE, full, length);
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
        int length = fullLength(at);
        int count = valueLength(at);
        RecordBytes both = new RecordBytes(length + count);
        both.put(full(at, state), length + count);
        long to =
                appendEntry(
                        state,
                        both.bytes(),
                        keyLength(at),
                        length,
                        both.bytes(),
                        length,
                        count,
                        spare,
                        0,
                        epochs.mark(Epochs.DERIVED));
        index.set(hash, at, to);
        kill(at, state);
        store.onMoved();
        return to;
    }

    /** Bytes that a derived entry's value may have where it lies. */
    static int room(long at, StateDefinition state) {
        return Memory.getInt(at + LENGTH) - state.fullAt - fullLength(at);
    }

    static void setValueLength(long at, int count) {
        Memory.putInt(at + VALUE_LENGTH, count);
    }

    void removeDerived(StateDefinition state, long hash, long at) {
        index.set(hash, at, 0);
        kill(at, state);
        store.onMoved();
    }

    // ---- tidying

    private void checkSparse(long segment) {
        int useful = Memory.getInt(segment + ALIVE);
        if (sweepTombstones) {
            useful -= Memory.getInt(segment + TOMBSTONES);
        }
        if (useful < Memory.getInt(segment + BYTES) / 2 && Memory.getInt(segment + WAITS) == 0) {
            Memory.putInt(segment + WAITS, 1);
            if (waitingCount == waiting.length) {
                waiting = Arrays.copyOf(waiting, 2 * waitingCount);
            }
            waiting[waitingCount++] = segment;
        }
    }

    private void removeSegment(long segment) {
        takeOut(segment);
        epochs.retire(segment, Memory.getInt(segment + BYTES));
    }

    private void takeOut(long segment) {
        if (Memory.getInt(segment + WAITS) != 0) {
            for (int i = 0; i < waitingCount; i++) {
                if (waiting[i] == segment) {
                    waiting[i] = waiting[--waitingCount];
                }
            }
        }
        if (segmentsShared) {
            segments = segments.clone();
            segmentsShared = false;
        }
        int place = Memory.getInt(segment + PLACE);
        segmentCount--;
        segments[place] = segments[segmentCount];
        Memory.putInt(segments[place] + PLACE, place);
    }

    /** Tombstones may have become needless. */
    void onConfirmed() {
        sweepTombstones = tombstoneBytes > 0;
    }

    boolean isUntidy() {
        return waitingCount > 0
                || sweepTombstones
                || (!waitingOnDisk.isEmpty() && !spill.isPressed());
    }

    /** Compacts a few segments; nobody may hold an address. */
    void tidy() {
        if (sweepTombstones) {
            for (int i = 0; i < segmentCount; i++) {
                if (segments[i] != open) {
                    checkSparse(segments[i]);
                }
            }
            for (int number = 0; number < spilled.count(); number++) {
                SpilledSegment segment = spilled.get(number);
                if (segment != null && segment.becomesSparseWithoutTombstones()) {
                    waitingOnDisk.add(number);
                }
            }
            sweepTombstones = false;
        }
        for (int i = 0; i < TIDY_SEGMENTS && waitingCount > 0; i++) {
            long segment = waiting[--waitingCount];
            Memory.putInt(segment + WAITS, 0);
            if (!makeRoom(Memory.getInt(segment + ALIVE))) {
                break;
            }
            compact(segment);
        }
        Integer number = spill.isPressed() ? null : waitingOnDisk.poll();
        if (number != null && spilled.get(number) != null) {
            compactOnDisk(number);
        }
        store.onMoved();
    }

    /** Whether what is alive in a segment fits into the open one, which may be a new one. */
    private boolean makeRoom(int bytes) {
        if (bytes > LARGE_ENTRY_BYTES && bytes > MAX_SEGMENT_BYTES / 2) {
            return true; // a large entry, which moves into a segment of its own
        }
        if (open != 0 && Memory.getInt(open + BYTES) - Memory.getInt(open + FILLED) >= bytes) {
            return true;
        }
        try {
            long before = open;
            int size = spill.segmentBytes();
            while (size < bytes + SEGMENT_HEADER_BYTES) {
                size *= 2;
            }
            open = newSegment(size, bytes + SEGMENT_HEADER_BYTES);
            if (before != 0) {
                checkSparse(before);
            }
            return true;
        } catch (InsufficientManagedMemoryException e) {
            return false; // whoever needs memory for more than this says so
        }
    }

    private void compact(long segment) {
        int filled = Memory.getInt(segment + FILLED);
        for (int offset = SEGMENT_HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += Memory.getInt(at + LENGTH);
            int mark = Memory.getInt(at);
            if ((mark & Epochs.KIND) == Epochs.DEAD) {
                continue;
            }
            StateDefinition state = store.state(stateId(at));
            if (isNeedless(mark)) {
                index.set(hashOf(at, state), at, 0);
                gone(at);
            } else {
                move(at, state, mark);
            }
        }
        removeSegment(segment);
    }

    /** Whether an entry is a tombstone that tells nobody anything any more. */
    private boolean isNeedless(int mark) {
        return (mark & Epochs.KIND) == Epochs.TOMBSTONE
                && !epochs.needsTombstone(mark >>> Epochs.SHIFT);
    }

    /** Counts an entry of a segment that is about to be removed as gone. */
    private void gone(long at) {
        if (kind(at) == Epochs.TOMBSTONE) {
            tombstoneBytes -= Memory.getInt(at + LENGTH);
        }
    }

    private void move(long at, StateDefinition state, int mark) {
        int used = state.fullAt + fullLength(at) + valueLength(at);
        // what has grown once may grow again
        int bytes =
                (mark & Epochs.KIND) == Epochs.TOMBSTONE
                        ? (used + 7) & -8
                        : Memory.getInt(at + LENGTH);
        long hash = hashOf(at, state);
        long to = append(bytes);
        long segment = bytes > LARGE_ENTRY_BYTES ? segments[segmentCount - 1] : open;
        Memory.copy(at + STATE, to + STATE, used - STATE);
        Memory.putInt(to + STATE, lookedUpBy(at) << 16 | (int) ((to - segment) >>> 3));
        raiseLastEpoch(segment, mark >>> Epochs.SHIFT);
        publish(to, bytes, mark);
        index.set(hash, at, to);
        if ((mark & Epochs.KIND) == Epochs.TOMBSTONE) {
            gone(at);
            countTombstone(to, 1);
        } else if (state.shape().kind() == StateDefinition.Kind.ORDERED) {
            state.order.onMoved(state, to);
        }
    }

    // ---- disk

    /**
     * Moves a segment to disk, in turn; nobody may hold an address.
     *
     * @return whether one has gone
     * @throws StateException if the disk does not take it
     */
    boolean spill() {
        for (int look = 0; look < Math.min(SPILL_LOOKS, segmentCount); look++) {
            long segment = segments[Math.floorMod(spillHand++, segmentCount)];
            if (segment != open && spill(segment, Memory.getInt(segment + BYTES) / 2)) {
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
        for (int i = 0; i < segmentCount; i++) {
            long segment = segments[i];
            if (!hasToStay(segment)) {
                if (segment == open) {
                    open = 0;
                    nextSegmentBytes = MIN_SEGMENT_BYTES;
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
        int filled = Memory.getInt(segment + FILLED);
        for (int offset = SEGMENT_HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += Memory.getInt(at + LENGTH);
            if (kind(at) != Epochs.DEAD && !goesToDisk(at)) {
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
        int filled = Memory.getInt(segment + FILLED);
        int goes = 0;
        int stays = 0;
        for (int offset = SEGMENT_HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            int bytes = Memory.getInt(at + LENGTH);
            offset += bytes;
            if (goesToDisk(at)) {
                goes += bytes;
            } else if (kind(at) != Epochs.DEAD) {
                stays += bytes;
            }
        }
        if (goes < leastBytes || stays > 0 && !makeRoom(stays)) {
            return false; // more is won by compacting it, if anything
        }
        int kept = Memory.getInt(segment + BYTES);
        byte[] image = spill.image(filled);
        Memory.copy(segment, image, 0, filled);
        long place = spill.file().write(image, filled);
        SpilledSegment to = new SpilledSegment(place, filled, Memory.getInt(segment + LAST_EPOCH));
        int number = spilled.add(to);
        for (int offset = SEGMENT_HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            int begin = offset;
            offset += Memory.getInt(at + LENGTH);
            int mark = Memory.getInt(at);
            if ((mark & Epochs.KIND) == Epochs.DEAD) {
                continue;
            }
            StateDefinition state = store.state(stateId(at));
            if (isNeedless(mark)) {
                to.leave(begin, epochs.current());
                index.set(hashOf(at, state), at, 0);
                gone(at);
            } else if (goesToDisk(at)) {
                index.set(hashOf(at, state), at, (long) number << NUMBER_SHIFT | begin | ON_DISK);
                int bytes = Memory.getInt(at + LENGTH);
                to.addAlive(bytes);
                if ((mark & Epochs.KIND) == Epochs.TOMBSTONE) {
                    to.addTombstones(bytes);
                }
            } else {
                to.leave(begin, epochs.current());
                move(at, state, mark);
            }
        }
        takeOut(segment);
        epochs.moved(segment, kept, to);
        spill.frame().reserve(filled);
        return true;
    }

    private boolean goesToDisk(long at) {
        return switch (kind(at)) {
            case Epochs.LIVE -> {
                StateDefinition state = store.state(stateId(at));
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
        int bytes = Memory.getInt(at + LENGTH);
        loaded = bytes <= count ? at : spill.frame().load(segment.place() + offset, bytes);
        return loaded;
    }

    /** Brings the entry that was read last back into memory. */
    private long bringBack(long place, long hash, StateDefinition state) {
        int number = (int) (place >>> NUMBER_SHIFT);
        long back = bringBack(loaded, number, (int) place & OFFSET_MASK, hash, state);
        SpilledSegment segment = spilled.get(number);
        if (segment.alive() == 0) {
            spilled.remove(number);
        } else if (segment.becomesSparse()) {
            waitingOnDisk.add(number);
        }
        return back;
    }

    private long bringBack(long at, int number, int offset, long hash, StateDefinition state) {
        int bytesOnDisk = Memory.getInt(at + LENGTH);
        int mark = Memory.getInt(at);
        boolean tombstone = (mark & Epochs.KIND) == Epochs.TOMBSTONE;
        int bytes =
                tombstone
                        ? (state.fullAt + fullLength(at) + valueLength(at) + 7) & -8
                        : bytesOnDisk;
        long to = append(bytes);
        long segment = bytes > LARGE_ENTRY_BYTES ? segments[segmentCount - 1] : open;
        Memory.copy(at + STATE, to + STATE, bytes - STATE);
        Memory.putInt(to + STATE, lookedUpBy(at) << 16 | (int) ((to - segment) >>> 3));
        raiseLastEpoch(segment, mark >>> Epochs.SHIFT);
        publish(to, bytes, mark);
        index.set(hash, (long) number << NUMBER_SHIFT | offset | ON_DISK, to);
        spilled.get(number).leave(offset, epochs.current());
        spilled.get(number).addAlive(-bytesOnDisk);
        if (tombstone) {
            spilled.get(number).addTombstones(-bytesOnDisk);
            tombstoneBytes -= bytesOnDisk;
            countTombstone(to, 1);
        }
        return to;
    }

    /** Brings what is left of a segment back into memory. */
    private void compactOnDisk(int number) {
        SpilledSegment segment = spilled.get(number);
        if (!makeRoom(segment.alive())) {
            waitingOnDisk.add(number);
            return;
        }
        forEachOnDisk(
                segment,
                (at, offset) -> {
                    StateDefinition state = store.state(stateId(at));
                    long hash = hashOf(at, state);
                    if (isNeedless(Memory.getInt(at))) {
                        index.set(hash, (long) number << NUMBER_SHIFT | offset | ON_DISK, 0);
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
        for (int offset = SEGMENT_HEADER_BYTES; offset < segment.bytes(); ) {
            long at = image + offset;
            int begin = offset;
            offset += Memory.getInt(at + LENGTH);
            if (goesToDisk(at) && !segment.isGone(begin, epochs.current())) {
                visitor.visit(at, begin);
            }
        }
    }

    private void removeExpiredOnDisk(int turn) {
        int number = spilled.count() == 0 ? 0 : Math.floorMod(turn, spilled.count());
        SpilledSegment segment = spilled.get(number);
        if (segment == null) {
            return;
        }
        List<byte[]> expired = new ArrayList<>();
        List<StateDefinition> states = new ArrayList<>();
        List<Integer> keyLengths = new ArrayList<>();
        forEachOnDisk(
                segment,
                (at, offset) -> {
                    StateDefinition state = store.state(stateId(at));
                    if (isLive(at)
                            && state.shape().hasStamp()
                            && store.isExpired(state.id(), stamp(at))) {
                        byte[] full = new byte[fullLength(at)];
                        Memory.copy(full(at, state), full, 0, full.length);
                        expired.add(full);
                        states.add(state);
                        keyLengths.add(keyLength(at));
                    }
                });
        for (int i = 0; i < expired.size(); i++) {
            byte[] full = expired.get(i);
            int keyLength = keyLengths.get(i);
            StateDefinition state = states.get(i);
            long hash =
                    hash(store.keyHash(full, keyLength), state.id(), full, keyLength, full.length);
            long at = find(hash, state, full, full.length);
            if (at != 0
                    && isLive(at)
                    && store.isExpired(state.id(), stamp(at))
                    && !isNeededByLaterPieces(at, state)) {
                remove(state, at);
            }
        }
    }

    /** Removes what has expired in one segment, in turn; nobody may hold an address. */
    void removeExpired(int turn) {
        removeExpiredOnDisk(turn);
        if (segmentCount == 0) {
            return;
        }
        long segment = segments[Math.floorMod(turn, segmentCount)];
        int filled = Memory.getInt(segment + FILLED);
        long[] expired = new long[16];
        int count = 0;
        for (int offset = SEGMENT_HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += Memory.getInt(at + LENGTH);
            if (!isLive(at)) {
                continue;
            }
            StateDefinition state = store.state(stateId(at));
            if (state.shape().hasStamp()
                    && store.isExpired(state.id(), stamp(at))
                    && !isNeededByLaterPieces(at, state)) {
                if (count == expired.length) {
                    expired = Arrays.copyOf(expired, 2 * count);
                }
                expired[count++] = at;
            }
        }
        for (int i = 0; i < count; i++) {
            remove(store.state(stateId(expired[i])), expired[i]);
        }
    }

    /** Whether an entry is the first piece of a list whose last piece is alive. */
    private boolean isNeededByLaterPieces(long at, StateDefinition state) {
        if (state.shape().kind() != StateDefinition.Kind.LIST) {
            return false;
        }
        int length = fullLength(at);
        long end = full(at, state) + length;
        if (getHead(end - 4) != 0) {
            return false; // a later piece
        }
        int pieces = getHead(value(at, state));
        RecordBytes last = new RecordBytes(length);
        last.put(full(at, state), length - 4);
        last.putInt(pieces - 1);
        int keyLength = keyLength(at);
        long hash =
                hash(
                        store.keyHash(last.bytes(), keyLength),
                        state.id(),
                        last.bytes(),
                        keyLength,
                        length);
        long found = find(hash, state, last.bytes(), length);
        return found != 0 && isLive(found) && !store.isExpired(state.id(), stamp(found));
    }

    /** Four bytes, big-endian: the number of a list's piece, or of its pieces. */
    static int getHead(long address) {
        int number = 0;
        for (int i = 0; i < 4; i++) {
            number = number << 8 | Memory.getByte(address + i) & 0xff;
        }
        return number;
    }

    /** Shows each entry that is alive or derived; none may be added or removed meanwhile. */
    void forEach(Visitor visitor) {
        for (int i = 0; i < segmentCount; i++) {
            int filled = Memory.getInt(segments[i] + FILLED);
            for (int offset = SEGMENT_HEADER_BYTES; offset < filled; ) {
                long at = segments[i] + offset;
                offset += Memory.getInt(at + LENGTH);
                int kind = kind(at);
                if (kind == Epochs.LIVE || kind == Epochs.DERIVED) {
                    visitor.visit(at);
                }
            }
        }
        for (int i = 0; i < spilled.count(); i++) {
            SpilledSegment segment = spilled.get(i);
            if (segment != null) {
                forEachOnDisk(
                        segment,
                        (at, offset) -> {
                            if (kind(at) != Epochs.TOMBSTONE) {
                                visitor.visit(at);
                            }
                        });
            }
        }
    }

    /** Is shown entries. */
    @FunctionalInterface
    interface Visitor {
        void visit(long at);
    }

    // ---- snapshots

    Extent capture() {
        segmentsShared = true;
        return new Extent(
                segments,
                segmentCount,
                open,
                open == 0 ? 0 : Memory.getInt(open + FILLED),
                spilled.capture());
    }

    private static void encode(long at, StateDefinition state, int mark, RecordBytes to) {
        boolean live = (mark & Epochs.KIND) == Epochs.LIVE;
        int keyLength = keyLength(at);
        int length = fullLength(at);
        to.putVarInt(state.id() << 1 | (live ? 0 : 1));
        to.putVarInt(keyLength);
        to.putVarInt(length - keyLength);
        to.put(full(at, state), length);
        if (live) {
            if (state.shape().hasStamp()) {
                to.putLong(stamp(at));
            }
            int count = valueLength(at);
            // it may be written at this moment; the mark tells afterwards
            if (count >= 0 && mayWriteInPlace(at, state, count)) {
                to.putVarInt(count);
                to.put(value(at, state), count);
            }
        }
    }

    /**
     * Writes the entries that a snapshot holds and that have not changed since; called by the
     * snapshot's thread, while the log's own goes on.
     */
    static void read(Extent extent, OpenSnapshot snapshot, SnapshotWriter writer)
            throws IOException {
        for (int i = 0; i < extent.count(); i++) {
            long segment = extent.segments()[i];
            snapshot.gather(
                    records -> {
                        SpilledSegment moved = snapshot.moved(segment);
                        if (moved != null) {
                            read(moved, snapshot, records);
                        } else if (snapshot.mayHold(Memory.getInt(segment + LAST_EPOCH))) {
                            int filled =
                                    segment == extent.last()
                                            ? extent.lastFilled()
                                            : Memory.getInt(segment + FILLED);
                            read(segment, filled, snapshot, records);
                        }
                    },
                    writer);
        }
        for (int i = 0; i < extent.spilled().count(); i++) {
            SpilledSegment segment = extent.spilled().segments()[i];
            if (segment != null) {
                snapshot.gather(records -> read(segment, snapshot, records), writer);
            }
        }
    }

    /** The same of a segment on disk: it does not change, but entries may have left before. */
    private static void read(SpilledSegment segment, OpenSnapshot snapshot, RecordBytes records) {
        if (!snapshot.mayHold(segment.lastEpoch())) {
            return;
        }
        StateDefinition[] states = snapshot.contents().states();
        long image = snapshot.load(segment);
        for (int offset = SEGMENT_HEADER_BYTES; offset < segment.bytes(); ) {
            long at = image + offset;
            int begin = offset;
            offset += Memory.getInt(at + LENGTH);
            int mark = Memory.getInt(at);
            if (snapshot.holds(mark >>> Epochs.SHIFT)
                    && (mark & Epochs.KIND) <= Epochs.TOMBSTONE
                    && !segment.isGone(begin, snapshot.epoch())) {
                int length = records.reserve(4);
                encode(at, states[stateId(at)], mark, records);
                records.setInt(length, records.length() - length - 4);
            }
        }
    }

    private static void read(long segment, int filled, OpenSnapshot snapshot, RecordBytes records) {
        StateDefinition[] states = snapshot.contents().states();
        for (int offset = SEGMENT_HEADER_BYTES; offset < filled; ) {
            long at = segment + offset;
            offset += Memory.getInt(at + LENGTH);
            int mark = Memory.getInt(at);
            if (!snapshot.holds(mark >>> Epochs.SHIFT) || (mark & Epochs.KIND) > Epochs.TOMBSTONE) {
                continue;
            }
            Memory.acquireFence();
            int begin = records.reserve(4);
            encode(at, states[stateId(at)], mark, records);
            records.setInt(begin, records.length() - begin - 4);
            Memory.acquireFence();
            if (Memory.getInt(at) != mark) {
                records.truncate(begin);
            }
        }
    }

    /** Gives all memory back; nobody reads it any more. */
    void free(MemoryBudget memory) {
        for (int i = 0; i < segmentCount; i++) {
            memory.free(segments[i], Memory.getInt(segments[i] + BYTES));
        }
        segmentCount = 0;
        index.free(memory);
    }
}
