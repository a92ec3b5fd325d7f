package io.millrace.runtime.operator;

/**
 * What all panes of a window hold together, without merging all of them each time the window
 * slides: two stacks.
 *
 * <p>For each key there is a boundary between two panes. Of the older panes, before the boundary,
 * the total from each of them up to the boundary is kept (a suffix); of the newer ones one total. A
 * window is the suffix at its start merged with the newer total. When no older pane is left, the
 * boundary moves to the end of the window and the suffixes are made anew, which costs as many
 * merges as the windows up to the next time: one or two for each slide, whatever size/slide is.
 *
 * <p>A record that comes into a pane that is in a total already makes the totals of its key void;
 * they are then made anew with the next window.
 *
 * <p>All calls mean the store's current key.
 *
 * <p>Threads: owned by the subtask.
 */
interface PaneTotals {

    /**
     * A window is about to fire; of the windows of a key each is later than the one before.
     *
     * @param window its start
     * @return whether the next window shares a pane with it that holds something
     */
    boolean fire(long window, Firing firing) throws Exception;

    /**
     * A record has come into a pane.
     *
     * @param watermarkMillis no window that ends behind it has fired
     */
    void changed(long pane, long timestampMillis, long watermarkMillis);

    /** Takes the total of a window that fires. */
    @FunctionalInterface
    interface Firing {

        /**
         * @param total null if the window holds nothing
         */
        void fire(Object total) throws Exception;
    }
}
