package io.millrace.state.rocksdb;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredMap;
import io.millrace.runtime.state.WriteThroughEntry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;

/**
 * A map whose entries are entries of the database, one behind the other.
 *
 * <p>Format: the part of an entry is the map's key as its canonical serializer writes it.
 */
final class RocksMap<K, V> implements StoredMap<K, V>, Handle {
    /** Entries that are read ahead at first; later more. */
    private static final int FIRST_FETCHED = 16;

    private static final int MOST_FETCHED = 256;

    private final RocksStateStore store;
    private final Cell cell;
    private final TypeSerializer<K> keys;
    private final ValueBytes<V> values;
    private final RecordOutput output = new RecordOutput(64);

    RocksMap(RocksStateStore store, Cell cell, TypeSerializer<K> keys, ValueBytes<V> values) {
        this.store = store;
        this.cell = cell;
        this.keys = keys;
        this.values = values;
    }

    @Override
    public Cell cell() {
        return cell;
    }

    @Override
    public void setPane(long pane) {
        cell.setPane(pane);
    }

    @Override
    public void setNamespace(Object namespace) {
        cell.setNamespace(namespace);
    }

    private void setPart(K key) {
        output.truncate(0);
        try {
            keys.serialize(key, output);
        } catch (IOException | ClassCastException e) {
            throw store.failures().unwritable(cell.state().shape(), e);
        }
        cell.setPart(output.bytes(), 0, output.length());
    }

    private boolean find(K key) {
        setPart(key);
        return cell.find();
    }

    @Override
    public V get(K key) {
        return find(key) && cell.onRead()
                ? values.read(cell.entry(), cell.valueAt(), cell.entryEnd())
                : null;
    }

    @Override
    public boolean contains(K key) {
        return find(key) && !cell.isHidden();
    }

    @Override
    public void put(K key, V value) {
        long now = store.stampOfWrite(cell.state());
        setPart(key);
        values.write(value);
        cell.put(values.bytes(), 0, values.length(), now);
    }

    @Override
    public void remove(K key) {
        if (find(key)) {
            cell.remove();
        }
    }

    private boolean isHidden(byte[] entry) {
        return cell.state().shape().hasStamp()
                && cell.state()
                        .ttl()
                        .isHidden(RecordBytes.getLong(entry, Cell.EPOCH_BYTES), store.nowMillis());
    }

    /** Goes through the entries of the current key and namespace. */
    private Database.Scan scan(byte[] prefix) {
        return store.database()
                .scan(Database.Family.ENTRIES, prefix, EntryKey.after(prefix, prefix.length));
    }

    @Override
    public int size() {
        int size = 0;
        try (Database.Scan scan = scan(cell.prefixBytes())) {
            for (; scan.isValid(); scan.next()) {
                if (!cell.state().ttl().isOn() || !isHidden(scan.value())) {
                    size++;
                }
            }
        }
        return size;
    }

    @Override
    public boolean isEmpty() {
        try (Database.Scan scan = scan(cell.prefixBytes())) {
            for (; scan.isValid(); scan.next()) {
                if (!isHidden(scan.value())) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void clear() {
        byte[] prefix = cell.prefixBytes();
        try (Database.Scan scan = scan(prefix)) {
            for (; scan.isValid(); scan.next()) {
                byte[] key = scan.key();
                cell.setPart(key, prefix.length, key.length - prefix.length);
                cell.remove();
            }
        }
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
        return new Entries();
    }

    private record Fetched(byte[] key, byte[] entry) {}

    /**
     * Reads some entries ahead, and from there on again, so that nothing native stays open behind
     * an iterator that nobody goes to the end of.
     */
    private final class Entries implements Iterator<Map.Entry<K, V>> {
        private final byte[] prefix = cell.prefixBytes();
        private final long keyVersion = store.key().version();
        private final ArrayDeque<Fetched> ahead = new ArrayDeque<>();

        /** Where to read on; null at the end. */
        private byte[] from = prefix;

        private int fetch = FIRST_FETCHED;

        /** Of the store, when the entries ahead were read or last known to be as they are. */
        private long writes;

        private Fetched next;
        private K last;
        private boolean canRemove;

        /** For the entries that were shown. */
        private final BiConsumer<K, V> putThrough = this::putThrough;

        private void checkKey() {
            if (keyVersion != store.key().version()) {
                throw store.failures().readUnderAnotherKey(cell.state().shape());
            }
        }

        @Override
        public boolean hasNext() {
            if (next != null && writes == store.writes()) {
                return true;
            }
            if (next != null) {
                next = asItIs(next);
            }
            while (next == null && (from != null || !ahead.isEmpty())) {
                checkKey();
                if (ahead.isEmpty()) {
                    fetch();
                } else {
                    next = asItIs(ahead.poll());
                }
            }
            return next != null;
        }

        private void fetch() {
            writes = store.writes();
            try (Database.Scan scan =
                    store.database()
                            .scan(
                                    Database.Family.ENTRIES,
                                    from,
                                    EntryKey.after(prefix, prefix.length))) {
                while (scan.isValid() && ahead.size() < fetch) {
                    ahead.add(new Fetched(scan.key(), scan.value()));
                    scan.next();
                }
                from = scan.isValid() ? scan.key() : null;
            }
            fetch = Math.min(MOST_FETCHED, 2 * fetch);
        }

        /** The entry as it is now; null if it is gone or has expired. */
        private Fetched asItIs(Fetched fetched) {
            byte[] entry = fetched.entry();
            if (writes != store.writes()) {
                checkKey();
                cell.setPart(fetched.key(), prefix.length, fetched.key().length - prefix.length);
                if (!cell.find()) {
                    return null;
                }
                entry = Arrays.copyOf(cell.entry(), cell.entryEnd());
            }
            return isHidden(entry) ? null : new Fetched(fetched.key(), entry);
        }

        @Override
        public Map.Entry<K, V> next() {
            checkKeyIfOpen();
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Fetched of = next;
            next = null;
            canRemove = true;
            last = key(of.key());
            V value = values.read(of.entry(), cell.valueAt(), of.entry().length);
            if (cell.state().ttl().update() == StateTtl.Update.ON_READ_AND_WRITE
                    && cell.state().ttl().isOn()) {
                boolean known = writes == store.writes();
                get(last);
                if (known) {
                    writes = store.writes();
                }
            }
            return new WriteThroughEntry<>(last, value, putThrough);
        }

        private void checkKeyIfOpen() {
            if (next != null || from != null || !ahead.isEmpty()) {
                checkKey();
            }
        }

        private K key(byte[] key) {
            RecordInput input = new RecordInput();
            input.reset(key, prefix.length, key.length);
            try {
                return keys.deserialize(input);
            } catch (IOException e) {
                throw store.failures().unreadable("a key", cell.state().shape(), e);
            }
        }

        private void putThrough(K key, V value) {
            if (keyVersion != store.key().version()) {
                throw store.failures().changedUnderAnotherKey(cell.state().shape());
            }
            RocksMap.this.put(key, value);
        }

        @Override
        public void remove() {
            if (!canRemove) {
                throw new IllegalStateException("There is no entry to remove");
            }
            checkKey();
            canRemove = false;
            boolean known = writes == store.writes();
            RocksMap.this.remove(last);
            if (known) {
                writes = store.writes();
            }
        }
    }
}
