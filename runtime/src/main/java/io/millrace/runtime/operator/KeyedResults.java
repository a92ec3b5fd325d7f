package io.millrace.runtime.operator;

/**
 * The result so far of each key.
 *
 * <p>Threads: owned by the subtask.
 */
interface KeyedResults {

    /** The result of a key, or null. The caller may change it, if it puts it then. */
    Object get(Object key);

    /**
     * Sets the result of the key that {@link #get} was called with last.
     *
     * @param result not null; the caller does not change it any more
     */
    void put(Object result);

    /** Brings all that was put to the store. */
    void flush();
}
