package io.millrace.state.rocksdb;

import io.millrace.runtime.state.OrderedState;
import io.millrace.runtime.state.RecordBytes;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * The entries of one state in the order of a number, over all key groups; made from the state when
 * it is first asked for, and in no snapshot.
 *
 * <p>The least entries are kept on the heap too, so that taking them out one by one, and adding
 * among them, seeks nothing: RocksDB would pass all that was taken out before.
 *
 * <p>Format: state 2, number with its sign flipped 8, key group 2, then key and namespace as in
 * {@link EntryKey}; no value.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class OrderIndex {
    private static final int ORDER_AT = 2;
    private static final int GROUP_AT = 10;

    /** Where the key begins. */
    static final int KEY_AT = 12;

    private static final int FETCHED = 256;
    private static final int MAX_HELD = 1024;
    private static final byte[] NOTHING = {};

    /** What the index is made from. */
    @FunctionalInterface
    interface Source {
        void addAll(OrderIndex to);
    }

    private final Database database;
    private final Source source;
    private final byte[] begin;
    private final byte[] end;
    private boolean arranged;
    private long size;

    /** All entries up to {@link #heldTo}. */
    private final TreeSet<byte[]> held = new TreeSet<>(Arrays::compareUnsigned);

    /** Null if all entries are held. */
    private byte[] heldTo;

    OrderIndex(Database database, int state, Source source) {
        this.database = database;
        this.source = source;
        this.begin = new byte[] {(byte) (state >>> 8), (byte) state};
        this.end = EntryKey.after(begin, begin.length);
    }

    /** Entries have come without it. */
    void onRestore() {
        if (arranged) {
            arranged = false;
            database.deleteRange(Database.Family.ORDER, begin, end);
        }
        held.clear();
        heldTo = null;
        size = 0;
    }

    private void arrange() {
        if (!arranged) {
            arranged = true;
            source.addAll(this);
        }
    }

    /**
     * @param bytes key and namespace, {@code length} bytes from {@code from} on
     */
    private byte[] key(long order, int group, byte[] bytes, int from, int length) {
        byte[] key = new byte[KEY_AT + length];
        key[0] = begin[0];
        key[1] = begin[1];
        RecordBytes.setLong(key, ORDER_AT, order ^ Long.MIN_VALUE);
        key[GROUP_AT] = (byte) (group >>> 8);
        key[GROUP_AT + 1] = (byte) group;
        System.arraycopy(bytes, from, key, KEY_AT, length);
        return key;
    }

    /** Adds an entry that was not there. */
    void add(long order, int group, byte[] bytes, int from, int length) {
        arrange();
        insert(order, group, bytes, from, length);
    }

    /** The same while it is arranged. */
    void insert(long order, int group, byte[] bytes, int from, int length) {
        byte[] key = key(order, group, bytes, from, length);
        database.put(Database.Family.ORDER, key, key.length, NOTHING, 0);
        size++;
        if (heldTo == null || Arrays.compareUnsigned(key, heldTo) <= 0) {
            held.add(key);
            if (held.size() > MAX_HELD) {
                held.pollLast();
                heldTo = held.last();
            }
        }
    }

    /** Removes an entry that was there. */
    void remove(long order, int group, byte[] bytes, int from, int length) {
        arrange();
        remove(key(order, group, bytes, from, length));
    }

    /** Removes {@link #first}. */
    void remove(byte[] key) {
        database.delete(Database.Family.ORDER, key, key.length);
        held.remove(key);
        size--;
    }

    /** The least entry, or null. */
    byte[] first() {
        arrange();
        if (held.isEmpty() && heldTo != null) {
            fetch();
        }
        return held.isEmpty() ? null : held.first();
    }

    private void fetch() {
        try (Database.Scan scan = database.scan(Database.Family.ORDER, heldTo, end)) {
            for (; scan.isValid() && held.size() < FETCHED; scan.next()) {
                held.add(scan.key());
            }
            heldTo = scan.isValid() ? held.last() : null;
        }
    }

    long least() {
        byte[] first = first();
        return first == null ? OrderedState.NONE : order(first);
    }

    static long order(byte[] key) {
        return RecordBytes.getLong(key, ORDER_AT) ^ Long.MIN_VALUE;
    }

    static int group(byte[] key) {
        return (key[GROUP_AT] & 0xff) << 8 | key[GROUP_AT + 1] & 0xff;
    }

    long size() {
        arrange();
        return size;
    }
}
