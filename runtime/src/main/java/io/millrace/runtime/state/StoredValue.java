package io.millrace.runtime.state;

/**
 * One value for each key and namespace. {@link #get} and {@link #put} together cost one look-up.
 */
public interface StoredValue<V> extends StoredState {

    /** The value, or null if there is none. */
    V get();

    /** Puts a value; null removes it. */
    void put(V value);
}
