package io.millrace.runtime.state;

/**
 * Pairs of a number and a key, taken out in the order of the number; for numbers that many keys
 * share, such as the ends of aligned windows. Adding and taking out cost a look-up each, however
 * many there are: keys stand in a list for each number.
 *
 * <p>As for {@link OrderedState}, whose numbers may all be different, the order among equal numbers
 * is undefined.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public interface CalendarState {

    /**
     * Adds (order, current key).
     *
     * @return false if it was there
     */
    boolean add(long order);

    /**
     * Takes the least pair out if its order is at most {@code limit}, and makes its key the store's
     * current one.
     *
     * @return false if there is none; then the current key is as it was
     */
    boolean poll(long limit);

    /** The order of what {@link #poll} has taken out last. */
    long order();

    /**
     * Says what the caller reads of each key that it takes out. A store may then read that of
     * several keys at once, before the first of them is taken out, so that it waits for memory once
     * and not for each. Without effect on anything else.
     */
    default void readAhead(Reads reads) {}

    /** What is read of a key that is taken out. */
    interface Reads {
        /** A state of one value by pane. */
        StoredState panes();

        long pane(long order);

        /** Null if there is none. */
        DerivedArray<?> array();

        /** An element of the array besides the first. */
        int element(long order);

        /** With which the key is most likely added again. */
        long nextOrder(long order);
    }
}
