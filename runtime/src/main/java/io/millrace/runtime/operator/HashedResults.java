package io.millrace.runtime.operator;

/**
 * A hash table with open addressing: keys and results lie side by side in one array, and a probe
 * that misses looks at the next place.
 *
 * <p>Invariant: at most half of the places are taken.
 */
final class HashedResults implements KeyedResults {
    private static final int FIRST_PLACES = 1024;
    private static final int MOST_PLACES = 1 << 29;

    /** Key and result of each place, in turn. */
    private Object[] entries = new Object[2 * FIRST_PLACES];

    private int mask = FIRST_PLACES - 1;
    private int count;

    /** Where the last {@link #get} ended: the key's place, or the one that it would take. */
    private int last;

    HashedResults() {}

    @Override
    public Object get(Object key) {
        Object[] at = entries;
        int place = spread(key.hashCode()) & mask;
        while (true) {
            Object found = at[2 * place];
            if (found == null || found.equals(key)) {
                last = place;
                return at[2 * place + 1];
            }
            place = place + 1 & mask;
        }
    }

    @Override
    public void put(Object key, Object result) {
        if (entries[2 * last] == null) {
            entries[2 * last] = key;
            count++;
        }
        entries[2 * last + 1] = result;
        if (2 * count > mask) {
            grow();
        }
    }

    private void grow() {
        Object[] old = entries;
        int places = 2 * (mask + 1);
        if (places > MOST_PLACES) {
            throw new IllegalStateException(
                    "One subtask holds the results of "
                            + count
                            + " keys, which is all it can; raise the parallelism");
        }
        entries = new Object[2 * places];
        mask = places - 1;
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != null) {
                int place = spread(old[i].hashCode()) & mask;
                while (entries[2 * place] != null) {
                    place = place + 1 & mask;
                }
                entries[2 * place] = old[i];
                entries[2 * place + 1] = old[i + 1];
            }
        }
    }

    /**
     * The hashes of small numbers are these numbers, and of all keys of a subtask some bits are the
     * same: multiplied by the golden ratio, the upper bits depend on all.
     */
    private static int spread(int hash) {
        int mixed = hash * 0x9e3779b9;
        return mixed ^ mixed >>> 16;
    }

    @Override
    public int next(int place) {
        for (int i = place; i <= mask; i++) {
            if (entries[2 * i] != null) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public Object at(int place) {
        return entries[2 * place + 1];
    }

    @Override
    public void clear() {
        entries = new Object[2 * FIRST_PLACES];
        mask = FIRST_PLACES - 1;
        count = 0;
    }
}
