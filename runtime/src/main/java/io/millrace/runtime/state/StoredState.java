package io.millrace.runtime.state;

/**
 * A named state of a {@link KeyedStateStore}, seen from the current key and namespace.
 *
 * <p>A state with namespaces has one current, which is a part of the handle and stays until it is
 * set anew: {@link #setPane} for {@link Namespace#panes()}, {@link #setNamespace} for {@link
 * Namespace#of}. A state without namespaces needs neither.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public interface StoredState {

    /** Sets the namespace of a state that has numbers for it. */
    void setPane(long pane);

    /** Sets the namespace of a state that has objects for it. */
    void setNamespace(Object namespace);

    /** Removes what the current key and namespace have. */
    void clear();

    /** Whether the current key and namespace have nothing. */
    boolean isEmpty();
}
