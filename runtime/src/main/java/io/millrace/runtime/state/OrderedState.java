package io.millrace.runtime.state;

/**
 * A set of (order, key, namespace), taken out in the order of the number: timers by their time,
 * panes by their end.
 *
 * <p>Not bound to the current key: {@link #next} finds the least of all keys of the subtask. Among
 * equal numbers the order is undefined.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public interface OrderedState {

    /** What {@link #least} is where there is nothing. */
    long NONE = Long.MAX_VALUE;

    /** Sets the namespace of a state that has numbers for it. */
    void setPane(long pane);

    /** Sets the namespace of a state that has objects for it. */
    void setNamespace(Object namespace);

    /**
     * Adds (order, current key, current namespace).
     *
     * @return false if it was there
     */
    boolean add(long order);

    /**
     * Removes (order, current key, current namespace).
     *
     * @return false if it was not there
     */
    boolean delete(long order);

    /** Whether (order, current key, current namespace) is there. */
    boolean contains(long order);

    /** The least order; {@link #NONE} if there is none, or none but this one. */
    long least();

    /**
     * Takes the least entry out if its order is at most {@code limit}, and makes its key the
     * store's current one and its namespace the current one of this handle.
     *
     * @return false if there is none
     */
    boolean poll(long limit);

    /** The order of what {@link #poll} has taken out last. */
    long order();

    /** The namespace of what {@link #poll} has taken out last, where it is a number. */
    long pane();

    /** The namespace of what {@link #poll} has taken out last, where it is an object. */
    Object namespace();

    /** The number of entries of all keys. */
    long size();
}
