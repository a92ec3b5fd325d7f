package io.millrace.runtime.operator;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.state.BroadcastState;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.OperatorStateStore;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeMigration;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.serializer.TypeShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a function keeps beside the keys: lists and broadcast maps, as objects on the heap.
 *
 * <p>A snapshot writes all elements at once, in the subtask's thread: such states are small. What a
 * checkpoint held and nobody asks for stays and is written again.
 *
 * <p>Threads: owned by the subtask; in a source function by whoever holds its lock.
 */
final class OperatorStates implements OperatorStateStore {
    private final String operator;
    private final JobClasses classes;
    private final Map<String, Restored> restored = new LinkedHashMap<>();
    private final Map<String, Registered<?>> registered = new LinkedHashMap<>();

    /** A state of the checkpoint that nobody has asked for yet. */
    private record Restored(Kind kind, String type, List<byte[]> elements) {}

    /** A state that was asked for. */
    private interface Registered<S> {
        Kind kind();

        S state();

        ListPart snapshot() throws IOException;
    }

    /** Reads what there is to restore. */
    OperatorStates(String operator, RestoredOperator restored, JobClasses classes)
            throws IOException {
        this.operator = operator;
        this.classes = classes;
        for (Slice slice : restored.lists()) {
            Kind kind = slice.part().kind();
            this.restored
                    .computeIfAbsent(
                            slice.part().name(),
                            name -> new Restored(kind, slice.part().type(), new ArrayList<>()))
                    .elements()
                    .addAll(restored.elements(slice));
        }
    }

    @Override
    public <S> ListState<S> getListState(ListStateDescriptor<S> descriptor) throws IOException {
        return list(Kind.SPLIT_LIST, descriptor);
    }

    @Override
    public <S> ListState<S> getUnionListState(ListStateDescriptor<S> descriptor)
            throws IOException {
        return list(Kind.UNION_LIST, descriptor);
    }

    @SuppressWarnings("unchecked") // the same name with the same kind, whose type was compared
    private <S> ListState<S> list(Kind kind, ListStateDescriptor<S> descriptor) throws IOException {
        String type = TypeShape.text(descriptor.getElementType());
        Registered<?> known = known(descriptor.getName(), kind, type);
        if (known != null) {
            return (ListState<S>) known.state();
        }
        ElementList<S> list =
                new ElementList<>(
                        kind, descriptor.getName(), type, serializer(descriptor.getElementType()));
        Restored found = take(descriptor.getName(), kind, type);
        if (found.type().equals(type)) {
            for (byte[] element : found.elements()) {
                list.elements.add(read(list.serializer, element));
            }
        } else {
            TypeMigration<S> migration = migration(found, type, descriptor);
            for (byte[] element : found.elements()) {
                list.elements.add(migration.read(input(element)));
            }
        }
        registered.put(descriptor.getName(), list);
        return list;
    }

    @Override
    @SuppressWarnings("unchecked") // as above
    public <K, V> BroadcastState<K, V> getBroadcastState(MapStateDescriptor<K, V> descriptor)
            throws IOException {
        String name = descriptor.getName();
        String type = broadcastType(descriptor);
        Registered<?> known = known(name, Kind.BROADCAST, type);
        if (known != null) {
            return (BroadcastState<K, V>) known.state();
        }
        BroadcastMap<K, V> map =
                new BroadcastMap<>(
                        name,
                        type,
                        serializer(descriptor.getKeyType()),
                        serializer(descriptor.getValueType()));
        Restored found = take(name, Kind.BROADCAST, type);
        if (found.type().equals(type)) {
            for (byte[] element : found.elements()) {
                map.restore(element);
            }
        } else {
            TypeMigration<V> migration = migration(found, type, descriptor);
            for (byte[] element : found.elements()) {
                map.restore(element, migration);
            }
        }
        registered.put(name, map);
        return map;
    }

    private static final String TO = " -> ";

