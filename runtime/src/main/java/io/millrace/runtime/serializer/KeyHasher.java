package io.millrace.runtime.serializer;

import java.util.function.ToIntFunction;

/**
 * Hashes keys so that equal keys have equal hashes in every process.
 *
 * <p>Made by {@link KeyHashers#forType}. The hash of null is 0.
 *
 * <p>Threads: may be used by one thread at a time.
 */
public final class KeyHasher<K> implements ToIntFunction<K> {
    private final ToIntFunction<Object> function;

    KeyHasher(ToIntFunction<Object> function) {
        this.function = function;
    }

    /**
     * The key's hash, 0 for null.
     *
     * @throws io.millrace.api.InvalidProgramException if the key's class has no hash by value
     */
    public int hash(K key) {
        return key == null ? 0 : function.applyAsInt(key);
    }

    /** The same for keys that are not null, as what it is made of: one call less for each key. */
    public ToIntFunction<Object> function() {
        return function;
    }

    @Override
    public int applyAsInt(K key) {
        return hash(key);
    }
}
