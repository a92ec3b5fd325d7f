package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;

/**
 * Which keys each map of a key group has, for those who go over a map, count it or clear it. The
 * entries of maps are found by their bytes like all others; none is held by its address, so that
 * they may lie on disk as well.
 *
 * <p>It is derived: not in snapshots, and made anew when entries are restored.
 *
 * <p>Shape: pieces, which are derived entries of the log with key, namespace and (but in the first)
 * the piece's number, of about {@value #PIECE_BYTES} bytes at most. A new key comes into the last
 * piece, or into the one that a key left last; the map's entry knows which. What leaves a piece is
 * cut out of it, so that pieces hold exactly the keys that are there. They go when the map is
 * empty.
 *
 * <p>Format: in memory and on local disk only.
 *
 * <pre>
 *   piece      (in the first: number of pieces 4, of keys 4, the piece that a key left last 4), then
 *              for each key its length (1 to 5), key
 *   own word of a map's entry   number of its piece 4, when it was put: a count of keys put 4
 * </pre>
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class MapMembers {
    private static final int PIECES = 0;
    private static final int KEYS = 4;
    private static final int LEFT_LAST = 8;
    private static final int HEAD_BYTES = 12;
    private static final int PIECE_BYTES = 1 << 10;
    private static final int MIN_ROOM_BYTES = 16;

    private final EntryLog log;
    private final RecordBytes scratch = new RecordBytes(64);

    /** Keys put into maps of this key group; wraps. */
    private int putCount;

    // where the next key goes
    private long head;
    private long piece;
    private int pieceNumber;

    MapMembers(EntryLog log) {
        this.log = log;
    }

    /** In which piece an entry's key is. */
    static int piece(long entry, StateDefinition state) {
        return (int) (LogEntry.ownWord(entry, state) >>> 32);
    }

    /** Whether an entry was put before {@link #putCount} was {@code count}. */
    static boolean isOlder(long entry, StateDefinition state, int count) {
        return (int) LogEntry.ownWord(entry, state) - count < 0;
    }

    int putCount() {
        return putCount;
    }

    private static int sizeOf(int part) {
        return part + (part < 1 << 7 ? 1 : part < 1 << 14 ? 2 : part < 1 << 21 ? 3 : 5);
    }

    // ---- adding

    /**
     * Makes room for a key, so that {@link #add} cannot fail.
     *
     * @param full key, namespace and part of its entry
     * @param prefix length of key and namespace
     */
    void reserve(StateDefinition state, byte[] full, int keyLength, int prefix, int length) {
        int size = sizeOf(length - prefix);
        long hash = log.derivedHash(state, full, keyLength, prefix);
        head = log.findDerived(state, hash, full, prefix);
        if (head == 0) {
            head =
                    log.addDerived(
                            state,
                            hash,
                            full,
                            keyLength,
                            prefix,
                            HEAD_BYTES,
                            Math.max(size, MIN_ROOM_BYTES));
            Memory.putInt(LogEntry.value(head, state) + PIECES, 1);
        }
        long value = LogEntry.value(head, state);
        int last = Memory.getInt(value + PIECES) - 1;
        if (makeRoom(state, full, keyLength, prefix, last, size)) {
            return;
        }
        int leftLast = Memory.getInt(value + LEFT_LAST);
        if (leftLast != last && makeRoom(state, full, keyLength, prefix, leftLast, size)) {
            return;
        }
        int number = last + 1;
        setNumber(full, prefix, number);
        piece =
                log.addDerived(
                        state,
                        log.derivedHash(state, scratch.bytes(), keyLength, prefix + 4),
                        scratch.bytes(),
                        keyLength,
                        prefix + 4,
                        0,
                        Math.max(size, PIECE_BYTES / 4));
        pieceNumber = number;
        Memory.putInt(LogEntry.value(head, state) + PIECES, number + 1);
    }

    private boolean makeRoom(
            StateDefinition state, byte[] full, int keyLength, int prefix, int number, int size) {
        byte[] bytes = full;
        int length = prefix;
        if (number > 0) {
            setNumber(full, prefix, number);
            bytes = scratch.bytes();
            length = prefix + 4;
        }
        long hash = log.derivedHash(state, bytes, keyLength, length);
        long at = number == 0 ? head : found(log.findDerived(state, hash, bytes, length), state);
        int used = LogEntry.valueLength(at);
        int needed = used + size;
        if (needed > PIECE_BYTES && used > (number == 0 ? HEAD_BYTES : 0)) {
            return false;
        }
        if (needed > LogEntry.room(at, state)) {
            int more = Math.max(size, Math.min(used, PIECE_BYTES - used));
            at = log.growDerived(state, hash, at, more);
            if (number == 0) {
                head = at;
            }
        }
        piece = at;
        pieceNumber = number;
        return true;
    }

    private void setNumber(byte[] full, int prefix, int number) {
        scratch.truncate(0);
        scratch.put(full, 0, prefix);
        scratch.putInt(number);
    }

    private static long found(long at, StateDefinition state) {
        if (at == 0) {
            throw lacksPiece(state);
        }
        return at;
    }

    private static IllegalStateException lacksPiece(StateDefinition state) {
        return new IllegalStateException(
                "Map '" + state.shape().name() + "' lacks a piece of its keys");
    }

    /** Adds the key that room was made for; nothing may have moved since. */
    void add(StateDefinition state, long entry, byte[] full, int prefix, int length) {
        int part = length - prefix;
        int used = LogEntry.valueLength(piece);
        long at = LogEntry.value(piece, state) + used;
        int rest = part;
        while ((rest & ~0x7f) != 0) {
            Memory.putByte(at++, (byte) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        Memory.putByte(at++, (byte) rest);
        Memory.copy(full, prefix, at, part);
        LogEntry.setValueLength(piece, (int) (at + part - LogEntry.value(piece, state)));
        long keys = LogEntry.value(head, state) + KEYS;
        Memory.putInt(keys, Memory.getInt(keys) + 1);
        LogEntry.setOwnWord(entry, state, (long) pieceNumber << 32 | putCount++ & 0xffff_ffffL);
    }

    // ---- removing

    /** Takes the key of an entry out that is about to be removed. */
    void remove(StateDefinition state, long entry) {
        int length = LogEntry.fullLength(entry);
        int keyLength = LogEntry.keyLength(entry);
        byte[] full = new byte[length];
        Memory.copy(LogEntry.full(entry, state), full, 0, length);
        int prefix = keyLength + state.namespaceLength(full, keyLength);
        int number = piece(entry, state);
        long headHash = log.derivedHash(state, full, keyLength, prefix);
        long first = found(log.findDerived(state, headHash, full, prefix), state);
        int keys = Memory.getInt(LogEntry.value(first, state) + KEYS) - 1;
        if (keys == 0) {
            removeAll(state, full, keyLength, prefix, headHash, first);
            return;
        }
        long of = first;
        if (number > 0) {
            setNumber(full, prefix, number);
            long hash = log.derivedHash(state, scratch.bytes(), keyLength, prefix + 4);
            of = found(log.findDerived(state, hash, scratch.bytes(), prefix + 4), state);
        }
        cut(state, of, number == 0 ? HEAD_BYTES : 0, full, prefix, length - prefix);
        long value = LogEntry.value(first, state);
        Memory.putInt(value + KEYS, keys);
        Memory.putInt(value + LEFT_LAST, number);
    }

    private static void cut(
            StateDefinition state, long piece, int from, byte[] full, int prefix, int part) {
        long value = LogEntry.value(piece, state);
        int used = LogEntry.valueLength(piece);
        for (int at = from; at < used; ) {
            int begin = at;
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = Memory.getByte(value + at++);
                length |= (b & 0x7f) << shift;
                if (b >= 0) {
                    break;
                }
            }
            if (length == part && Memory.equal(value + at, full, prefix, part)) {
                int end = at + length;
                Memory.copy(value + end, value + begin, used - end);
                LogEntry.setValueLength(piece, used - (end - begin));
                return;
            }
            at += length;
        }
        throw new IllegalStateException(
                "Map '" + state.shape().name() + "' does not know a key that it has");
    }

    private void removeAll(
            StateDefinition state,
            byte[] full,
            int keyLength,
            int prefix,
            long headHash,
            long first) {
        int pieces = Memory.getInt(LogEntry.value(first, state) + PIECES);
        for (int number = 1; number < pieces; number++) {
            setNumber(full, prefix, number);
            long hash = log.derivedHash(state, scratch.bytes(), keyLength, prefix + 4);
            if (!log.removeDerived(state, hash, scratch.bytes(), prefix + 4)) {
                throw lacksPiece(state);
            }
        }
        log.removeDerived(state, headHash, first);
    }

    // ---- reading

    /** The number of keys; they may have expired. */
    int size(StateDefinition state, byte[] full, int keyLength, int prefix) {
        long first =
                log.peekDerived(
                        state, log.derivedHash(state, full, keyLength, prefix), full, prefix);
        return first == 0 ? 0 : Memory.getInt(LogEntry.value(first, state) + KEYS);
    }

    /**
     * Copies the keys of a piece, each behind its length.
     *
     * @return false if the map has no piece with this number
     */
    boolean read(
            StateDefinition state,
            byte[] full,
            int keyLength,
            int prefix,
            int number,
            RecordBytes into) {
        into.truncate(0);
        byte[] bytes = full;
        int length = prefix;
        if (number > 0) {
            setNumber(full, prefix, number);
            bytes = scratch.bytes();
            length = prefix + 4;
        }
        long at =
                log.peekDerived(
                        state, log.derivedHash(state, bytes, keyLength, length), bytes, length);
        if (at == 0) {
            return false;
        }
        int from = number == 0 ? HEAD_BYTES : 0;
        into.put(LogEntry.value(at, state) + from, LogEntry.valueLength(at) - from);
        return true;
    }
}
