package io.millrace.runtime.operator;

import io.millrace.runtime.state.StoredValue;

/**
 * The panes of the store's current key.
 *
 * @param panes what each of them holds
 */
record PanesOfKey(PaneGrid grid, PaneValues values, StoredValue<Object> panes) {

    /** What a pane holds; null if nothing. */
    Object get(long pane) {
        panes.setPane(pane);
        return panes.get();
    }

    /**
     * Removes the panes of a slide, which no window has any more.
     *
     * @param window that begins with the slide
     */
    void drop(long window) {
        panes.setPane(window);
        panes.clear();
        long second = grid.next(window);
        if (second < window + grid.slideMillis()) {
            panes.setPane(second);
            panes.clear();
        }
    }

    /**
     * A total with all panes from one up to another behind it.
     *
     * @param total null for none
     * @param to the first pane that is not taken
     */
    Object merged(Object total, long from, long to) throws Exception {
        Object all = total;
        for (long pane = from; pane < to; pane = grid.next(pane)) {
            Object held = get(pane);
            if (held != null) {
                all = all == null ? held : values.merge(all, held);
            }
        }
        return all;
    }
}
