package io.millrace.runtime.state;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHasher;
import io.millrace.runtime.serializer.KeyHashers;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.serializer.TypeShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * {@link SpillTurns}); which states there are, and handles on them; keys by state; snapshots and
 * restoring.
 *
 * <p>Invariant: addresses of entries that somebody holds are good until the store's version
 * changes, and things move only at the begin of an operation, when nobody holds one.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class BinaryStateStore implements KeyedStateStore, StoreMemory {
    private static final Logger LOG = LoggerFactory.getLogger(BinaryStateStore.class);

    /** With a time to live, each so many writes look for expired entries in one page. */
    private static final int WRITES_PER_SWEEP = 128;

    private final KeyedStateSettings settings;
    private final int maxParallelism;

    /** Less one, if the number of key groups is a power of two, else 0. */
    private final int keyGroupMask;

    private final int firstKeyGroup;
    private final int keyGroupCount;
    private final KeyHasher<Object> hasher;
    private final FixedCodec<Object> fixedKey;
    private final TypeSerializer<Object> keySerializer;
    private final boolean keyIsLong;
    private final boolean keyIsInt;
    private final Epochs epochs;
    private final Spill spill;
    private final SpillTurns turns;
    private final EntryLog[] logs;
    private final List<StateDefinition> states = new ArrayList<>();
    private final Map<String, StateDefinition> byName = new HashMap<>();

    /** Names of the states that the program has asked for, as against those that were restored. */
    private final Set<String> asked = new HashSet<>();

    private final RecordBytes scratch = new RecordBytes(256);
    private final Map<String, StoredCalendar> calendars = new HashMap<>();
    private final List<DerivedCells<?>> derived = new ArrayList<>();

    // the current key
    private final RecordOutput keyOutput = new RecordOutput(64);
    private byte[] keyBytes = new byte[8];
    private int keyLength;
    private long keyWord;
    private long keyHash;
    private int keyGroup = -1;

    /** The key group counted from the store's first; -1 if there is no current key. */
    private int groupAt = -1;

    private Object key;
    private boolean keyBytesValid;

    /** Changes with the current key and whenever entries may have moved. */
    private long version;

    /** Changes with the current key. */
    private long keyVersion;

    private long writesWithTtl;
    private long restoredBytes;
    private boolean closed;

    @SuppressWarnings("unchecked") // keys come as objects; those of another class are refused
    BinaryStateStore(KeyedStateSettings settings) {
        this.settings = settings;
        this.maxParallelism = settings.maxParallelism();
        this.firstKeyGroup = settings.keyGroups().first();
        this.keyGroupCount = settings.keyGroups().size();
        this.keyGroupMask = Integer.bitCount(maxParallelism) == 1 ? maxParallelism - 1 : 0;
        TypeInformation<Object> type = (TypeInformation<Object>) settings.keyType();
        this.hasher = KeyHashers.forType(type, settings.classes());
        this.fixedKey = FixedCodec.ofKey(type);
        this.keyIsLong = type.equals(BasicTypeInfo.LONG_TYPE_INFO);
        this.keyIsInt = type.equals(BasicTypeInfo.INT_TYPE_INFO);
        this.keySerializer =
                fixedKey == null ? Serializers.compileKey(type, settings.classes()) : null;
        this.spill =
                new Spill(
                        settings.spill(),
                        settings.memory(),
                        settings.owner(),
                        settings.keyGroups().size());
        this.epochs = new Epochs(settings.memory(), spill, settings.owner());
        this.logs = new EntryLog[settings.keyGroups().size()];
        this.turns = new SpillTurns(spill, settings.memory(), logs, states, calendars.values());
    }

    // ---- the current key

    @Override
    public void setCurrentKey(Object key) {
        checkOpen();
        if (key == null) {
            throw new StateException(
                    Failure.Category.USER_CODE, "A key of " + settings.owner() + " is null");
        }
        try {
            int group = KeyGroups.of(hasher.hash(key), maxParallelism);
            if (fixedKey != null) {
                long word = fixedKey.toLong().applyAsLong(key);
                checkKeyGroup(group, key);
                keyWord = word;
                keyHash = Hashing.number(word);
                keyBytesValid = false;
            } else {
                keyOutput.truncate(0);
                keySerializer.serialize(key, keyOutput);
                checkKeyGroup(group, key);
                keyBytes = keyOutput.bytes();
                keyLength = keyOutput.length();
                keyHash = Hashing.bytes(keyBytes, 0, keyLength);
                keyBytesValid = true;
            }
            this.key = key;
            onKeyChanged(group);
        } catch (ClassCastException | IOException e) {
            throw new StateException(
                    Failure.Category.USER_CODE,
                    "A "
                            + key.getClass().getName()
                            + " cannot be a key of "
                            + settings.owner()
                            + ", whose keys are of the type "
                            + settings.keyType(),
                    e);
        }
    }

    @Override
    public void setCurrentKey(long key) {
        int hash;
        if (keyIsLong) {
            hash = Long.hashCode(key);
        } else if (keyIsInt) {
            hash = (int) key;
        } else {
            throw new StateException(
                    Failure.Category.INTERNAL,
                    "Keys of " + settings.owner() + " are of the type " + settings.keyType());
        }
        checkOpen();
        int group = keyGroup(hash);
        if (group - firstKeyGroup < 0 || group - firstKeyGroup >= keyGroupCount) {
            checkKeyGroup(group, key);
        }
        keyWord = key;
        keyHash = Hashing.number(key);
        keyBytesValid = false;
        if (this.key != null) {
            this.key = null;
        }
        onKeyChanged(group);
    }

    /** The same as {@link KeyGroups#of}, without a division where it can be. */
    private int keyGroup(int hash) {
        if (keyGroupMask == 0) {
            return KeyGroups.of(hash, maxParallelism);
        }
        int h = hash;
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        h ^= h >>> 13;
        h *= 0xc2b2ae35;
        h ^= h >>> 16;
        return h & keyGroupMask;
    }

    private void checkKeyGroup(int group, Object key) {
        if (!settings.keyGroups().contains(group)) {
            throw new StateException(
                    Failure.Category.USER_CODE,
                    "The key "
                            + key
                            + " of "
                            + settings.owner()
                            + " is in key group "
                            + group
                            + ", and this subtask has "
                            + settings.keyGroups()
                            + ". The key selector gives different keys for one record, or the"
                            + " key's hashCode changes");
        }
    }

    private void onKeyChanged(int group) {
        keyGroup = group;
        groupAt = group - firstKeyGroup;
        version++;
        keyVersion++;
    }

    /** Makes the key of an entry the current one. */
    void setCurrentKey(long at, StateDefinition state) {
        keyLength = EntryLog.keyLength(at);
        scratch.truncate(0);
        scratch.put(EntryLog.full(at, state), keyLength);
        setCurrentKey(scratch.bytes(), 0, keyLength, EntryLog.keyGroup(at));
    }

    /** Makes a key that is given by its bytes the current one. */
    void setCurrentKey(byte[] bytes, int from, int length, int group) {
        keyLength = length;
        if (keyBytes.length < keyLength || keyBytes == keyOutput.bytes()) {
            keyBytes = new byte[Math.max(64, 2 * keyLength)];
        }
        System.arraycopy(bytes, from, keyBytes, 0, keyLength);
        keyBytesValid = true;
        if (fixedKey != null) {
            keyWord = RecordBytes.getLong(keyBytes, 0);
            keyHash = Hashing.number(keyWord);
        } else {
            keyHash = Hashing.bytes(keyBytes, 0, keyLength);
        }
        key = null;
        onKeyChanged(group);
    }

    @Override
    public Object currentKey() {
        checkKey();
        if (key == null) {
            if (fixedKey != null) {
                key = fixedKey.fromLong().apply(keyWord);
            } else {
                RecordInput input = new RecordInput();
                input.reset(keyBytes, 0, keyLength);
                try {
                    key = keySerializer.deserialize(input);
                } catch (IOException e) {
                    throw unreadable("a key", e);
                }
            }
        }
        return key;
    }

    @Override
    public int currentKeyGroup() {
        checkKey();
        return keyGroup;
    }

    private void checkKey() {
        checkOpen();
        if (keyGroup < 0) {
            throw new IllegalStateException(settings.owner() + " has no current key");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The state of " + settings.owner() + " is closed");
        }
    }

    long keyWord() {
        return keyWord;
    }

    long keyHash() {
        return keyHash;
    }

    byte[] keyBytes() {
        if (!keyBytesValid) {
            checkKey();
            if (keyBytes.length < 8) {
                keyBytes = new byte[8];
            }
            RecordBytes.setLong(keyBytes, 0, keyWord);
            keyLength = 8;
            keyBytesValid = true;
        }
        return keyBytes;
    }

    int keyLength() {
        return keyLength;
    }

    long version() {
        return version;
    }

    long keyVersion() {
        return keyVersion;
    }

    // ---- what tables, logs and handles use

    @Override
    public KeyGroupRange keyGroups() {
        return settings.keyGroups();
    }

    @Override
    public int maxParallelism() {
        return maxParallelism;
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
        return fixedKey != null
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
        return states.get(stateId).isExpired(stampMillis, nowMillis());
    }

    long nowMillis() {
        return settings.wallMillis().getAsLong();
    }

    String owner() {
        return settings.owner();
    }

    /** Called before a write to a state with a time to live, when no address is held. */
    void onTtlWrite() {
        if (++writesWithTtl % WRITES_PER_SWEEP != 0) {
            return;
        }
        int turn = (int) (writesWithTtl / WRITES_PER_SWEEP);
        int group = Math.floorMod(turn, logs.length);
        int page = turn / logs.length;
        if (logs[group] != null) {
            logs[group].removeExpired(page);
        }
        for (StateDefinition state : states) {
            if (!state.ttl().isOn()) {
                continue;
            }
            if (state.tables != null && state.tables[group] != null) {
                state.tables[group].removeExpired(page);
            } else if (state.paneTables != null && state.paneTables[group] != null) {
                state.paneTables[group].removeExpired(page);
            }
        }
    }

    /** The table of the current key, or null. */
    EntryTable table(StateDefinition state) {
        int at = groupAt;
        if (at < 0) {
            checkKey();
        }
        return state.tables[at];
    }

    /** The table of the current key and a pane, or null. */
    EntryTable table(StateDefinition state, long pane) {
        int at = groupAt;
        if (at < 0) {
            checkKey();
        }
        PaneTables tables = state.paneTables[at];
        return tables == null ? null : tables.find(pane);
    }

    EntryTable tableForWrite(StateDefinition state) {
        beforeTableGrows();
        return tableForWrite(state, keyGroup, 0);
    }

    EntryTable tableForWrite(StateDefinition state, long pane) {
        beforeTableGrows();
        return tableForWrite(state, keyGroup, pane);
    }

    /** An entry of the current key and a pane that was removed will be put again. */
    void onRevived(StateDefinition state, long pane) {
        state.paneTables[groupAt].onRevived(pane);
    }

    private void beforeTableGrows() {
        checkKey();
        if (spill.isPressed()) {
            relieve();
        }
    }

    private EntryTable tableForWrite(StateDefinition state, int group, long pane) {
        int at = group - settings.keyGroups().first();
        if (state.paneTables != null) {
            if (state.paneTables[at] == null) {
                state.paneTables[at] = new PaneTables(this, state, group);
            }
            return state.paneTables[at].forWrite(pane);
        }
        if (state.tables[at] == null) {
            state.tables[at] = new EntryTable(this, state.id(), group, state.shape());
        }
        return state.tables[at];
    }

    /** The log of the current key, or null. */
    EntryLog log() {
        int at = groupAt;
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
        return logForWrite(keyGroup);
    }

    private EntryLog logForWrite(int group) {
        int at = group - settings.keyGroups().first();
        if (logs[at] == null) {
            logs[at] = new EntryLog(this, group);
        }
        return logs[at];
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

    StateException unreadable(String what, IOException e) {
        return new StateException(
                Failure.Category.STATE,
                "The bytes of " + what + " of " + settings.owner() + " cannot be read",
                e);
    }

    StateException unwritable(StateDefinition state, Exception e) {
        return new StateException(
                Failure.Category.USER_CODE,
                "A value cannot be put into state '"
                        + state.shape().name()
                        + "' of "
                        + settings.owner(),
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
        StateDefinition.Shape shape =
                StateDefinition.Shape.of(name, kind, namespace, partType, valueType, ttl);
        StateDefinition state = byName.get(name);
        if (state == null) {
            state = define(shape);
        } else if (!asked.contains(name) && state.shape().mayBecome(shape)) {
            state = migrate(state, shape, valueType);
        } else {
            state.check(
                    shape, settings.owner(), asked.contains(name) ? "" : " in what is restored");
        }
        asked.add(name);
        state.setTtl(ttl);
        return state;
    }

    /** Rewrites all that was restored of a state whose values have another shape now. */
    private StateDefinition migrate(
            StateDefinition former, StateDefinition.Shape shape, TypeInformation<?> valueType) {
        String what = "State '" + shape.name() + "' of " + settings.owner();
        ValueMigration<?> values;
        try {
            values =
                    new ValueMigration<>(former.shape().valueType(), valueType, settings.classes());
        } catch (IllegalArgumentException e) {
            throw new StateException(
                    Failure.Category.CONFIG,
                    what
                            + " was stored as a "
                            + former.shape().text()
                            + ", and the program asks for a "
                            + shape.text()
                            + ", which cannot take it: "
                            + e.getMessage()
                            + ". Fields of records and POJOs may be added and removed; for anything"
                            + " else give the new state another name");
        }
        StateDefinition now = definition(former.id(), shape);
        states.set(former.id(), now);
        byName.put(shape.name(), now);
        epochs.forgetBase();
        Restore restore = new Restore(Map.of(former.id(), now), "memory");
        try {
            for (EntryLog log : logs) {
                if (log != null) {
                    migrate(log, former, values, restore);
                }
            }
        } catch (IOException e) {
            throw new StateException(
                    Failure.Category.STATE,
                    what
                            + " was stored as a "
                            + former.shape().text()
                            + ", and an entry of it cannot be made one of a "
                            + shape.text()
                            + ": "
                            + e.getMessage(),
                    e);
        } catch (InsufficientManagedMemoryException e) {
            throw exhausted(now, e);
        }
        LOG.info("{} was rewritten from a {} to a {}", what, former.shape().text(), shape.text());
        return now;
    }

    private record Moved(int group, byte[] full, int keyLength, long stampMillis, byte[] value) {}

    private void migrate(
            EntryLog log, StateDefinition former, ValueMigration<?> values, Restore restore)
            throws IOException {
        List<Moved> entries = new ArrayList<>();
        log.forEach(
                at -> {
                    if (EntryLog.stateId(at) == former.id()
                            && EntryLog.kind(at) != Epochs.DERIVED) {
                        byte[] full = new byte[EntryLog.fullLength(at)];
                        Memory.copy(EntryLog.full(at, former), full, 0, full.length);
                        byte[] value = new byte[EntryLog.valueLength(at)];
                        Memory.copy(EntryLog.value(at, former), value, 0, value.length);
                        entries.add(
                                new Moved(
                                        EntryLog.keyGroup(at),
                                        full,
                                        EntryLog.keyLength(at),
                                        former.shape().hasStamp() ? EntryLog.stamp(at) : 0,
                                        value));
                    }
                });
        for (Moved entry : entries) {
            int piece =
                    former.shape().kind() == StateDefinition.Kind.LIST
                            ? RecordBytes.getInt(entry.full(), entry.full().length - 4)
                            : -1;
            byte[] value = values.convert(entry.value(), piece == 0 ? LogList.HEAD_BYTES : 0);
            long hash =
                    EntryLog.hash(
                            keyHash(entry.full(), entry.keyLength()),
                            former.id(),
                            entry.full(),
                            entry.keyLength(),
                            entry.full().length);
            if (states.get(former.id()).isTable()) {
                log.remove(former, log.find(hash, former, entry.full(), entry.full().length));
            }
            restore.record(
                    entry.group(),
                    former.id(),
                    entry.full(),
                    entry.keyLength(),
                    entry.stampMillis(),
                    value);
        }
    }

    private StateDefinition define(StateDefinition.Shape shape) {
        if (states.size() > 0x7fff) {
            throw new StateException(
                    Failure.Category.USER_CODE,
                    settings.owner() + " has more than 32768 states: keep them in a map state");
        }
        StateDefinition state = definition(states.size(), shape);
        states.add(state);
        byName.put(shape.name(), state);
        return state;
    }

    private StateDefinition definition(int id, StateDefinition.Shape shape) {
        boolean isTable =
                shape.kind() == StateDefinition.Kind.VALUE
                        && fixedKey != null
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

    @SuppressWarnings("unchecked") // namespaces come as objects
    private LogCell cell(StateDefinition state, Namespace<?> namespace) {
        return new LogCell(
                this,
                state,
                namespace instanceof Namespace.Objects<?> objects
                        ? (TypeSerializer<Object>)
                                Serializers.compileKey(objects.type(), settings.classes())
                        : null);
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
        return new LogList<>(this, state, cell(state, namespace), serializer(elementType));
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
        if (fixedKey == null || codec == null || length > DerivedCells.BLOCK_BYTES / 8) {
            return null;
        }
        DerivedCells<V> made = new DerivedCells<>(this, name, codec, length);
        derived.add(made);
        return made;
    }

    /** Is shown each live entry of a state by pane. */
    @FunctionalInterface
    interface PaneVisitor {
        void visit(long pane, int group, byte[] key, int keyLength);
    }

    /** Neither moves entries nor changes the current key. */
    void forEachEntry(StateDefinition state, PaneVisitor visitor) {
        for (int at = 0; at < logs.length; at++) {
            forEachEntry(state, at, visitor);
        }
    }

    private void forEachEntry(StateDefinition state, int at, PaneVisitor visitor) {
        RecordBytes bytes = new RecordBytes(64);
        int group = firstKeyGroup + at;
        if (state.isTable()) {
            forEachInTables(
                    state,
                    at,
                    (word, pane) -> {
                        bytes.truncate(0);
                        bytes.putLong(word);
                        visitor.visit(pane, group, bytes.bytes(), 8);
                    });
        } else if (logs[at] != null) {
            logs[at].forEach(
                    entry -> {
                        if (EntryLog.stateId(entry) == state.id() && EntryLog.isLive(entry)) {
                            int length = EntryLog.keyLength(entry);
                            bytes.truncate(0);
                            bytes.put(EntryLog.full(entry, state), length + 8);
                            visitor.visit(
                                    RecordBytes.getLong(bytes.bytes(), length),
                                    group,
                                    bytes.bytes(),
                                    length);
                        }
                    });
        }
    }

    private record KeyAndPane(byte[] key, long pane) {}

    @Override
    public void forEachPane(StoredState handle, PaneAction action) throws Exception {
        checkOpen();
        StateDefinition state = ((StateHandle) handle).state();
        for (int at = 0; at < logs.length; at++) {
            List<KeyAndPane> found = new ArrayList<>();
            forEachEntry(
                    state,
                    at,
                    (pane, group, key, length) ->
                            found.add(new KeyAndPane(Arrays.copyOf(key, length), pane)));
            for (KeyAndPane each : found) {
                setCurrentKey(each.key(), 0, each.key().length, firstKeyGroup + at);
                action.accept(each.pane());
            }
        }
    }

    private static void forEachInTables(StateDefinition state, int at, EntryTable.Visitor visitor) {
        if (state.paneTables != null) {
            if (state.paneTables[at] != null) {
                state.paneTables[at].forEach(visitor);
            }
        } else if (state.tables[at] != null) {
            state.tables[at].forEach(visitor);
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
            for (PaneTables tables : state.paneTables) {
                if (tables != null) {
                    tables.dropThrough(lastPane);
                }
            }
        } catch (InsufficientManagedMemoryException e) {
            throw exhausted(state, e);
        }
    }

    @Override
    public void forEachKey(int keyGroup, StoredState handle, KeyAction action) throws Exception {
        checkOpen();
        StateDefinition state = ((StateHandle) handle).state();
        byte[] namespace = ((StateHandle) handle).namespaceBytes();
        for (byte[] bytes : keys(state, namespace, keyGroup)) {
            setCurrentKey(bytes, 0, bytes.length, keyGroup);
            if (!handle.isEmpty()) {
                action.accept(currentKey());
            }
        }
    }

    private List<byte[]> keys(StateDefinition state, byte[] namespace, int group) {
        List<byte[]> keys = new ArrayList<>();
        int at = group - settings.keyGroups().first();
        if (state.isTable()) {
            long pane = namespace.length == 0 ? 0 : RecordBytes.getLong(namespace, 0);
            forEachInTables(
                    state,
                    at,
                    (key, ofPane) -> {
                        if (namespace.length == 0 || ofPane == pane) {
                            byte[] bytes = new byte[8];
                            RecordBytes.setLong(bytes, 0, key);
                            keys.add(bytes);
                        }
                    });
        } else if (logs[at] != null) {
            logs[at].forEach(
                    entry -> {
                        if (EntryLog.stateId(entry) == state.id()
                                && isFirst(entry, state, namespace)) {
                            scratch.truncate(0);
                            scratch.put(EntryLog.full(entry, state), EntryLog.keyLength(entry));
                            keys.add(Arrays.copyOf(scratch.bytes(), scratch.length()));
                        }
                    });
        }
        return keys;
    }

    /** Whether an entry stands for all that its key has in a namespace. */
    private boolean isFirst(long entry, StateDefinition state, byte[] namespace) {
        int part = EntryLog.fullLength(entry) - EntryLog.keyLength(entry) - namespace.length;
        boolean first =
                switch (state.shape().kind()) {
                    case VALUE -> part == 0;
                    case LIST -> part == 4;
                    case MAP -> part == 0 && EntryLog.kind(entry) == Epochs.DERIVED;
                    case ORDERED -> false;
                };
        if (!first) {
            return false;
        }
        long rest = EntryLog.full(entry, state) + EntryLog.keyLength(entry);
        return Memory.equal(rest, namespace, 0, namespace.length)
                && (part == 0 || Memory.getInt(rest + namespace.length) == 0);
    }

    // ---- snapshots

    @Override
    public StateSnapshot snapshot(long checkpointId, SnapshotKind kind) {
        checkOpen();
        StateDefinition[] all = states.toArray(new StateDefinition[0]);
        EntryTable.Extent[][] tables = new EntryTable.Extent[all.length][];
        PaneTables.Captured[][] paneTables = new PaneTables.Captured[all.length][];
        // while tables are captured none of their pages may go to disk
        for (StateDefinition state : all) {
            state.tidyTables();
        }
        for (int i = 0; i < all.length; i++) {
            if (all[i].paneTables != null) {
                paneTables[i] = new PaneTables.Captured[logs.length];
                for (int group = 0; group < logs.length; group++) {
                    PaneTables of = all[i].paneTables[group];
                    paneTables[i][group] = of == null ? null : of.capture();
                }
            } else if (all[i].tables != null) {
                tables[i] = new EntryTable.Extent[logs.length];
                for (int group = 0; group < logs.length; group++) {
                    EntryTable table = all[i].tables[group];
                    tables[i][group] = table == null ? null : table.capture();
                }
            }
        }
        EntryLog.Extent[] extents = new EntryLog.Extent[logs.length];
        for (int group = 0; group < logs.length; group++) {
            extents[group] = logs[group] == null ? null : logs[group].capture();
        }
        return epochs.begin(
                checkpointId,
                kind,
                new OpenSnapshot.Contents(
                        settings.keyGroups(),
                        maxParallelism,
                        TypeShape.text(settings.keyType()),
                        all,
                        tables,
                        paneTables,
                        extents));
    }

    @Override
    public void confirm(long checkpointId) {
        if (!closed && epochs.confirm(checkpointId)) {
            for (EntryLog log : logs) {
                if (log != null) {
                    log.onConfirmed();
                }
            }
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
            throw new IllegalStateException(settings.owner() + " is restored after it was used");
        }
        SnapshotReader reader = new SnapshotReader(snapshot);
        reader.check(settings.owner(), settings.keyType(), maxParallelism);
        Map<Integer, StateDefinition> byFileId = new HashMap<>();
        for (SnapshotReader.State described : reader.states()) {
            StateDefinition state = byName.get(described.shape().name());
            if (state == null) {
                state = define(described.shape());
            } else {
                state.shape().checkRestored(described.shape(), settings.owner(), snapshot.name());
            }
            byFileId.put(described.id(), state);
        }
        Restore restore = new Restore(byFileId, snapshot.name());
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

    /** Puts what a snapshot holds into tables and logs. */
    private final class Restore implements SnapshotReader.Records {
        private final Map<Integer, StateDefinition> byFileId;
        private final String name;
        private byte[] full = new byte[64];

        /** An entry whose key, namespace and part are the first of the bytes. */
        void record(
                int group,
                int fileId,
                byte[] fullBytes,
                int keyLength,
                long stampMillis,
                byte[] value)
                throws IOException {
            int length = fullBytes.length;
            byte[] bytes = Arrays.copyOf(fullBytes, length + value.length);
            System.arraycopy(value, 0, bytes, length, value.length);
            record(group, fileId, bytes, 0, keyLength, length, stampMillis, length, value.length);
        }

        Restore(Map<Integer, StateDefinition> byFileId, String name) {
            this.byFileId = byFileId;
            this.name = name;
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
            StateDefinition state = byFileId.get(fileId);
            if (state == null || !isPossible(state, keyLength, length, value, valueLength)) {
                throw new DamagedSnapshotException(
                        "The state in "
                                + name
                                + " is damaged: a record of key group "
                                + group
                                + " does not fit its state");
            }
            if (full.length < length) {
                full = new byte[2 * length];
            }
            System.arraycopy(bytes, from, full, 0, length);
            if (spill.isPressed()) {
                relieve();
            }
            long hash = keyHash(full, keyLength);
            if (state.isTable()) {
                inTable(state, group, hash, length, stampMillis, bytes, value);
            } else {
                inLog(
                        state,
                        group,
                        hash,
                        keyLength,
                        length,
                        stampMillis,
                        bytes,
                        value,
                        valueLength);
            }
        }

        private boolean isPossible(
                StateDefinition state, int keyLength, int length, int value, int valueLength) {
            int rest = length - keyLength;
            int least =
                    (state.shape().namespaceKind() == StateDefinition.NamespaceKind.PANES ? 8 : 0)
                            + switch (state.shape().kind()) {
                                case VALUE -> 0;
                                case LIST -> 4;
                                case MAP -> 1;
                                case ORDERED -> 8;
                            };
            return (fixedKey == null || keyLength == 8)
                    && rest >= least
                    && (!state.isTable() || (rest == least && (value < 0 || valueLength == 8)));
        }

        private void inTable(
                StateDefinition state,
                int group,
                long keyHash,
                int length,
                long stampMillis,
                byte[] bytes,
                int value) {
            boolean hasPane = length > 8;
            long key = RecordBytes.getLong(full, 0);
            long pane = hasPane ? RecordBytes.getLong(full, 8) : 0;
            EntryTable table = tableForWrite(state, group, pane);
            long hash = EntryTable.hash(keyHash, pane, hasPane);
            long at = table.find(key, pane, hash);
            if (value < 0) {
                if (at != 0 && EntryTable.isLive(at)) {
                    table.remove(at);
                }
                return;
            }
            long number = RecordBytes.getLong(bytes, value);
            if (at == 0) {
                table.insert(key, pane, hash, number, stampMillis);
            } else {
                table.set(at, number);
                if (state.shape().hasStamp()) {
                    table.setStamp(at, stampMillis);
                }
            }
        }

        private void inLog(
                StateDefinition state,
                int group,
                long keyHash,
                int keyLength,
                int length,
                long stampMillis,
                byte[] bytes,
                int value,
                int valueLength) {
            EntryLog log = logForWrite(group);
            if (log.isUntidy()) {
                log.tidy();
            }
            long hash = EntryLog.hash(keyHash, state.id(), full, keyLength, length);
            long at = log.find(hash, state, full, length);
            boolean live = at != 0 && EntryLog.isLive(at);
            if (value < 0) {
                if (live) {
                    log.remove(state, at);
                }
                return;
            }
            if (state.shape().kind() == StateDefinition.Kind.ORDERED) {
                if (!live) {
                    LogOrdered.add(log, state, at, hash, full, keyLength, length);
                }
                return;
            }
            boolean isNewOfMap = !live && state.shape().kind() == StateDefinition.Kind.MAP;
            int prefix = isNewOfMap ? keyLength + state.namespaceLength(full, keyLength) : 0;
            if (isNewOfMap) {
                log.members().reserve(state, full, keyLength, prefix, length);
            }
            at =
                    log.put(
                            state,
                            at,
                            hash,
                            full,
                            keyLength,
                            length,
                            bytes,
                            value,
                            valueLength,
                            0,
                            stampMillis);
            if (isNewOfMap) {
                log.members().add(state, at, full, prefix, length);
            }
        }
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
        keyVersion++;
        keyGroup = -1;
        groupAt = -1;
        epochs.whenAllClosed(this::free);
    }

    private void freeTables(StateDefinition state) {
        if (state.paneTables != null) {
            for (PaneTables tables : state.paneTables) {
                if (tables != null) {
                    tables.free();
                }
            }
        } else {
            for (EntryTable table : state.tables) {
                if (table != null) {
                    table.free(settings.memory());
                }
            }
        }
    }

    private void free() {
        calendars.values().forEach(StoredCalendar::free);
        derived.forEach(DerivedCells::free);
        for (StateDefinition state : states) {
            if (state.isTable()) {
                freeTables(state);
            }
            if (state.order != null) {
                state.order.free();
            }
        }
        for (EntryLog log : logs) {
            if (log != null) {
                log.free(settings.memory());
            }
        }
        spill.close();
    }
}
