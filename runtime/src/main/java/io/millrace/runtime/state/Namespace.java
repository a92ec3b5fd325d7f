package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;

/**
 * What a state has beside the key: nothing, a number (the pane of a window), or an object (a
 * window).
 *
 * @param <N> the type of the objects; Void where there are none
 */
public sealed interface Namespace<N> {

    /** One value for each key. */
    static Namespace<Void> none() {
        return None.INSTANCE;
    }

    /** One value for each key and number; {@link StoredState#setPane}. */
    static Namespace<Long> panes() {
        return Panes.INSTANCE;
    }

    /** One value for each key and object; {@link StoredState#setNamespace}. */
    static <N> Namespace<N> of(TypeInformation<N> type) {
        return new Objects<>(type);
    }

    /** {@link #none()}. */
    enum None implements Namespace<Void> {
        INSTANCE
    }

    /** {@link #panes()}. */
    enum Panes implements Namespace<Long> {
        INSTANCE
    }

    /** {@link #of}. */
    record Objects<N>(TypeInformation<N> type) implements Namespace<N> {}
}
