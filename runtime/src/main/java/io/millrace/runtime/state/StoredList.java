package io.millrace.runtime.state;

import java.util.Iterator;

/**
 * A list for each key and namespace. Adding costs the same however long it is.
 *
 * <p>Elements are not null. With a time to live the elements expire together, in pieces of up to
 * two KiB, each by its last change.
 */
public interface StoredList<E> extends StoredState {

    void add(E element);

    void addAll(Iterable<? extends E> elements);

    /** Replaces all elements. */
    void update(Iterable<? extends E> elements);

    /** The elements in the order of adding; the state may not be changed meanwhile. */
    Iterator<E> iterator();
}
