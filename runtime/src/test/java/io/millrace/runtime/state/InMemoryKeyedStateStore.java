package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * A store of objects on the heap, for tests of operators: what a store does, in the plainest way.
 *
 * <p>Takes no snapshots and knows no time to live.
 */
public final class InMemoryKeyedStateStore implements KeyedStateStore {
    private final Map<String, Object> states = new HashMap<>();
    private Object key;
    private boolean closed;

    @Override
    public void setCurrentKey(Object next) {
        key = Objects.requireNonNull(next, "key");
    }

    @Override
    public void setCurrentKey(long next) {
        key = next;
    }

    @Override
    public Object currentKey() {
        return key;
    }

    @Override
    public int currentKeyGroup() {
        return 0;
    }

    @Override
    public KeyGroupRange keyGroups() {
        return new KeyGroupRange(0, 0);
    }

    @Override
    public int maxParallelism() {
        return 1;
    }

    /** Values of all states by their names, as text, without those that are empty. */
    public List<String> contents() {
        List<String> all = new ArrayList<>();
        states.forEach(
                (name, state) -> {
                    if (state instanceof Shared shared && !shared.values.isEmpty()) {
                        all.add(name + "=" + shared.values);
                    } else if (state instanceof TreeSet<?> set && !set.isEmpty()) {
                        all.add(name + "=" + set);
                    }
                });
        return all;
    }

    public boolean isClosed() {
        return closed;
    }

    private static final class Shared {
        private final Map<List<Object>, Object> values = new LinkedHashMap<>();
    }

    private Shared shared(String name) {
        return (Shared) states.computeIfAbsent(name, n -> new Shared());
    }

    /** What the handles of all kinds have in common. */
    private class Handle implements StoredState {
        final Shared shared;
        private Object namespace;

        Handle(Shared shared) {
            this.shared = shared;
        }

        List<Object> at() {
            return Arrays.asList(Objects.requireNonNull(key, "no key was set"), namespace);
        }

        @Override
        public void setPane(long pane) {
            namespace = pane;
        }

        @Override
        public void setNamespace(Object next) {
            namespace = next;
        }

        @Override
        public void clear() {
            shared.values.remove(at());
        }

        @Override
        public boolean isEmpty() {
            return !shared.values.containsKey(at());
        }
    }

    private final class Value<V> extends Handle implements StoredValue<V> {
        Value(Shared shared) {
            super(shared);
        }

        @Override
        @SuppressWarnings("unchecked")
        public V get() {
            return (V) shared.values.get(at());
        }

        @Override
        public void put(V value) {
            if (value == null) {
                clear();
            } else {
                shared.values.put(at(), value);
            }
        }
    }

    private final class LongValue extends Handle implements StoredLong {
        LongValue(Shared shared) {
            super(shared);
        }

        @Override
        public long get(long otherwise) {
            return (Long) shared.values.getOrDefault(at(), otherwise);
        }

        @Override
        public void put(long value) {
            shared.values.put(at(), value);
        }

        @Override
        public long add(long delta) {
            long sum = get(0) + delta;
            put(sum);
            return sum;
        }
    }

    private final class Elements<E> extends Handle implements StoredList<E> {
        Elements(Shared shared) {
            super(shared);
        }

        @SuppressWarnings("unchecked")
        private List<E> list() {
            return (List<E>) shared.values.get(at());
        }

        @Override
        @SuppressWarnings("unchecked")
        public void add(E element) {
            ((List<E>) shared.values.computeIfAbsent(at(), k -> new ArrayList<E>()))
                    .add(Objects.requireNonNull(element));
        }

        @Override
        public void addAll(Iterable<? extends E> elements) {
            elements.forEach(this::add);
        }

        @Override
        public void update(Iterable<? extends E> elements) {
            List<E> copy = new ArrayList<>();
            elements.forEach(copy::add);
            clear();
            addAll(copy);
        }

        @Override
        public Iterator<E> iterator() {
            List<E> list = list();
            return list == null ? List.<E>of().iterator() : list.iterator();
        }
    }

    private final class Entries<K, V> extends Handle implements StoredMap<K, V> {
        Entries(Shared shared) {
            super(shared);
        }

        @SuppressWarnings("unchecked")
        private Map<K, V> map() {
            return (Map<K, V>) shared.values.getOrDefault(at(), Map.of());
        }

        @Override
        public V get(K mapKey) {
            return map().get(mapKey);
        }

        @Override
        public boolean contains(K mapKey) {
            return map().containsKey(mapKey);
        }

