package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;

/**
 * A map in the log: each of its entries is one of the log, and {@link MapMembers} knows which they
 * are.
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
    private final RecordOutput written = new RecordOutput(64);
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
        return cell.namespace().toBytes();
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
            throw store.failures().unwritable(state.shape(), e);
        }
        cell.setPart(output.bytes(), 0, output.length());
    }

    private long findLive(K key) {
        setPart(key);
        long at = cell.findPart();
        return at != 0 && LogEntry.isLive(at) ? at : 0;
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
        int count = LogEntry.valueLength(at);
        if (read.length < count) {
            read = new byte[2 * count];
        }
        Memory.copy(LogEntry.value(at, state), read, 0, count);
        return count;
    }

    private V value(int count) {
        input.reset(read, 0, count);
        try {
            return values.deserialize(input);
        } catch (IOException e) {
            throw store.failures().unreadable("a value", state.shape(), e);
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
        writeValue(value);
        store.makeRoom(written.length());
        setPart(key);
        long at = cell.findPart();
        boolean live = at != 0 && LogEntry.isLive(at);
        try {
            EntryLog log = store.logForWrite();
            if (!live) {
                log.members()
                        .reserve(
                                state, cell.full(), cell.keyLength(), cell.prefix(), cell.length());
            }
            at =
                    log.put(
                            state,
                            at,
                            cell.hash(),
                            cell.full(),
                            cell.keyLength(),
                            cell.length(),
                            written.bytes(),
                            0,
                            written.length(),
                            live ? written.length() / 4 : 0,
                            hasTtl ? store.nowMillis() : 0);
            if (!live) {
                log.members().add(state, at, cell.full(), cell.prefix(), cell.length());
            }
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    private void writeValue(V value) {
        written.truncate(0);
        try {
            values.serialize(value, written);
        } catch (IOException | ClassCastException e) {
            throw store.failures().unwritable(state.shape(), e);
        }
    }

    @Override
    public void remove(K key) {
        long at = findLive(key);
        if (at != 0) {
            remove(at);
        }
    }

    private void remove(long at) {
        try {
            store.log().remove(state, at);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    private boolean isHidden(long at) {
        return hasTtl && LogTtl.isHidden(store, state, at);
    }

    /** Entries, of which some may be hidden. */
    private int members() {
        EntryLog log = store.log();
        cell.setNoPart();
        return log == null
                ? 0
                : log.members().size(state, cell.full(), cell.keyLength(), cell.prefix());
    }

    @Override
    public int size() {
        if (!hasTtl) {
            return members();
        }
        int size = 0;
        for (Entries entries = new Entries(); entries.hasNext(); entries.skip()) {
            size++;
        }
        return size;
    }

    @Override
    public boolean isEmpty() {
        return members() == 0 || (hasTtl && !new Entries().hasNext());
    }

    @Override
    public void clear() {
        if (members() == 0) {
            return;
        }
        Entries entries = new Entries();
        while (entries.findNext()) {
            remove(entries.at());
        }
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
        return members() == 0 ? Collections.emptyIterator() : new Entries();
    }

    /**
     * Goes over the pieces of the map's keys and finds each entry by its bytes. What has been put
     * since it was made is not shown.
     */
    private final class Entries implements Iterator<Map.Entry<K, V>> {
        private final long keyVersion = store.key().version();
        private final RecordBytes piece = new RecordBytes(64);
        private final RecordInput of = new RecordInput();
        private final int keyLength;
        private final int prefix;
        private final int putBefore;
        private byte[] full;
        private int pieces;

        /** Where the next key is in the piece. */
        private int next;

        // of the entry that is shown next
        private int length;
        private boolean isFound;
        private long foundAt;

        /** The store's version when the entry was found in memory, or -1. */
        private long foundIn;

        /** The bytes of the entry that was shown last. */
        private final RecordBytes last = new RecordBytes(64);

        private boolean canRemove;

        /** For the entries that were shown. */
        private final BiConsumer<K, V> putThrough = this::putThrough;

        Entries() {
            cell.setNoPart();
            keyLength = cell.keyLength();
            prefix = cell.prefix();
            full = Arrays.copyOf(cell.full(), prefix + 32);
            EntryLog log = store.log();
            putBefore = log == null ? 0 : log.members().putCount();
        }

        private void checkKey() {
            if (keyVersion != store.key().version()) {
                throw store.failures().readUnderAnotherKey(state.shape());
            }
        }

        /** Moves on to the next entry that is there. */
        private boolean findNext() {
            EntryLog log = store.tidyLog();
            while (log != null) {
                if (next == piece.length()) {
                    int number = pieces++;
                    next = 0;
                    if (!log.members().read(state, full, keyLength, prefix, number, piece)) {
                        pieces = number;
                        return false;
                    }
                    continue;
                }
                takePart();
                if (locate(log)) {
                    return true;
                }
            }
            return false;
        }

        private void takePart() {
            int part = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = piece.bytes()[next++];
                part |= (b & 0x7f) << shift;
                if (b >= 0) {
                    break;
                }
            }
            length = prefix + part;
            if (full.length < length) {
                full = Arrays.copyOf(full, 2 * length);
            }
            System.arraycopy(piece.bytes(), next, full, prefix, part);
            next += part;
        }

        /** Finds the entry whose bytes were taken, if it is one that this iterator shows. */
        private boolean locate(EntryLog log) {
            long hash = LogEntry.hash(store.key().hash(), state.id(), full, keyLength, length);
            try {
                // with a time to live, reading may change the entry
                foundAt =
                        hasTtl
                                ? log.find(hash, state, full, length)
                                : log.peek(hash, state, full, length);
            } catch (InsufficientManagedMemoryException e) {
                throw store.exhausted(state, e);
            }
            foundIn = log.isInMemory(foundAt) ? store.version() : -1;
            return isShown();
        }

        private boolean isShown() {
            return foundAt != 0
                    && LogEntry.isLive(foundAt)
                    && MapMembers.piece(foundAt, state) == pieces - 1
                    && MapMembers.isOlder(foundAt, state, putBefore);
        }

        /** Where the entry lies that {@link #findNext} has found, in memory. */
        private long at() {
            return foundIn == store.version() ? foundAt : find(full, length);
        }

        private long find(byte[] bytes, int count) {
            long hash = LogEntry.hash(store.key().hash(), state.id(), bytes, keyLength, count);
            try {
                return store.log().find(hash, state, bytes, count);
            } catch (InsufficientManagedMemoryException e) {
                throw store.exhausted(state, e);
            }
        }

        @Override
        public boolean hasNext() {
            if (isFound) {
                return true;
            }
            checkKey();
            while (findNext()) {
                if (!isHidden(foundAt)) {
                    isFound = true;
                    return true;
                }
            }
            return false;
        }

        void skip() {
            isFound = false;
        }

        @Override
        public Map.Entry<K, V> next() {
            checkKey();
            do {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                isFound = false;
            } while (foundIn == store.version() ? !isShown() : !locate(store.log()));
            last.truncate(0);
            last.put(full, 0, length);
            canRemove = true;
            of.reset(full, prefix, length);
            K key;
            try {
                key = keys.deserialize(of);
            } catch (IOException e) {
                throw store.failures().unreadable("a key", state.shape(), e);
            }
            int count = copyValue(foundAt);
            if (hasTtl && state.ttl().update() == StateTtl.Update.ON_READ_AND_WRITE) {
                LogTtl.read(store, state, foundAt);
            }
            return new WriteThroughEntry<>(key, value(count), putThrough);
        }

        private void putThrough(K key, V value) {
            if (keyVersion != store.key().version()) {
                throw store.failures().changedUnderAnotherKey(state.shape());
            }
            LogMap.this.put(key, value);
        }

        @Override
        public void remove() {
            if (!canRemove) {
                throw new IllegalStateException("There is no entry to remove");
            }
            checkKey();
            canRemove = false;
            long at = find(last.bytes(), last.length());
            if (at != 0 && LogEntry.isLive(at)) {
                LogMap.this.remove(at);
            }
        }
    }
}
