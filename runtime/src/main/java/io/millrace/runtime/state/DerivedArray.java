package io.millrace.runtime.state;

/**
 * For each key an array of numbers that is derived from other state: in no snapshot, and gone after
 * a restore. For what would be dear to compute for each use and dear to save.
 *
 * <p>All but {@link #find} and {@link #make} mean the array that these have found or made last.
 *
 * @param <V> of the elements that are values
 *     <p>Threads: owned by the subtask's thread.
 */
public interface DerivedArray<V> {

    /** Whether the current key has one. */
    boolean find();

    /** Makes one for the current key, which has none; all elements are 0. */
    void make();

    /** Removes it. */
    void remove();

    long number(int at);

    void setNumber(int at, long number);

    /** What {@link #setValue} has put there. */
    V value(int at);

    /**
     * @param value not null
     */
    void setValue(int at, V value);
}