        @Override
        @SuppressWarnings("unchecked")
        public void put(K mapKey, V value) {
            ((Map<K, V>) shared.values.computeIfAbsent(at(), k -> new LinkedHashMap<K, V>()))
                    .put(mapKey, value);
        }

        @Override
        public void remove(K mapKey) {
            if (contains(mapKey)) {
                map().remove(mapKey);
                if (map().isEmpty()) {
                    clear();
                }
            }
        }

        @Override
        public int size() {
            return map().size();
        }

        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return new ArrayList<>(map().entrySet()).iterator();
        }
    }

    @Override
    public <V> StoredValue<V> value(
            String name, Namespace<?> namespace, TypeInformation<V> type, StateTtl ttl) {
        return new Value<>(shared(name));
    }

    @Override
    public StoredLong longValue(String name, Namespace<?> namespace, StateTtl ttl) {
        return new LongValue(shared(name));
    }

    @Override
    public <E> StoredList<E> list(
            String name, Namespace<?> namespace, TypeInformation<E> elementType, StateTtl ttl) {
        return new Elements<>(shared(name));
    }

    @Override
    public <K, V> StoredMap<K, V> map(
            String name,
            Namespace<?> namespace,
            TypeInformation<K> keyType,
            TypeInformation<V> valueType,
            StateTtl ttl) {
        return new Entries<>(shared(name));
    }

    private record Entry(long order, Object key, Object namespace) {
        /** Any order among equal numbers, but always the same. */
        static final Comparator<Entry> ORDER =
                Comparator.comparingLong(Entry::order)
                        .thenComparing(entry -> entry.key() + "/" + entry.namespace());
    }

    private final class Ordered implements OrderedState {
        private final TreeSet<Entry> entries;
        private Object namespace;
        private Entry taken;

        Ordered(TreeSet<Entry> entries) {
            this.entries = entries;
        }

        @Override
        public void setPane(long pane) {
            namespace = pane;
        }

        @Override
        public void setNamespace(Object next) {
            namespace = next;
        }

        @Override
        public boolean add(long order) {
            return entries.add(new Entry(order, key, namespace));
        }

        @Override
        public boolean delete(long order) {
            return entries.remove(new Entry(order, key, namespace));
        }

        @Override
        public boolean contains(long order) {
            return entries.contains(new Entry(order, key, namespace));
        }

        @Override
        public long least() {
            return entries.isEmpty() ? NONE : entries.first().order();
        }

        @Override
        public boolean poll(long limit) {
            if (least() > limit || least() == NONE) {
                return false;
            }
            taken = entries.pollFirst();
            key = taken.key();
            namespace = taken.namespace();
            return true;
        }

        @Override
        public long order() {
            return taken.order();
        }

        @Override
        public long pane() {
            return (Long) taken.namespace();
        }

        @Override
        public Object namespace() {
            return taken.namespace();
        }

        @Override
        public long size() {
            return entries.size();
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public OrderedState ordered(String name, Namespace<?> namespace) {
        return new Ordered(
                (TreeSet<Entry>) states.computeIfAbsent(name, n -> new TreeSet<>(Entry.ORDER)));
    }

    @Override
    public CalendarState calendar(String name) {
        OrderedState ordered = ordered(name, Namespace.none());
        return new CalendarState() {
            @Override
            public boolean add(long order) {
                return ordered.add(order);
            }

            @Override
            public boolean poll(long limit) {
                return ordered.poll(limit);
            }

            @Override
            public long order() {
                return ordered.order();
            }
        };
    }

    /** None: what is derived is kept in states. */
    @Override
    public <V> DerivedArray<V> derived(String name, TypeInformation<V> type, int length) {
        return null;
    }

    @Override
    public void forEachKey(int keyGroup, StoredState state, KeyAction action) throws Exception {
        for (List<Object> at : List.copyOf(((Handle) state).shared.values.keySet())) {
            key = at.get(0);
            action.accept(key);
        }
    }

    @Override
    public void forEachPane(StoredState state, PaneAction action) throws Exception {
        for (List<Object> at : List.copyOf(((Handle) state).shared.values.keySet())) {
            key = at.get(0);
            action.accept((Long) at.get(1));
        }
    }

    @Override
    public StateSnapshot snapshot(long checkpointId, SnapshotKind kind) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void confirm(long checkpointId) {}

    @Override
    public void abort(long checkpointId) {}

    @Override
    public void restore(SnapshotInput snapshot) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void restored(long checkpointId) {}

    @Override
    public long memoryBytes() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
    }
}