    private static String broadcastType(MapStateDescriptor<?, ?> descriptor) {
        return TypeShape.text(descriptor.getKeyType())
                + TO
                + TypeShape.text(descriptor.getValueType());
    }

    private <S> TypeMigration<S> migration(
            Restored found, String type, ListStateDescriptor<S> descriptor) {
        try {
            return TypeMigration.of(found.type(), descriptor.getElementType(), classes);
        } catch (IllegalArgumentException e) {
            throw refused(descriptor.getName(), found, found.kind(), type, e);
        }
    }

    private <V> TypeMigration<V> migration(
            Restored found, String type, MapStateDescriptor<?, V> descriptor) {
        try {
            int to = found.type().indexOf(TO);
            if (to < 0
                    || !found.type()
                            .substring(0, to)
                            .equals(TypeShape.text(descriptor.getKeyType()))) {
                throw new IllegalArgumentException("keys cannot change");
            }
            return TypeMigration.of(
                    found.type().substring(to + TO.length()), descriptor.getValueType(), classes);
        } catch (IllegalArgumentException e) {
            throw refused(descriptor.getName(), found, found.kind(), type, e);
        }
    }

    private Registered<?> known(String name, Kind kind, String type) {
        Registered<?> known = registered.get(name);
        if (known != null && known.kind() != kind) {
            throw new InvalidProgramException(
                    "State '"
                            + name
                            + "' of operator '"
                            + operator
                            + "' was asked for as "
                            + known.kind()
                            + " and is asked for as "
                            + kind
                            + " of "
                            + type
                            + ": give the two different names.");
        }
        return known;
    }

    /** What there is to restore, of whatever type; nothing if there is none. */
    private Restored take(String name, Kind kind, String type) {
        Restored found = restored.remove(name);
        if (found == null) {
            return new Restored(kind, type, List.of());
        }
        if (found.kind() != kind) {
            throw refused(name, found, kind, type, null);
        }
        return found;
    }

    private InvalidProgramException refused(
            String name, Restored found, Kind kind, String type, IllegalArgumentException why) {
        return new InvalidProgramException(
                "State '"
                        + name
                        + "' of operator '"
                        + operator
                        + "' cannot be restored: it was stored as "
                        + found.kind()
                        + " of "
                        + found.type()
                        + ", the program asks for "
                        + kind
                        + " of "
                        + type
                        + (why == null ? "" : ": " + why.getMessage())
                        + ". Fields of records and POJOs may be added and removed; for anything"
                        + " else keep the type, or give the new state another name or the operator"
                        + " another uid.");
    }

    @SuppressWarnings("unchecked") // values of the type are all the serializer ever sees
    private <S> TypeSerializer<S> serializer(TypeInformation<S> type) {
        return (TypeSerializer<S>) Serializers.compile(type, classes);
    }

    private static <S> S read(TypeSerializer<S> serializer, byte[] element) throws IOException {
        return serializer.deserialize(input(element));
    }

    private static RecordInput input(byte[] element) {
        RecordInput in = new RecordInput();
        in.reset(element, 0, element.length);
        return in;
    }

    /** All states as they are now. */
    List<SnapshotPart> snapshot() throws IOException {
        List<SnapshotPart> parts = new ArrayList<>();
        for (Registered<?> state : registered.values()) {
            parts.add(state.snapshot());
        }
        restored.forEach(
                (name, state) ->
                        parts.add(
                                new ListPart(state.kind(), name, state.type(), state.elements())));
        return parts;
    }

    @Override
    public Set<String> getRegisteredStateNames() {
        return names(false);
    }

    @Override
    public Set<String> getRegisteredBroadcastStateNames() {
        return names(true);
    }

    private Set<String> names(boolean broadcast) {
        Set<String> names = new LinkedHashSet<>();
        registered.forEach(
                (name, state) -> {
                    if (broadcast == (state.kind() == Kind.BROADCAST)) {
                        names.add(name);
                    }
                });
        return names;
    }

