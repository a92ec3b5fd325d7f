package io.millrace.runtime.operator;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.tuple.Tuple2;
import io.millrace.runtime.state.StoredList;
import io.millrace.runtime.state.StoredState;
import io.millrace.runtime.state.StoredValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What is kept of the records of each key and window.
 *
 * <p>All calls mean the store's current key and the window bound last.
 *
 * <p>Threads: owned by the subtask.
 */
sealed interface WindowBuffer {

    StoredState stored();

    /**
     * @param window encoded
     */
    default void bind(Object window) {
        stored().setNamespace(window);
    }

    void add(Object value, long timestampMillis) throws Exception;

    /** What the window's function is called with: an iterable of its elements; null if none. */
    Iterable<Object> contents() throws Exception;

    boolean isEmpty();

    default void clear() {
        stored().clear();
    }

    /**
     * Moves what others have into one.
     *
     * @param from windows, encoded
     */
    void merge(Object into, Iterable<?> from) throws Exception;

    /** All elements. */
    record Elements(StoredList<Object> stored) implements WindowBuffer {
        @Override
        public void add(Object value, long timestampMillis) {
            stored.add(value);
        }

        @Override
        public Iterable<Object> contents() {
            Iterator<Object> elements = stored.iterator();
            if (!elements.hasNext()) {
                return null;
            }
            List<Object> all = new ArrayList<>();
            elements.forEachRemaining(all::add);
            return all;
        }

        @Override
        public boolean isEmpty() {
            return !stored.iterator().hasNext();
        }

        @Override
        public void merge(Object into, Iterable<?> from) {
            mergeLists(stored, into, from);
        }
    }

    /** All elements with their timestamps, for an evictor. */
    record TimestampedElements(StoredList<Tuple2<Object, Long>> stored) implements WindowBuffer {
        @Override
        public void add(Object value, long timestampMillis) {
            stored.add(Tuple2.of(value, timestampMillis));
        }

        /** Not what the function is called with: the operator evicts first. */
        @Override
        public Iterable<Object> contents() {
            throw new IllegalStateException("elements are evicted before they are read");
        }

        List<Tuple2<Object, Long>> elements() {
            List<Tuple2<Object, Long>> all = new ArrayList<>();
            stored.iterator().forEachRemaining(all::add);
            return all;
        }

        @Override
        public boolean isEmpty() {
            return !stored.iterator().hasNext();
        }

        @Override
        public void merge(Object into, Iterable<?> from) {
            mergeLists(stored, into, from);
        }
    }

    private static <E> void mergeLists(StoredList<E> stored, Object into, Iterable<?> from) {
        List<E> moved = new ArrayList<>();
        for (Object window : from) {
            stored.setNamespace(window);
            stored.iterator().forEachRemaining(moved::add);
            stored.clear();
        }
        stored.setNamespace(into);
        stored.addAll(moved);
    }

    /** The combination of the elements. */
    record Reduced(StoredValue<Object> stored, ReduceFunction<Object> function)
            implements WindowBuffer {
        @Override
        public void add(Object value, long timestampMillis) throws Exception {
            Object before = stored.get();
            stored.put(before == null ? value : function.reduce(before, value));
        }

        @Override
        public Iterable<Object> contents() {
            Object result = stored.get();
            return result == null ? null : List.of(result);
        }

        @Override
        public boolean isEmpty() {
            return stored.get() == null;
        }

        @Override
        public void merge(Object into, Iterable<?> from) throws Exception {
            stored.setNamespace(into);
            Object result = stored.get();
            for (Object window : from) {
                stored.setNamespace(window);
                Object other = stored.get();
                stored.clear();
                if (other != null) {
                    result = result == null ? other : function.reduce(result, other);
                }
            }
            stored.setNamespace(into);
            stored.put(result);
        }
    }

    /** An accumulator. */
    record Aggregated(
            StoredValue<Object> stored, AggregateFunction<Object, Object, Object> function)
            implements WindowBuffer {
        @Override
        public void add(Object value, long timestampMillis) {
            Object before = stored.get();
            stored.put(function.add(value, before == null ? function.createAccumulator() : before));
        }

        @Override
        public Iterable<Object> contents() {
            Object accumulator = stored.get();
            if (accumulator == null) {
                return null;
            }
            List<Object> result = new ArrayList<>(1); // the result may be null
            result.add(function.getResult(accumulator));
            return result;
        }

        @Override
        public boolean isEmpty() {
            return stored.get() == null;
        }

        @Override
        public void merge(Object into, Iterable<?> from) {
            stored.setNamespace(into);
            Object result = stored.get();
            for (Object window : from) {
                stored.setNamespace(window);
                Object other = stored.get();
                stored.clear();
                if (other != null) {
                    result = result == null ? other : function.merge(result, other);
                }
            }
            stored.setNamespace(into);
            stored.put(result);
        }
    }
}
