package io.millrace.runtime.state;

import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * An entry of a map state as an iterator shows it, which puts a new value into the state as well.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public final class WriteThroughEntry<K, V> implements Map.Entry<K, V> {
    private final K key;
    private final BiConsumer<K, V> put;
    private V value;

    /**
     * @param put puts a value into the map, or refuses to
     */
    public WriteThroughEntry(K key, V value, BiConsumer<K, V> put) {
        this.key = key;
        this.value = value;
        this.put = put;
    }

    @Override
    public K getKey() {
        return key;
    }

    @Override
    public V getValue() {
        return value;
    }

    @Override
    public V setValue(V newValue) {
        put.accept(key, newValue);
        V before = value;
        value = newValue;
        return before;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Map.Entry<?, ?> that
                && Objects.equals(key, that.getKey())
                && Objects.equals(value, that.getValue());
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(key) ^ Objects.hashCode(value);
    }

    @Override
    public String toString() {
        return key + "=" + value;
    }
}
