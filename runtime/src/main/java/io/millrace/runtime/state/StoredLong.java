package io.millrace.runtime.state;

/** One number for each key and namespace, never boxed. */
public interface StoredLong extends StoredState {

    /** The number, or {@code otherwise} if there is none. */
    long get(long otherwise);

    void put(long value);

    /**
     * Adds to the number, which is 0 if there is none.
     *
     * @return the sum, which is the new number
     */
    long add(long delta);
}