    private static final class ElementList<S> implements ListState<S>, Registered<ListState<S>> {
        private final Kind kind;
        private final String name;
        private final String type;
        private final TypeSerializer<S> serializer;
        private final List<S> elements = new ArrayList<>();

        ElementList(Kind kind, String name, String type, TypeSerializer<S> serializer) {
            this.kind = kind;
            this.name = name;
            this.type = type;
            this.serializer = serializer;
        }

        @Override
        public Kind kind() {
            return kind;
        }

        @Override
        public ListState<S> state() {
            return this;
        }

        @Override
        public ListPart snapshot() throws IOException {
            List<byte[]> written = new ArrayList<>(elements.size());
            RecordOutput out = new RecordOutput(64);
            for (S element : elements) {
                out.truncate(0);
                serializer.serialize(element, out);
                written.add(Arrays.copyOf(out.bytes(), out.length()));
            }
            return new ListPart(kind, name, type, written);
        }

        @Override
        public Iterable<S> get() {
            return Collections.unmodifiableList(elements);
        }

        @Override
        public void add(S value) {
            elements.add(notNull(value));
        }

        @Override
        public void addAll(List<S> values) {
            values.forEach(this::add);
        }

        @Override
        public void update(List<S> values) {
            List<S> copy = new ArrayList<>(values); // it may be what get() gave
            elements.clear();
            copy.forEach(this::add);
        }

        private S notNull(S value) {
            if (value == null) {
                throw new NullPointerException("List state '" + name + "' takes no null");
            }
            return value;
        }

        @Override
        public void clear() {
            elements.clear();
        }
    }

    private static final class BroadcastMap<K, V>
            implements BroadcastState<K, V>, Registered<BroadcastState<K, V>> {
        private final String name;
        private final String type;
        private final TypeSerializer<K> keys;
        private final TypeSerializer<V> values;
        private final Map<K, V> map = new LinkedHashMap<>();

        BroadcastMap(String name, String type, TypeSerializer<K> keys, TypeSerializer<V> values) {
            this.name = name;
            this.type = type;
            this.keys = keys;
            this.values = values;
        }

        void restore(byte[] entry) throws IOException {
            RecordInput in = new RecordInput();
            in.reset(entry, 0, entry.length);
            K key = keys.deserialize(in);
            map.put(key, values.deserialize(in));
        }

        void restore(byte[] entry, TypeMigration<V> former) throws IOException {
            RecordInput in = input(entry);
            K key = keys.deserialize(in);
            map.put(key, former.read(in));
        }

        @Override
        public Kind kind() {
            return Kind.BROADCAST;
        }

        @Override
        public BroadcastState<K, V> state() {
            return this;
        }

        @Override
        public ListPart snapshot() throws IOException {
            List<byte[]> written = new ArrayList<>(map.size());
            RecordOutput out = new RecordOutput(64);
            for (Map.Entry<K, V> entry : map.entrySet()) {
                out.truncate(0);
                keys.serialize(entry.getKey(), out);
                values.serialize(entry.getValue(), out);
                written.add(Arrays.copyOf(out.bytes(), out.length()));
            }
            return new ListPart(Kind.BROADCAST, name, type, written);
        }

        @Override
        public V get(K key) {
            return map.get(key);
        }

        @Override
        public boolean contains(K key) {
            return map.containsKey(key);
        }

        @Override
        public void put(K key, V value) {
            map.put(key, value);
        }

        @Override
        public void putAll(Map<K, V> more) {
            map.putAll(more);
        }

        @Override
        public void remove(K key) {
            map.remove(key);
        }

        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return map.entrySet().iterator();
        }

        @Override
        public Iterable<Map.Entry<K, V>> entries() {
            return map.entrySet();
        }

        @Override
        public Iterable<Map.Entry<K, V>> immutableEntries() {
            return Collections.unmodifiableMap(map).entrySet();
        }

        @Override
        public void clear() {
            map.clear();
        }
    }
}
