package io.millrace.api.state;

import java.util.Map;

/** A map that every subtask has the same contents of, as the records of the other side see it. */
public interface ReadOnlyBroadcastState<K, V> extends State {

    /** Null if there is none. */
    V get(K key) throws Exception;

    boolean contains(K key) throws Exception;

    Iterable<Map.Entry<K, V>> immutableEntries() throws Exception;
}
