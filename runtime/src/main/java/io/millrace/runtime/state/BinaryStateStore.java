package io.millrace.runtime.state;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.MemoryBudget;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keyed state as bytes in managed memory.
 *
 * <p>Two layouts, chosen by the state's type: values whose key, pane and value are numbers lie in
 * an {@link EntryTable} for each state and key group, or, by pane, in {@link PaneTables}; all
 * others share one {@link EntryLog} for each key group. Both write in place and mark what they
 * change; {@link Epochs} says how a snapshot is taken from under their hands. Maps, ordered states
 * and calendars keep beside their entries what is derived from them: {@link MapMembers}, {@link
 * OrderedEntries}, {@link Calendar}.
 *
 * <p>Shape, from the top: the current key, which all handles share; what tables and logs ask for
 * ({@link StoreMemory}: memory, and what is to be done before more is taken, see {@link Spill} and
 * {@link SpillTurns}); handles on states; keys by state; snapshots and restoring. What goes over
 * many tables and logs is in {@link StateParts}, which states there are in {@link StateRegistry}.
 *
 * <p>Invariant: addresses of entries that somebody holds are good until the store's version
 * changes, and things move only at the begin of an operation, when nobody holds one.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class BinaryStateStore implements KeyedStateStore, StoreMemory {
    /** With a time to live, each so many writes look for expired entries in one page. */
    private static final int WRITES_PER_SWEEP = 128;

    /** Entries of a log have 15 bits for the state's id. */
    private static final int MAX_STATES = 1 << 15;

    private final KeyedStateSettings settings;
    private final StoreFailures failures;
    private final int firstKeyGroup;
    private final KeyCodec keys;
    private final boolean keysAreFixed;
    private final CurrentKey key;
    private final Epochs epochs;
    private final Spill spill;
    private final SpillTurns turns;
    private final StateRegistry<StateDefinition> states;
    private final StateParts parts;

    /** Those of {@link #parts}. */
    private final EntryLog[] logs;

    private final RecordBytes scratch = new RecordBytes(256);
    private final Map<String, StoredCalendar> calendars = new HashMap<>();
    private final List<DerivedCells<?>> derived = new ArrayList<>();

    /** Changes with the current key and whenever entries may have moved. */
    private long version;

    private long writesWithTtl;
    private long restoredBytes;
    private boolean closed;

    BinaryStateStore(KeyedStateSettings settings) {
        this.settings = settings;
        this.failures = new StoreFailures(settings);
        this.firstKeyGroup = settings.keyGroups().first();
        this.keys = new KeyCodec(settings, failures);
        this.keysAreFixed = keys.isFixed();
        this.key = new CurrentKey(keys, firstKeyGroup);
        this.spill =
                new Spill(
                        settings.spill(),
                        settings.memory(),
                        settings.owner(),
                        settings.keyGroups().size());
        this.epochs = new Epochs(settings.memory(), spill, settings.owner());
        this.states =
                new StateRegistry<>(
                        settings, failures, MAX_STATES, this::definition, this::rewrite);
        this.parts = new StateParts(this, states.all(), settings.keyGroups());
        this.logs = parts.logs();
        this.turns =
                new SpillTurns(spill, settings.memory(), logs, states.all(), calendars.values());
        if (spill.mayGo() && !settings.memory().promise(Spill.LEAST_BYTES)) {
            throw failures.tooLittleMemory(Spill.LEAST_BYTES);
        }
    }

    // ---- the current key

    @Override
    public void setCurrentKey(Object next) {
        checkOpen();
        key.set(next);
        version++;
    }

    @Override
    public void setCurrentKey(long next) {
        checkOpen();
        key.set(next);
        version++;
    }

    /** Makes the key of an entry the current one. */
    void setCurrentKey(long at, StateDefinition state) {
        key.set(at, state);
        version++;
    }

    /** Makes a key that is given by its bytes the current one. */
    void setCurrentKey(byte[] bytes, int from, int length, int group) {
        key.set(bytes, from, length, group);
        version++;
    }

    @Override
    public KeysAhead keysAhead() {
        return keysAhead(KeysAhead.LEAST_BYTES);
    }

    /**
     * @param leastBytes with less in memory, nothing is read ahead
     */
    KeysAhead keysAhead(long leastBytes) {
        return new KeysAhead(this, keys, states.all(), firstKeyGroup, leastBytes);
    }

    @Override
    public Object currentKey() {
        return checkedKey().object();
    }

    @Override
    public int currentKeyGroup() {
        return checkedKey().group();
    }

    /** The current key, which may be none: {@link #checkedKey}. */
    CurrentKey key() {
        return key;
    }

    /**
     * The current key.
     *
     * @throws IllegalStateException if there is none, or the store is closed
     */
    CurrentKey checkedKey() {
        checkKey();
        return key;
    }

    private void checkKey() {
        checkOpen();
        if (key.groupAt() < 0) {
            throw failures.noCurrentKey();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw failures.closed();
        }
    }

    long version() {
        return version;
    }

    // ---- what tables, logs and handles use

    @Override
    public KeyGroupRange keyGroups() {
        return settings.keyGroups();
    }

    @Override
    public int maxParallelism() {
        return settings.maxParallelism();
    }

    @Override
    public MemoryBudget memory() {
        return settings.memory();
    }

    @Override
    public long allocate(int bytes) {
        long block;
        try {
            block = settings.memory().allocate(bytes);
        } catch (InsufficientManagedMemoryException e) {
            if (!epochs.giveUpOpen()) {
                throw e;
            }
            // a checkpoint may fail, the task need not
            block = settings.memory().allocate(bytes);
        }
        spill.onAllocated();
        return block;
    }

    @Override
    public long allocateAnyhow(int bytes) {
        while (true) {
            try {
                return allocate(bytes);
            } catch (InsufficientManagedMemoryException e) {
                // there may be enough, but in pieces
                if (!turns.spillSome()) {
                    throw e;
                }
            }
        }
    }

    @Override
    public Spill spill() {
        return spill;
    }

    @Override
    public void relieve() {
        turns.relieve();
    }

    /** Makes room for a value if it is large; nobody may hold an address. */
    void makeRoom(int bytes) {
        turns.makeRoom(bytes);
    }

    @Override
    public Epochs epochs() {
        return epochs;
    }

    @Override
    public RecordBytes scratch() {
        return scratch;
    }

    @Override
    public StateDefinition state(int id) {
        return states.get(id);
    }

    @Override
    public long keyHash(byte[] key, int length) {
        return keysAreFixed
                ? Hashing.number(RecordBytes.getLong(key, 0))
                : Hashing.bytes(key, 0, length);
    }

    @Override
    public void onMoved() {
        version++;
    }

    /**
     * The log of the current key, or null; tidied, and some state moved to disk, if need be: nobody
     * may hold an address.
     */
    EntryLog tidyLog() {
        if (spill.isPressed()) {
            relieve();
        }
        EntryLog log = log();
        if (log != null && log.isUntidy()) {
            log.tidy();
        }
        return log;
    }

    @Override
    public boolean isExpired(int stateId, long stampMillis) {
        return states.get(stateId).ttl().isExpired(stampMillis, nowMillis());
    }

    long nowMillis() {
        return settings.wallMillis().getAsLong();
    }

    StateParts parts() {
        return parts;
    }

    StoreFailures failures() {
        return failures;
    }

    /** Called before a write to a state with a time to live, when no address is held. */
    void onTtlWrite() {
        if (++writesWithTtl % WRITES_PER_SWEEP == 0) {
            parts.removeExpired((int) (writesWithTtl / WRITES_PER_SWEEP));
        }
    }

    /** The table of the current key, or null. */
    EntryTable table(StateDefinition state) {
        int at = key.groupAt();
        if (at < 0) {
            checkKey();
        }
        return state.tables[at];
    }

    /** The table of the current key and a pane, or null. */
    EntryTable table(StateDefinition state, long pane) {
        int at = key.groupAt();
        if (at < 0) {
            checkKey();
        }
        PaneTables tables = state.paneTables[at];
        return tables == null ? null : tables.find(pane);
    }

    EntryTable tableForWrite(StateDefinition state) {
        beforeTableGrows();
        return parts.tableForWrite(state, key.group(), 0);
    }

    EntryTable tableForWrite(StateDefinition state, long pane) {
        beforeTableGrows();
        return parts.tableForWrite(state, key.group(), pane);
    }

    /** An entry of the current key and a pane that was removed will be put again. */
    void onRevived(StateDefinition state, long pane) {
        state.paneTables[key.groupAt()].onRevived(pane);
    }

    private void beforeTableGrows() {
        checkKey();
        if (spill.isPressed()) {
            relieve();
        }
    }

    /** The log of the current key, or null. */
    EntryLog log() {
        int at = key.groupAt();
        if (at < 0) {
            checkKey();
        }
        return logs[at];
    }

    @Override
    public EntryLog log(int keyGroup) {
        return logs[keyGroup - firstKeyGroup];
    }

    EntryLog logForWrite() {
        checkKey();
        return parts.logForWrite(key.group());
    }

    StateException exhausted(StateDefinition state, InsufficientManagedMemoryException e) {
        return exhausted(state.shape().name(), e);
    }

    StateException exhausted(String state, InsufficientManagedMemoryException e) {
        return new StateException(
                Failure.Category.STATE,
                "State '" + state + "': " + e.getMessage() + "." + turns.told(),
                e);
    }

    // ---- states

    private StateDefinition define(
            String name,
            StateDefinition.Kind kind,
            Namespace<?> namespace,
            TypeInformation<?> partType,
            TypeInformation<?> valueType,
            StateTtl ttl) {
        checkOpen();
        return states.ask(name, kind, namespace, partType, valueType, ttl);
    }

    private void rewrite(StateDefinition former, StateDefinition now, ValueMigration<?> values)
            throws IOException {
        epochs.forgetBase();
        StateRewrite rewrite = new StateRewrite(this, parts, former, now, values);
        try {
            for (EntryLog log : logs) {
                if (log != null) {
                    rewrite.rewrite(log);
                }
            }
        } catch (InsufficientManagedMemoryException e) {
            throw exhausted(now, e);
        }
    }

    private StateDefinition definition(int id, StateDefinition.Shape shape) {
        boolean isTable =
                shape.kind() == StateDefinition.Kind.VALUE
                        && keysAreFixed
                        && shape.namespaceKind() != StateDefinition.NamespaceKind.OBJECTS
                        && shape.fixedValue();
        return new StateDefinition(
                id,
                shape,
                isTable,
                logs.length,
                shape.kind() == StateDefinition.Kind.ORDERED ? new OrderedEntries(this) : null);
    }

    private <T> TypeSerializer<T> serializer(TypeInformation<T> type) {
        return Serializers.compile(type, settings.classes());
    }

    private LogCell cell(StateDefinition state, Namespace<?> namespace) {
        return new LogCell(
                this,
                state,
                new CurrentNamespace(state.shape(), namespace, settings.classes(), failures));
    }

    @Override
    public <V> StoredValue<V> value(
            String name, Namespace<?> namespace, TypeInformation<V> type, StateTtl ttl) {
        StateDefinition state =
                define(name, StateDefinition.Kind.VALUE, namespace, null, type, ttl);
        FixedCodec<V> codec = FixedCodec.ofValue(type);
        return codec == null
                ? new LogValue<>(this, state, cell(state, namespace), serializer(type))
                : new FixedValue<>(number(state, namespace), codec);
    }

    @Override
    public StoredLong longValue(String name, Namespace<?> namespace, StateTtl ttl) {
        return number(
                define(
                        name,
                        StateDefinition.Kind.VALUE,
                        namespace,
                        null,
                        BasicTypeInfo.LONG_TYPE_INFO,
                        ttl),
                namespace);
    }

    private StoredLong number(StateDefinition state, Namespace<?> namespace) {
        return state.isTable()
                ? new TableLong(this, state)
                : new LogLong(this, state, cell(state, namespace));
    }

    @Override
    public <E> StoredList<E> list(
            String name, Namespace<?> namespace, TypeInformation<E> elementType, StateTtl ttl) {
        StateDefinition state =
                define(name, StateDefinition.Kind.LIST, namespace, null, elementType, ttl);
        return new LogList<>(
                this,
                state,
                cell(state, namespace),
                new ListPieces<>(state.shape(), serializer(elementType), failures));
    }

    @Override
    public <K, V> StoredMap<K, V> map(
            String name,
            Namespace<?> namespace,
            TypeInformation<K> keyType,
            TypeInformation<V> valueType,
            StateTtl ttl) {
        StateDefinition state =
                define(name, StateDefinition.Kind.MAP, namespace, keyType, valueType, ttl);
        return new LogMap<>(
                this,
                state,
                cell(state, namespace),
                Serializers.compileKey(keyType, settings.classes()),
                serializer(valueType));
    }

    @Override
    public OrderedState ordered(String name, Namespace<?> namespace) {
        StateDefinition state =
                define(name, StateDefinition.Kind.ORDERED, namespace, null, null, StateTtl.NONE);
        return new LogOrdered(this, state, cell(state, namespace));
    }

    @Override
    public CalendarState calendar(String name) {
        StateDefinition state =
                define(
                        name,
                        StateDefinition.Kind.VALUE,
                        Namespace.panes(),
                        null,
                        BasicTypeInfo.LONG_TYPE_INFO,
                        StateTtl.NONE);
        state.setWithoutValues();
        return calendars.computeIfAbsent(
                name,
                n ->
                        new StoredCalendar(
                                this, state, number(state, Namespace.panes()), new Calendar(this)));
    }

    @Override
    public <V> DerivedArray<V> derived(String name, TypeInformation<V> type, int length) {
        checkOpen();
        FixedCodec<V> codec = FixedCodec.ofValue(type);
        if (!keysAreFixed || codec == null || length > DerivedCells.BLOCK_BYTES / 8) {
            return null;
        }
        DerivedCells<V> made = new DerivedCells<>(this, name, codec, length);
        derived.add(made);
        return made;
    }

    private record KeyAndPane(byte[] key, long pane) {}

    @Override
    public void forEachPane(StoredState handle, PaneAction action) throws Exception {
        checkOpen();
        StateDefinition state = ((StateHandle) handle).state();
        KeyGroupRange groups = settings.keyGroups();
        for (int group = groups.first(); group <= groups.last(); group++) {
            List<KeyAndPane> found = new ArrayList<>();
            parts.forEachEntry(
                    state,
                    group,
                    (pane, of, key, length) ->
                            found.add(new KeyAndPane(Arrays.copyOf(key, length), pane)));
            for (KeyAndPane each : found) {
                setCurrentKey(each.key(), 0, each.key().length, group);
                action.accept(each.pane());
            }
        }
    }

    @Override
    public PaneDrop paneDrop(StoredState handle) {
        checkOpen();
        StateDefinition state = ((StateHandle) handle).state();
        return state.paneTables == null ? null : last -> dropThrough(state, last);
    }

    /** Removes all that keys have in a pane and in those before it. */
    void dropThrough(StateDefinition state, long lastPane) {
        checkOpen();
        try {
            parts.dropThrough(state, lastPane);
        } catch (InsufficientManagedMemoryException e) {
            throw exhausted(state, e);
        }
    }

    @Override
    public void forEachKey(int keyGroup, StoredState handle, KeyAction action) throws Exception {
        checkOpen();
        StateDefinition state = ((StateHandle) handle).state();
        byte[] namespace = ((StateHandle) handle).namespaceBytes();
        for (byte[] bytes : parts.keys(state, namespace, keyGroup)) {
            setCurrentKey(bytes, 0, bytes.length, keyGroup);
            if (!handle.isEmpty()) {
                action.accept(currentKey());
            }
        }
    }

    // ---- snapshots

    @Override
    public StateSnapshot snapshot(long checkpointId, SnapshotKind kind) {
        checkOpen();
        return epochs.begin(checkpointId, kind, parts.capture(settings));
    }

    @Override
    public void confirm(long checkpointId) {
        if (!closed && epochs.confirm(checkpointId)) {
            parts.onConfirmed();
        }
    }

    @Override
    public void abort(long checkpointId) {
        epochs.abort(checkpointId);
    }

    @Override
    public void restore(SnapshotInput snapshot) throws IOException {
        checkOpen();
        if (epochs.current() != 1) {
            throw failures.restoredAfterUse();
        }
        SnapshotReader reader = new SnapshotReader(snapshot);
        SnapshotRestore restore =
                new SnapshotRestore(this, parts, states.restored(reader, snapshot.name()));
        try {
            reader.read(settings.keyGroups(), restore);
        } catch (InsufficientManagedMemoryException e) {
            throw new StateException(
                    Failure.Category.STATE,
                    "The state in " + snapshot.name() + " cannot be restored. " + e.getMessage(),
                    e);
        }
        calendars.values().forEach(StoredCalendar::onRestore);
        restoredBytes += snapshot.length();
    }

    @Override
    public void restored(long checkpointId) {
        checkOpen();
        epochs.restored(checkpointId, restoredBytes);
    }

    @Override
    public long memoryBytes() {
        return settings.memory().usedBytes();
    }

    @Override
    public long spilledBytes() {
        return spill.usedBytes();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        // what handles have noted is void, and there is no current key
        version++;
        key.clear();
        settings.memory().renounce();
        epochs.whenAllClosed(this::free);
    }

    private void free() {
        calendars.values().forEach(StoredCalendar::free);
        derived.forEach(DerivedCells::free);
        parts.free();
        spill.close();
    }
}
