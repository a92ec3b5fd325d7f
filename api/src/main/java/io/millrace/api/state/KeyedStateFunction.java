package io.millrace.api.state;

/** Looks at, or changes, a state of one key after the other. */
@FunctionalInterface
public interface KeyedStateFunction<K, S extends State> {
    void process(K key, S state) throws Exception;
}
