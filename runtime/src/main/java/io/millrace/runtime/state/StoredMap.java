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

    /** The number of entries; those that have expired and were not yet cleaned up count. */
    int size();

    /**
     * The entries. {@link Iterator#remove} and {@link Map.Entry#setValue} are allowed, and so are
     * other changes of the map and other keys in between: entries that are put meanwhile may or may
     * not appear, none appears twice, and none that stays is left out.
     */
    Iterator<Map.Entry<K, V>> iterator();
}
