package io.millrace.state.rocksdb;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeShape;
import io.millrace.runtime.state.CalendarState;
import io.millrace.runtime.state.CurrentNamespace;
import io.millrace.runtime.state.DerivedArray;
import io.millrace.runtime.state.KeyCodec;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.ListPieces;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.OrderedState;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.SnapshotInput;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.SnapshotWriter;
import io.millrace.runtime.state.StateDefinition.Kind;
import io.millrace.runtime.state.StateRegistry;
import io.millrace.runtime.state.StateSnapshot;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoreFailures;
import io.millrace.runtime.state.StoredList;
import io.millrace.runtime.state.StoredLong;
import io.millrace.runtime.state.StoredMap;
import io.millrace.runtime.state.StoredState;
import io.millrace.runtime.state.StoredValue;
import io.millrace.runtime.state.ValueMigration;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Keyed state in a {@link Database} of its own.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class RocksStateStore implements KeyedStateStore {
    /** With a time to live, each so many writes look at as many entries again, and half more. */
    private static final int WRITES_PER_SWEEP = 128;

    /** {@link EntryKey} has 16 bits for the state's id. */
    private static final int MAX_STATES = 1 << 16;

    private final KeyedStateSettings settings;
    private final StoreFailures failures;
    private final Database database;
    private final CurrentKey key;
    private final Increments increments;
    private final StateRegistry<State> states;
    private final ExpirySweep sweep;
    private long writes;
    private long writesWithTtl;
    private long restoredBytes;
    private boolean closed;

    /**
     * @param database let go of when the store is closed
     */
    RocksStateStore(KeyedStateSettings settings, Database database) {
        this.settings = settings;
        this.failures = new StoreFailures(settings);
        this.database = database;
        this.key = new CurrentKey(new KeyCodec(settings, failures));
        this.increments = new Increments(database, settings.owner());
        this.states =
                new StateRegistry<>(settings, failures, MAX_STATES, State::new, this::rewrite);
        this.sweep = new ExpirySweep(this, settings.keyGroups());
    }

    // ---- the current key

    @Override
    public void setCurrentKey(Object next) {
        checkOpen();
        key.set(next);
    }

    @Override
    public void setCurrentKey(long next) {
        checkOpen();
        key.set(next);
    }

    /**
     * Takes a key as {@link EntryKey} has it.
     *
     * @return where it ends
     */
    int setCurrentKey(byte[] bytes, int from, int group) {
        int end = EntryKey.keyEnd(bytes, from, key.isFixed());
        key.set(bytes, from, end, group);
        return end;
    }

    @Override
    public Object currentKey() {
        return checkedKey().get();
    }

    @Override
    public int currentKeyGroup() {
        return checkedKey().group();
    }

    @Override
    public KeyGroupRange keyGroups() {
        return settings.keyGroups();
    }

    @Override
    public int maxParallelism() {
        return settings.maxParallelism();
    }

    // ---- what handles use

    CurrentKey key() {
        return key;
    }

    CurrentKey checkedKey() {
        checkOpen();
        if (!key.isSet()) {
            throw failures.noCurrentKey();
        }
        return key;
    }

    void checkOpen() {
        if (closed) {
            throw failures.closed();
        }
    }

    Database database() {
        return database;
    }

    Increments increments() {
        return increments;
    }

    StoreFailures failures() {
        return failures;
    }

    List<State> states() {
        return states.all();
    }

    long nowMillis() {
        return settings.wallMillis().getAsLong();
    }

    /** The time that a value is written with, and now and then a look for expired ones. */
    long stampOfWrite(State state) {
        if (!state.shape().hasStamp()) {
            return 0;
        }
        if (++writesWithTtl % WRITES_PER_SWEEP == 0) {
            sweep.run(WRITES_PER_SWEEP + WRITES_PER_SWEEP / 2);
        }
        return nowMillis();
    }

    void onWritten() {
        writes++;
    }

    /** Grows with each change of an entry. */
    long writes() {
        return writes;
    }

    // ---- states

    private State define(
            String name,
            Kind kind,
            Namespace<?> namespace,
            TypeInformation<?> partType,
            TypeInformation<?> valueType,
            StateTtl ttl) {
        checkOpen();
        return states.ask(name, kind, namespace, partType, valueType, ttl);
    }

    private void rewrite(State former, State now, ValueMigration<?> values) throws IOException {
        forEach(former, scan -> rewrite(scan, now, values));
        increments.forgetBase();
    }

    private void rewrite(Database.Scan scan, State state, ValueMigration<?> values)
            throws IOException {
        byte[] at = scan.key();
        byte[] entry = scan.value();
        int valueAt = Cell.valueAt(state);
        boolean isFirstPiece =
                state.is(Kind.LIST) && RecordBytes.getInt(at, at.length - Integer.BYTES) == 0;
        byte[] value =
                values.convert(
                        Arrays.copyOfRange(entry, valueAt, entry.length),
                        isFirstPiece ? ListPieces.HEAD_BYTES : 0);
        byte[] rewritten = Arrays.copyOf(entry, valueAt + value.length);
        System.arraycopy(value, 0, rewritten, valueAt, value.length);
        database.put(Database.Family.ENTRIES, at, at.length, rewritten, rewritten.length);
        onWritten();
    }

    /** Is shown one entry after the other. */
    @FunctionalInterface
    private interface Visitor<X extends Exception> {
        void visit(Database.Scan scan) throws X;
    }

    /** All entries of a state, as they were at the begin. */
    private <X extends Exception> void forEach(State state, Visitor<X> visitor) throws X {
        KeyGroupRange groups = settings.keyGroups();
        for (int group = groups.first(); group <= groups.last(); group++) {
            try (Database.Scan scan = scan(group, state)) {
                for (; scan.isValid(); scan.next()) {
                    visitor.visit(scan);
                }
            }
        }
    }

    Database.Scan scan(int group, State state) {
        byte[] from = EntryKey.head(group, state.id());
        return database.scan(Database.Family.ENTRIES, from, EntryKey.after(from, from.length));
    }

    private Cell cell(State state, Namespace<?> namespace) {
        return new Cell(
                this,
                state,
                new CurrentNamespace(state.shape(), namespace, settings.classes(), failures));
    }

    @Override
    public <V> StoredValue<V> value(
            String name, Namespace<?> namespace, TypeInformation<V> type, StateTtl ttl) {
        State state = define(name, Kind.VALUE, namespace, null, type, ttl);
        return new RocksValue<>(
                this,
                cell(state, namespace),
                ValueBytes.ofValue(state, failures, type, settings.classes()));
    }

    @Override
    public StoredLong longValue(String name, Namespace<?> namespace, StateTtl ttl) {
        return number(name, namespace, ttl);
    }

    private RocksLong number(String name, Namespace<?> namespace, StateTtl ttl) {
        State state = define(name, Kind.VALUE, namespace, null, BasicTypeInfo.LONG_TYPE_INFO, ttl);
        return new RocksLong(this, cell(state, namespace));
    }

    @Override
    public <E> StoredList<E> list(
            String name, Namespace<?> namespace, TypeInformation<E> elementType, StateTtl ttl) {
        State state = define(name, Kind.LIST, namespace, null, elementType, ttl);
        return new RocksList<>(
                this,
                cell(state, namespace),
                new ListPieces<>(
                        state.shape(),
                        Serializers.compile(elementType, settings.classes()),
                        failures));
    }

    @Override
    public <K, V> StoredMap<K, V> map(
            String name,
            Namespace<?> namespace,
            TypeInformation<K> keyType,
            TypeInformation<V> valueType,
            StateTtl ttl) {
        State state = define(name, Kind.MAP, namespace, keyType, valueType, ttl);
        return new RocksMap<>(
                this,
                cell(state, namespace),
                Serializers.compileKey(keyType, settings.classes()),
                ValueBytes.ofPart(state, failures, valueType, settings.classes()));
    }

    @Override
    public OrderedState ordered(String name, Namespace<?> namespace) {
        State state = define(name, Kind.ORDERED, namespace, null, null, StateTtl.NONE);
        arrangeBy(state, Long.BYTES, Long.MIN_VALUE);
        return new RocksOrdered(this, cell(state, namespace));
    }

    @Override
    public CalendarState calendar(String name) {
        RocksLong members = number(name, Namespace.panes(), StateTtl.NONE);
        arrangeBy(members.cell().state(), Long.BYTES, 0);
        return new RocksCalendar(this, members);
    }

    /**
     * Gives the state an index by the number that its entries' keys end with.
     *
     * @param flipped bits of the number that are flipped there
     */
    private void arrangeBy(State state, int orderBytes, long flipped) {
        if (state.order() != null) {
            return;
        }
        state.setOrder(
                new OrderIndex(
                        database,
                        state.id(),
                        index ->
                                forEach(
                                        state,
                                        scan -> {
                                            byte[] at = scan.key();
                                            int end = at.length - orderBytes;
                                            index.insert(
                                                    RecordBytes.getLong(at, end) ^ flipped,
                                                    EntryKey.group(at),
                                                    at,
                                                    EntryKey.HEAD_BYTES,
                                                    end - EntryKey.HEAD_BYTES);
                                        })));
    }

    /** None: reading what it is derived from costs no more than reading an array of RocksDB's. */
    @Override
    public <V> DerivedArray<V> derived(String name, TypeInformation<V> type, int length) {
        checkOpen();
        return null;
    }

    @Override
    public void forEachKey(int keyGroup, StoredState handle, KeyAction action) throws Exception {
        checkOpen();
        Cell cell = ((Handle) handle).cell();
        byte[] namespace = cell.namespace().toBytes();
        byte[] last = {};
        int lastEnd = 0;
        try (Database.Scan scan = scan(keyGroup, cell.state())) {
            for (; scan.isValid(); scan.next()) {
                byte[] at = scan.key();
                int end = EntryKey.keyEnd(at, EntryKey.HEAD_BYTES, key.isFixed());
                boolean isOfNamespace =
                        at.length >= end + namespace.length
                                && Arrays.equals(
                                        at,
                                        end,
                                        end + namespace.length,
                                        namespace,
                                        0,
                                        namespace.length);
                if (!isOfNamespace || Arrays.equals(at, 0, end, last, 0, lastEnd)) {
                    continue;
                }
                last = at;
                lastEnd = end;
                key.set(at, EntryKey.HEAD_BYTES, end, keyGroup);
                if (!handle.isEmpty()) {
                    action.accept(currentKey());
                }
            }
        }
    }

    @Override
    public void forEachPane(StoredState handle, PaneAction action) throws Exception {
        checkOpen();
        forEach(
                ((Handle) handle).cell().state(),
                scan -> {
                    byte[] at = scan.key();
                    int end = setCurrentKey(at, EntryKey.HEAD_BYTES, EntryKey.group(at));
                    action.accept(RecordBytes.getLong(at, end));
                });
    }

    // ---- snapshots

    @Override
    public StateSnapshot snapshot(long checkpointId, SnapshotKind kind) {
        checkOpen();
        return increments.begin(
                checkpointId,
                kind,
                new RocksSnapshot.Contents(
                        new SnapshotWriter.Description(
                                settings.keyGroups(),
                                settings.maxParallelism(),
                                TypeShape.text(settings.keyType()),
                                states.all().stream().map(State::shape).toList()),
                        key.isFixed()));
    }

    @Override
    public void confirm(long checkpointId) {
        if (!closed) {
            increments.confirm(checkpointId);
        }
    }

    @Override
    public void abort(long checkpointId) {
        increments.abort(checkpointId);
    }

    @Override
    public void restore(SnapshotInput snapshot) throws IOException {
        checkOpen();
        if (increments.epoch() != 1) {
            throw failures.restoredAfterUse();
        }
        SnapshotReader reader = new SnapshotReader(snapshot);
        reader.read(settings.keyGroups(), new Restore(states.restored(reader, snapshot.name())));
        for (State state : states.all()) {
            if (state.order() != null) {
                state.order().onRestore();
            }
        }
        restoredBytes += snapshot.length();
    }

    /** Puts what a snapshot holds into the database. */
    private final class Restore implements SnapshotReader.Records {
        private final Map<Integer, State> byFileId;
        private final RecordBytes at = new RecordBytes(256);
        private final RecordBytes entry = new RecordBytes(256);

        Restore(Map<Integer, State> byFileId) {
            this.byFileId = byFileId;
        }

        @Override
        public void record(
                int group,
                int fileId,
                byte[] bytes,
                int from,
                int keyLength,
                int length,
                long stampMillis,
                int value,
                int valueLength)
                throws IOException {
            State state = byFileId.get(fileId);
            at.truncate(0);
            EntryKey.putHead(at.bytes(), group, state.id());
            at.reserve(EntryKey.HEAD_BYTES);
            EntryKey.putKey(at, bytes, from, keyLength, key.isFixed());
            at.put(bytes, from + keyLength, length - keyLength);
            if (value < 0) {
                database.delete(Database.Family.ENTRIES, at.bytes(), at.length());
                return;
            }
            entry.truncate(0);
            entry.putInt(0);
            if (state.shape().hasStamp()) {
                entry.putLong(stampMillis);
            }
            entry.put(bytes, value, valueLength);
            database.put(
                    Database.Family.ENTRIES,
                    at.bytes(),
                    at.length(),
                    entry.bytes(),
                    entry.length());
        }
    }

    @Override
    public void restored(long checkpointId) {
        checkOpen();
        increments.restored(checkpointId, restoredBytes);
    }

    @Override
    public long memoryBytes() {
        return closed ? 0 : database.bufferBytes();
    }

    @Override
    public long spilledBytes() {
        return closed ? 0 : database.fileBytes();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        key.clear();
        database.release();
    }
}
