package io.millrace.runtime.operator;

/**
 * The result so far of each key.
 *
 * <p>Threads: owned by the subtask.
 */
interface KeyedResults {

    /** The result of a key, or null. */
    Object get(Object key);

    /**
     * Sets the result of the key that {@link #get} was called with last.
     *
     * @param result not null
     */
    void put(Object key, Object result);

    /** The next place from this one on, both from 0, that holds a result; -1 if there is none. */
    int next(int place);

    /** The result in a place that {@link #next} told, as long as nothing was put. */
    Object at(int place);

    void clear();
}
