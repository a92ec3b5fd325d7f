package io.millrace.runtime.state;

import java.util.Iterator;
import java.util.Map;

/**
 * A map for each key and namespace; each of its entries is found, put and removed by itself.
 *
 * <p>Map keys are equal if their canonical bytes are. Values may be null. The order of iteration is
 * undefined.
 */
public interface StoredMap<K, V> extends StoredState {

    /** The value, or null if there is none or it is null. */
    V get(K key);

    boolean contains(K key);

    void put(K key, V value);

    /** Nothing happens if there is no such entry. */
    void remove(K key);

    /** The number of entries; counted by going through them. */
    int size();

    /**
     * The entries, as long as the key is the current one. {@link Iterator#remove} and {@link
     * Map.Entry#setValue} are allowed, and so are other changes of the map and of other states:
     * entries that are put meanwhile may or may not appear, none appears twice, and none that stays
     * is left out.
     *
     * <p>Errors: going on after another key became the current one is an {@link
     * IllegalStateException}.
     */
    Iterator<Map.Entry<K, V>> iterator();
}
