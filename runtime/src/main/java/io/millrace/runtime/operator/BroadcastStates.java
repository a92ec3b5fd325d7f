package io.millrace.runtime.operator;

import io.millrace.api.state.BroadcastState;
import io.millrace.api.state.MapStateDescriptor;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The broadcast states of one operator, as maps on the heap: each subtask has all of them, and they
 * are small.
 *
 * <p>Threads: owned by the subtask.
 */
final class BroadcastStates {
    private final String operator;
    private final Map<String, BroadcastMap> states = new LinkedHashMap<>();

    /**
     * @param descriptors what the stream was broadcast with
     */
    BroadcastStates(String operator, List<MapStateDescriptor<?, ?>> descriptors) {
        this.operator = operator;
        for (MapStateDescriptor<?, ?> descriptor : descriptors) {
            states.put(descriptor.getName(), new BroadcastMap());
        }
    }

    /** For the broadcast side; the other side sees its read-only half. */
    @SuppressWarnings("unchecked") // the function says what it has put in
    <K, V> BroadcastState<K, V> get(MapStateDescriptor<K, V> descriptor) {
        BroadcastMap state = states.get(descriptor.getName());
        if (state == null) {
            throw new IllegalArgumentException(
                    "Operator '"
                            + operator
                            + "' asked for broadcast state '"
                            + descriptor.getName()
                            + "', but its stream was broadcast with "
                            + states.keySet()
                            + ": add the descriptor to broadcast(...).");
        }
        return (BroadcastState<K, V>) (BroadcastState<?, ?>) state;
    }

    private static final class BroadcastMap implements BroadcastState<Object, Object> {
        private final Map<Object, Object> map = new LinkedHashMap<>();

        @Override
        public Object get(Object key) {
            return map.get(key);
        }

        @Override
        public boolean contains(Object key) {
            return map.containsKey(key);
        }

        @Override
        public void put(Object key, Object value) {
            map.put(key, value);
        }

        @Override
        public void putAll(Map<Object, Object> more) {
            map.putAll(more);
        }

        @Override
        public void remove(Object key) {
            map.remove(key);
        }

        @Override
        public Iterator<Map.Entry<Object, Object>> iterator() {
            return map.entrySet().iterator();
        }

        @Override
        public Iterable<Map.Entry<Object, Object>> entries() {
            return map.entrySet();
        }

        @Override
        public Iterable<Map.Entry<Object, Object>> immutableEntries() {
            return Collections.unmodifiableMap(map).entrySet();
        }

        @Override
        public void clear() {
            map.clear();
        }
    }
}
