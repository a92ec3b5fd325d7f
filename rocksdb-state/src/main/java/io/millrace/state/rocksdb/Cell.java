package io.millrace.state.rocksdb;

import io.millrace.runtime.state.CurrentNamespace;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StateTtl;
import java.util.Arrays;

/**
 * One entry at a time of a state: the current key's, in the current namespace, with or without a
 * part.
 *
 * <p>Format: an entry is the epoch of its last change 4, the time of its last use 8 if entries of
 * the state have one, and the value as it is in snapshots.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class Cell {
    static final int EPOCH_BYTES = 4;

    private final RocksStateStore store;
    private final State state;
    private final CurrentNamespace namespace;
    private final int valueAt;

    /** Key group, state, key, namespace, part. */
    private byte[] key = new byte[64];

    /** Of all but the part. */
    private int prefix;

    private int length;
    private long preparedFor = -1;

    private byte[] entry = new byte[64];

    /** -1: there is none. */
    private int entryLength = -1;

    /** In which the entry was changed as far as is known here; -1 if that is nothing. */
    private int epoch = -1;

    Cell(RocksStateStore store, State state, CurrentNamespace namespace) {
        this.store = store;
        this.state = state;
        this.namespace = namespace;
        this.valueAt = valueAt(state);
    }

    static int valueAt(State state) {
        return EPOCH_BYTES + (state.shape().hasStamp() ? Long.BYTES : 0);
    }

    State state() {
        return state;
    }

    void setPane(long pane) {
        namespace.setPane(pane);
        preparedFor = -1;
    }

    void setNamespace(Object object) {
        namespace.setObject(object);
        preparedFor = -1;
    }

    /** Takes the namespace of an entry. */
    void setNamespace(byte[] bytes, int from, int count) {
        namespace.setBytes(bytes, from, count);
        preparedFor = -1;
    }

    CurrentNamespace namespace() {
        return namespace;
    }

    // ---- where the entry is

    private void prepare() {
        CurrentKey current = store.checkedKey();
        if (preparedFor == current.version()) {
            return;
        }
        namespace.check();
        prefix = EntryKey.HEAD_BYTES + current.length() + namespace.length();
        if (key.length < prefix + 16) {
            key = new byte[2 * prefix + 16];
        }
        EntryKey.putHead(key, current.group(), state.id());
        System.arraycopy(current.bytes(), 0, key, EntryKey.HEAD_BYTES, current.length());
        System.arraycopy(
                namespace.bytes(),
                0,
                key,
                EntryKey.HEAD_BYTES + current.length(),
                namespace.length());
        length = prefix;
        preparedFor = current.version();
        onMoved();
    }

    private void onMoved() {
        epoch = -1;
        entryLength = -1;
    }

    /** No part. */
    void setNoPart() {
        prepare();
        if (length != prefix) {
            length = prefix;
            onMoved();
        }
    }

    void setPart(byte[] part, int from, int count) {
        prepare();
        if (length == prefix + count
                && Arrays.equals(key, prefix, length, part, from, from + count)) {
            return;
        }
        length = prefix + count;
        if (key.length < length) {
            key = Arrays.copyOf(key, 2 * length);
        }
        System.arraycopy(part, from, key, prefix, count);
        onMoved();
    }

    void setPart(int number) {
        prepare();
        length = prefix + 4;
        RecordBytes.setInt(key, prefix, number);
        onMoved();
    }

    void setPart(long number) {
        prepare();
        length = prefix + Long.BYTES;
        RecordBytes.setLong(key, prefix, number);
        onMoved();
    }

    byte[] key() {
        return key;
    }

    int length() {
        return length;
    }

    /** Begin of all entries of the current key and namespace. */
    byte[] prefixBytes() {
        prepare();
        return Arrays.copyOf(key, prefix);
    }

    // ---- what is there

    /** Reads the entry; false if there is none. */
    boolean find() {
        prepare();
        int count = store.database().get(key, length, entry);
        if (count > entry.length) {
            entry = new byte[count + count / 2];
            count = store.database().get(key, length, entry);
        }
        entryLength = count;
        if (count >= 0) {
            epoch = RecordBytes.getInt(entry, 0);
        }
        return count >= 0;
    }

    /**
     * Takes note that the entry that was found was read: one that has expired is removed, and
     * another lives longer if reading counts.
     *
     * @return whether its value may be seen, which it still has
     */
    boolean onRead() {
        if (!state.shape().hasStamp()) {
            return true;
        }
        long now = store.nowMillis();
        StateTtl ttl = state.ttl();
        if (ttl.isExpired(stampMillis(), now)) {
            remove();
            return ttl.visibility() == StateTtl.Visibility.RETURN_EXPIRED_IF_NOT_CLEANED_UP;
        }
        if (ttl.update() == StateTtl.Update.ON_READ_AND_WRITE) {
            touch(now);
        }
        return true;
    }

    /** Whether the entry that was found is not to be seen any more. */
    boolean isHidden() {
        return state.shape().hasStamp() && state.ttl().isHidden(stampMillis(), store.nowMillis());
    }

    long stampMillis() {
        return state.shape().hasStamp() ? RecordBytes.getLong(entry, EPOCH_BYTES) : 0;
    }

    byte[] entry() {
        return entry;
    }

    int valueAt() {
        return valueAt;
    }

    int entryEnd() {
        return entryLength;
    }

    int valueLength() {
        return entryLength - valueAt;
    }

    /** Begins an entry that is to be put; returns where its value goes. */
    int begin(int valueLength, long stampMillis) {
        prepare();
        reserve(valueAt + valueLength);
        if (state.shape().hasStamp()) {
            RecordBytes.setLong(entry, EPOCH_BYTES, stampMillis);
        }
        entryLength = valueAt + valueLength;
        return valueAt;
    }

    private void reserve(int bytes) {
        if (entry.length < bytes) {
            entry = Arrays.copyOf(entry, bytes + bytes / 2);
        }
    }

    /** Puts the entry that was begun. */
    void put() {
        note();
        int now = store.increments().epoch();
        RecordBytes.setInt(entry, 0, now);
        store.database().put(Database.Family.ENTRIES, key, length, entry, entryLength);
        epoch = now;
        store.onWritten();
    }

    /** Puts a value. */
    void put(byte[] value, int from, int count, long stampMillis) {
        int at = begin(count, stampMillis);
        System.arraycopy(value, from, entry, at, count);
        put();
    }

    /** Adds to the value that was found. */
    void append(byte[] more, int count, long stampMillis) {
        int before = valueLength();
        int at = begin(before + count, stampMillis) + before;
        System.arraycopy(more, 0, entry, at, count);
        put();
    }

    /** Gives the entry that was found another time of its last use. */
    void touch(long stampMillis) {
        begin(valueLength(), stampMillis);
        put();
    }

    /** Removes the entry; what was found of it can still be read. */
    void remove() {
        note();
        store.database().delete(Database.Family.ENTRIES, key, length);
        epoch = store.increments().isNoting() ? store.increments().epoch() : -1;
        store.onWritten();
    }

    /** Before the entry is changed for the first time in an epoch. */
    private void note() {
        if (epoch != store.increments().epoch()) {
            store.increments().note(key, length);
        }
    }
}
