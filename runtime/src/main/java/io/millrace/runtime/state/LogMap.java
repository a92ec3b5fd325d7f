package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * A map in the log: each of its entries is one of the log, and they form a ring.
 *
 * <p>Format: the part of an entry is the map's key as its canonical serializer writes it.
 */
final class LogMap<K, V> implements StoredMap<K, V>, StateHandle {
    private final BinaryStateStore store;
    private final StateDefinition state;
    private final LogCell cell;
    private final TypeSerializer<K> keys;
    private final TypeSerializer<V> values;
    private final boolean hasTtl;
    private final RecordOutput output = new RecordOutput(64);
    private final RecordInput input = new RecordInput();
    private byte[] read = new byte[64];

    LogMap(
            BinaryStateStore store,
            StateDefinition state,
            LogCell cell,
            TypeSerializer<K> keys,
            TypeSerializer<V> values) {
        this.store = store;
        this.state = state;
        this.cell = cell;
        this.keys = keys;
        this.values = values;
        this.hasTtl = state.shape().hasStamp();
    }

    @Override
    public StateDefinition state() {
        return state;
    }

    @Override
    public byte[] namespaceBytes() {
        return cell.namespaceBytes();
    }

    @Override
    public void setPane(long pane) {
        cell.setPane(pane);
    }

    @Override
    public void setNamespace(Object namespace) {
        cell.setNamespace(namespace);
    }

    /** Makes the cell that of a map's key. */
    private void setPart(K key) {
        output.truncate(0);
        try {
            keys.serialize(key, output);
        } catch (IOException | ClassCastException e) {
            throw store.unwritable(state, e);
        }
        cell.setPart(output.bytes(), 0, output.length());
    }

    private long findLive(K key) {
        setPart(key);
        long at = cell.findPart();
        return at != 0 && EntryLog.isLive(at) ? at : 0;
    }

    @Override
    public V get(K key) {
        long at = findLive(key);
        if (at == 0) {
            return null;
        }
        int count = copyValue(at);
        return hasTtl && !LogTtl.read(store, state, at) ? null : value(count);
    }

    private int copyValue(long at) {
        int count = EntryLog.valueLength(at);
        if (read.length < count) {
            read = new byte[2 * count];
        }
        Memory.copy(EntryLog.value(at, state), read, 0, count);
        return count;
    }

    private V value(int count) {
        input.reset(read, 0, count);
        try {
            return values.deserialize(input);
        } catch (IOException e) {
            throw store.unreadable("a value of the map '" + state.shape().name() + "'", e);
        }
    }

    @Override
    public boolean contains(K key) {
        long at = findLive(key);
        return at != 0 && !(hasTtl && LogTtl.isHidden(store, state, at));
    }

