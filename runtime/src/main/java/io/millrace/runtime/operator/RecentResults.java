package io.millrace.runtime.operator;

import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.StoredValue;
import java.util.function.ToIntFunction;

/**
 * Keeps the results of keys that were used lately as objects in front of the store, for streams in
 * which some keys come again and again.
 *
 * <p>Shape: each key has one place, by its hash; whoever comes later takes the place, and what was
 * there is written to the store if it has changed. At most {@value #PLACES} results of {@value
 * #MAX_BYTES} bytes; larger ones are written at once.
 *
 * <p>Where fewer than a quarter of the keys are found, it costs more than it brings: then it steps
 * aside for a while.
 *
 * <p>Invariant: a key is in one place or in none. So keys must be equal exactly if their canonical
 * bytes in the store are, and nobody may change one.
 *
 * <p>Threads: owned by the subtask.
 */
final class RecentResults implements KeyedResults {
    private static final int PLACES = 1 << 13;
    private static final int MAX_BYTES = 1 << 10;

    /** Look-ups after which it is judged whether they were worth it. */
    private static final int TRIAL = 1 << 16;

    /** Look-ups for which it steps aside. */
    private static final int ASIDE = 1 << 21;

    /** Of 2^32 / the golden ratio: spreads hashes that differ in their low bits only. */
    private static final int SPREAD = 0x9e3779b9;

    private static final int DIRECT = -1;

    private final KeyedStateStore store;
    private final StoredValue<Object> stored;
    private final ToIntFunction<Object> size;
    private final Object[] keys = new Object[PLACES];
    private final Object[] results = new Object[PLACES];
    private final boolean[] changed = new boolean[PLACES];

    /** Place of the key that was looked up last; {@link #DIRECT}: it is the store's current one. */
    private int current = DIRECT;

    private int untilJudged = TRIAL;
    private int found;
    private boolean aside;

    /**
     * @param size about how many bytes a result takes
     */
    RecentResults(KeyedStateStore store, StoredValue<Object> stored, ToIntFunction<Object> size) {
        this.store = store;
        this.stored = stored;
        this.size = size;
    }

    @Override
    public Object get(Object key) {
        if (--untilJudged == 0) {
            judge();
        }
        if (aside || key == null) {
            return direct(key);
        }
        int at = key.hashCode() * SPREAD >>> 19; // 13 bits
        Object there = keys[at];
        if (there != null && there.equals(key)) {
            found++;
            current = at;
            return results[at];
        }
        return fetch(at, key);
    }

    private Object direct(Object key) {
        current = DIRECT;
        store.setCurrentKey(key);
        return stored.get();
    }

    private Object fetch(int at, Object key) {
        leave(at);
        Object result = direct(key);
        keys[at] = key;
        results[at] = result;
        current = at;
        return result;
    }

    private void leave(int at) {
        if (changed[at]) {
            changed[at] = false;
            store.setCurrentKey(keys[at]);
            stored.put(results[at]);
        }
        keys[at] = null;
        results[at] = null;
    }

    @Override
    public void put(Object result) {
        int at = current;
        if (at == DIRECT) {
            stored.put(result);
        } else {
            results[at] = result;
            changed[at] = true;
            if (size.applyAsInt(result) > MAX_BYTES) {
                leave(at);
            }
        }
    }

    private void judge() {
        if (!aside && found < TRIAL / 4) {
            flush();
            aside = true;
            untilJudged = ASIDE;
        } else {
            aside = false;
            untilJudged = TRIAL;
        }
        found = 0;
    }

    @Override
    public void flush() {
        for (int at = 0; at < PLACES; at++) {
            leave(at);
        }
        current = DIRECT;
    }
}
