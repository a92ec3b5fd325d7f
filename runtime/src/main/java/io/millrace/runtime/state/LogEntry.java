package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;

/**
 * What an entry of an {@link EntryLog} is, wherever it lies.
 *
 * <p>Format: in memory and on local disk; all but the bytes of values in the machine's order.
 * Entries begin at multiples of 8.
 *
 * <pre>
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
 * <p>Threads: an entry is changed by the subtask's thread alone. Another may {@link #encode} it
 * meanwhile, between two looks at its mark.
 */
final class LogEntry {
    static final int HEADER_BYTES = 24;

    private static final int LENGTH = 4;
    private static final int STATE = 8;
    private static final int VALUE_LENGTH = 12;
    private static final int KEY_LENGTH = 16;
    private static final int FULL_LENGTH = 20;

    /** Set in the state's id of derived entries, whose bytes may be those of others. */
    private static final int DERIVED_STATE = 0x8000;

    private LogEntry() {}

    // ---- what it has

    /** Epoch and kind. */
    static int mark(long at) {
        return Memory.getInt(at);
    }

    static int kind(long at) {
        return Memory.getInt(at) & Epochs.KIND;
    }

    static boolean isLive(long at) {
        return kind(at) == Epochs.LIVE;
    }

    /** Bytes of all of it; 0 where no entry has been written yet. */
    static int length(long at) {
        return Memory.getInt(at + LENGTH);
    }

    static int stateId(long at) {
        return lookedUpBy(at) & ~DERIVED_STATE;
    }

    /** What stands for a state's id in entries that are derived. */
    static int derived(int stateId) {
        return stateId | DERIVED_STATE;
    }

    /** The state's id, or what stands for it. */
    static int lookedUpBy(long at) {
        return Memory.getInt(at + STATE) >>> 16;
    }

    static long segment(long at) {
        return at - ((Memory.getInt(at + STATE) & 0xffff) << 3);
    }

    static int keyGroup(long at) {
        return LogSegments.keyGroup(segment(at));
    }

    static int keyLength(long at) {
        return Memory.getInt(at + KEY_LENGTH);
    }

    /** Of key, namespace and part. */
    static int fullLength(long at) {
        return Memory.getInt(at + FULL_LENGTH);
    }

    static int valueLength(long at) {
        return Memory.getInt(at + VALUE_LENGTH);
    }

    static int fullAt(boolean hasStamp, boolean hasOwnWord) {
        return HEADER_BYTES + (hasStamp ? 8 : 0) + (hasOwnWord ? 8 : 0);
    }

    /** Where key, namespace and part begin. */
    static long full(long at, StateDefinition state) {
        return at + state.fullAt;
    }

    static long value(long at, StateDefinition state) {
        return at + state.fullAt + fullLength(at);
    }

    static long stamp(long at) {
        return Memory.getLong(at + HEADER_BYTES);
    }

    /** What maps and ordered states keep in their entries for themselves; not in snapshots. */
    static long ownWord(long at, StateDefinition state) {
        return Memory.getLong(at + state.fullAt - 8);
    }

    /** Bytes that its value may have where it lies. */
    static int room(long at, StateDefinition state) {
        return length(at) - state.fullAt - fullLength(at);
    }

    /** Bytes without the room that its value has left, and as entries must have. */
    static int usedBytes(long at, StateDefinition state) {
        return (state.fullAt + fullLength(at) + valueLength(at) + 7) & -8;
    }

    /** Whether a value may take the place of its value. */
    static boolean mayWriteInPlace(long at, StateDefinition state, int valueBytes) {
        return (long) state.fullAt + fullLength(at) + valueBytes <= length(at);
    }

    /** Four bytes, big-endian: the number of a list's piece, or of its pieces. */
    static int getHead(long address) {
        int number = 0;
        for (int i = 0; i < 4; i++) {
            number = number << 8 | Memory.getByte(address + i) & 0xff;
        }
        return number;
    }

    // ---- hashes

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

    // ---- making one

    /**
     * Writes all but mark and length, which {@link #publish} does.
     *
     * @param id of the state, or what stands for it
     */
    static void write(
            long at,
            long segment,
            StateDefinition state,
            int id,
            byte[] full,
            int keyLength,
            int length,
            byte[] value,
            int from,
            int count,
            long stampMillis) {
        setPlace(at, segment, id);
        Memory.putInt(at + VALUE_LENGTH, count);
        Memory.putInt(at + KEY_LENGTH, keyLength);
        Memory.putInt(at + FULL_LENGTH, length);
        if (state.shape().hasStamp()) {
            Memory.putLong(at + HEADER_BYTES, stampMillis);
        }
        Memory.copy(full, 0, full(at, state), length);
        Memory.copy(value, from, full(at, state) + length, count);
    }

    /** Writes the first bytes of another entry, but for mark and length. */
    static void copy(long from, long to, long segment, int bytes) {
        Memory.copy(from + STATE, to + STATE, bytes - STATE);
        setPlace(to, segment, lookedUpBy(from));
    }

    private static void setPlace(long at, long segment, int id) {
        Memory.putInt(at + STATE, id << 16 | (int) ((at - segment) >>> 3));
    }

    /** Readers stop where an entry has no length, and look at nothing but its mark first. */
    static void publish(long at, int bytes, int mark) {
        Memory.putInt(at, mark);
        Memory.releaseFence();
        Memory.putInt(at + LENGTH, bytes);
    }

    // ---- changing it, after what it was has been kept

    /** Makes all that was written before be seen before it, and what comes after not. */
    static void setMark(long at, int mark) {
        Memory.releaseFence();
        Memory.putInt(at, mark);
        Memory.releaseFence();
    }

    static void setValueLength(long at, int count) {
        Memory.putInt(at + VALUE_LENGTH, count);
    }

    static void setStamp(long at, long stampMillis) {
        Memory.putLong(at + HEADER_BYTES, stampMillis);
    }

    static void setOwnWord(long at, StateDefinition state, long word) {
        Memory.putLong(at + state.fullAt - 8, word);
    }

    /** Sets what {@link #getHead} reads. */
    static void setHead(long address, int number) {
        for (int i = 0; i < 4; i++) {
            Memory.putByte(address + i, (byte) (number >>> (24 - 8 * i)));
        }
    }

    // ---- snapshots

    /** Appends it as a record of a snapshot. */
    static void encode(long at, StateDefinition state, int mark, RecordBytes to) {
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
}