    @Override
    public void put(K key, V value) {
        if (hasTtl) {
            store.onTtlWrite();
        }
        setPart(key);
        long at = cell.findPart();
        boolean live = at != 0 && EntryLog.isLive(at);
        try {
            EntryLog log = store.logForWrite();
            long ring = live ? 0 : ring(log);
            if (!live) {
                setPart(key);
            }
            writeValue(value);
            at =
                    log.put(
                            state,
                            at,
                            cell.hash(),
                            cell.full(),
                            cell.keyLength(),
                            cell.length(),
                            output.bytes(),
                            0,
                            output.length(),
                            live ? output.length() / 4 : 0,
                            hasTtl ? store.nowMillis() : 0);
            if (!live) {
                log.link(state, ring, at);
            }
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    private void writeValue(V value) {
        output.truncate(0);
        try {
            values.serialize(value, output);
        } catch (IOException | ClassCastException e) {
            throw store.unwritable(state, e);
        }
    }

    /** The derived entry of the current key and namespace, which is made if there is none. */
    private long ring(EntryLog log) {
        cell.setNoPart();
        long ring = cell.findPartUnmoved(log);
        return ring != 0
                ? ring
                : log.addRing(state, cell.hash(), cell.full(), cell.keyLength(), cell.length());
    }

    @Override
    public void remove(K key) {
        long at = findLive(key);
        if (at != 0) {
            store.log().remove(state, at);
        }
    }

    /** The first entry of the ring, or 0. */
    private long first() {
        cell.setNoPart();
        long ring = cell.findPart();
        return ring == 0 ? 0 : after(ring);
    }

    /** The entry behind another, or 0. */
    private long after(long at) {
        long next = EntryLog.next(at, state);
        return EntryLog.kind(next) == Epochs.DERIVED ? 0 : next;
    }

    private boolean isHidden(long at) {
        return hasTtl && LogTtl.isHidden(store, state, at);
    }

    @Override
    public int size() {
        int size = 0;
        for (long at = first(); at != 0; at = after(at)) {
            if (!isHidden(at)) {
                size++;
            }
        }
        return size;
    }

    @Override
    public boolean isEmpty() {
        for (long at = first(); at != 0; at = after(at)) {
            if (!isHidden(at)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void clear() {
        long at = first();
        while (at != 0) {
            long next = after(at);
            store.log().remove(state, at);
            at = next;
        }
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
        Entries iterator = new Entries(this, first());
        if (iterator.nextAt != 0) {
            store.opened(iterator);
        }
        return new Iterator<>() {
            private final int partAt = cell.prefix();
            private K lastKey;
            private boolean canRemove;

            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public Map.Entry<K, V> next() {
                if (!iterator.hasNext()) {
                    throw new NoSuchElementException();
                }
                long at = iterator.advance();
                lastKey = key(at, partAt);
                canRemove = true;
                int count = copyValue(at);
                if (hasTtl && state.ttl().update() == StateTtl.Update.ON_READ_AND_WRITE) {
                    LogTtl.read(store, state, at);
                }
                return new Entry(lastKey, value(count));
            }

            @Override
            public void remove() {
                if (!canRemove) {
                    throw new IllegalStateException("There is no entry to remove");
                }
                iterator.checkKey();
                canRemove = false;
                LogMap.this.remove(lastKey);
            }
        };
    }

    private K key(long at, int from) {
        int count = EntryLog.fullLength(at) - from;
        byte[] bytes = new byte[count];
        Memory.copy(EntryLog.full(at, state) + from, bytes, 0, count);
        RecordInput of = new RecordInput();
        of.reset(bytes, 0, count);
        try {
            return keys.deserialize(of);
        } catch (IOException e) {
            throw store.unreadable("a key of the map '" + state.shape().name() + "'", e);
        }
    }

    /** An entry that writes through. */
    private final class Entry implements Map.Entry<K, V> {
        private final K key;
        private final long keyVersion = store.keyVersion();
        private V value;

        Entry(K key, V value) {
            this.key = key;
            this.value = value;
        }

        @Override
        public K getKey() {
            return key;
        }

        @Override
        public V getValue() {
            return value;
        }

        @Override
        public V setValue(V newValue) {
            if (keyVersion != store.keyVersion()) {
                throw otherKey(state);
            }
            V before = value;
            put(key, newValue);
            value = newValue;
            return before;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Map.Entry<?, ?> that
                    && java.util.Objects.equals(key, that.getKey())
                    && java.util.Objects.equals(value, that.getValue());
        }

        @Override
        public int hashCode() {
            return java.util.Objects.hashCode(key) ^ java.util.Objects.hashCode(value);
        }

        @Override
        public String toString() {
            return key + "=" + value;
        }
    }

    private static IllegalStateException otherKey(StateDefinition state) {
        return new IllegalStateException(
                "The map '"
                        + state.shape().name()
                        + "' is read on after another key became the current one");
    }

    /** Where an iterator stands; the store tells it when entries move or go. */
    static final class Entries {
        private final LogMap<?, ?> map;
        private final long keyVersion;

        /** The entry to be returned next, or 0. */
        private long nextAt;

        Entries(LogMap<?, ?> map, long first) {
            this.map = map;
            this.keyVersion = map.store.keyVersion();
            this.nextAt = first;
        }

        void checkKey() {
            if (keyVersion != map.store.keyVersion()) {
                throw otherKey(map.state);
            }
        }

        boolean hasNext() {
            if (nextAt == 0) {
                return false;
            }
            checkKey();
            while (nextAt != 0 && map.isHidden(nextAt)) {
                nextAt = map.after(nextAt);
            }
            if (nextAt == 0) {
                map.store.ended(this);
            }
            return nextAt != 0;
        }

        long advance() {
            long at = nextAt;
            nextAt = map.after(at);
            if (nextAt == 0) {
                map.store.ended(this);
            }
            return at;
        }

        void onMoved(long from, long to) {
            if (nextAt == from) {
                nextAt = to;
            }
        }

        void onUnlink(long at, long next) {
            if (nextAt == at) {
                nextAt = next;
            }
        }
    }
}
