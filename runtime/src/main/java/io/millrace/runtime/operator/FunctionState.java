package io.millrace.runtime.operator;

import static java.util.Objects.requireNonNull;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.state.AggregatingState;
import io.millrace.api.state.ListState;
import io.millrace.api.state.MapState;
import io.millrace.api.state.ReducingState;
import io.millrace.api.state.State;
import io.millrace.api.state.StateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.runtime.state.StoredList;
import io.millrace.runtime.state.StoredMap;
import io.millrace.runtime.state.StoredValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A state as a function sees it.
 *
 * <p>Threads: owned by the subtask.
 */
sealed interface FunctionState extends State {

    StateDescriptor.Type kind();

    /** One that several windows' can become one of. */
    interface Mergeable {
        WindowBuffer buffer();
    }

    /** One value. */
    record Value<T>(StoredValue<T> stored, T defaultValue) implements FunctionState, ValueState<T> {
        @Override
        public T value() {
            T value = stored.get();
            return value == null ? defaultValue : value;
        }

        @Override
        public void update(T value) {
            stored.put(value);
        }

        @Override
        public void clear() {
            stored.clear();
        }

        @Override
        public StateDescriptor.Type kind() {
            return StateDescriptor.Type.VALUE;
        }
    }

    /** A list. */
    record Elements<T>(StoredList<T> stored) implements FunctionState, ListState<T>, Mergeable {
        @Override
        @SuppressWarnings("unchecked") // moves elements from list to list
        public WindowBuffer buffer() {
            return new WindowBuffer.Elements((StoredList<Object>) stored);
        }

        /** A list of its own, so that the state may be changed while it is walked through. */
        @Override
        public Iterable<T> get() {
            List<T> elements = new ArrayList<>();
            stored.iterator().forEachRemaining(elements::add);
            return elements;
        }

        @Override
        public void add(T value) {
            stored.add(requireNonNull(value, "a list state takes no null"));
        }

        @Override
        public void update(List<T> values) {
            stored.update(values);
        }

        @Override
        public void addAll(List<T> values) {
            stored.addAll(values);
        }

        @Override
        public void clear() {
            stored.clear();
        }

        @Override
        public StateDescriptor.Type kind() {
            return StateDescriptor.Type.LIST;
        }
    }

    /** A map. */
    record Entries<K, V>(StoredMap<K, V> stored) implements FunctionState, MapState<K, V> {
        @Override
        public V get(K key) {
            return stored.get(key);
        }

        @Override
        public void put(K key, V value) {
            stored.put(key, value);
        }

        @Override
        public void putAll(Map<K, V> map) {
            map.forEach(stored::put);
        }

        @Override
        public void remove(K key) {
            stored.remove(key);
        }

        @Override
        public boolean contains(K key) {
            return stored.contains(key);
        }

        @Override
        public Iterable<Map.Entry<K, V>> entries() {
            return stored::iterator;
        }

        @Override
        public Iterable<K> keys() {
            return () -> new Part<>(stored.iterator(), Map.Entry::getKey);
        }

        @Override
        public Iterable<V> values() {
            return () -> new Part<>(stored.iterator(), Map.Entry::getValue);
        }

        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return stored.iterator();
        }

        @Override
        public boolean isEmpty() {
            return stored.isEmpty();
        }

        @Override
        public void clear() {
            stored.clear();
        }

        @Override
        public StateDescriptor.Type kind() {
            return StateDescriptor.Type.MAP;
        }
    }

    /** One part of each entry. */
    record Part<E, P>(Iterator<E> entries, java.util.function.Function<E, P> part)
            implements Iterator<P> {
        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public P next() {
            return part.apply(entries.next());
        }

        @Override
        public void remove() {
            entries.remove();
        }
    }

    /** The combination of what was added. */
    record Reducing<T>(StoredValue<T> stored, ReduceFunction<T> function)
            implements FunctionState, ReducingState<T>, Mergeable {
        @Override
        @SuppressWarnings("unchecked") // combines what it holds itself
        public WindowBuffer buffer() {
            return new WindowBuffer.Reduced(
                    (StoredValue<Object>) stored, (ReduceFunction<Object>) function);
        }

        @Override
        public T get() {
            return stored.get();
        }

        @Override
        public void add(T value) throws Exception {
            requireNonNull(value, "a reducing state takes no null");
            T before = stored.get();
            stored.put(before == null ? value : function.reduce(before, value));
        }

        @Override
        public void clear() {
            stored.clear();
        }

        @Override
        public StateDescriptor.Type kind() {
            return StateDescriptor.Type.REDUCING;
        }
    }

    /** The aggregate of what was added. */
    record Aggregating<I, A, O>(StoredValue<A> stored, AggregateFunction<I, A, O> function)
            implements FunctionState, AggregatingState<I, O>, Mergeable {
        @Override
        @SuppressWarnings("unchecked") // merges what it holds itself
        public WindowBuffer buffer() {
            return new WindowBuffer.Aggregated(
                    (StoredValue<Object>) stored,
                    (AggregateFunction<Object, Object, Object>) function);
        }

        @Override
        public O get() {
            A accumulator = stored.get();
            return accumulator == null ? null : function.getResult(accumulator);
        }

        @Override
        public void add(I value) {
            A before = stored.get();
            stored.put(function.add(value, before == null ? function.createAccumulator() : before));
        }

        @Override
        public void clear() {
            stored.clear();
        }

        @Override
        public StateDescriptor.Type kind() {
            return StateDescriptor.Type.AGGREGATING;
        }
    }
}
