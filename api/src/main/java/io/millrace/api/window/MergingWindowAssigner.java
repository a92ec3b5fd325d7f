package io.millrace.api.window;

import java.util.Collection;

/** An assigner whose windows of a key may become one window when another record comes. */
public abstract class MergingWindowAssigner<T, W extends Window> extends WindowAssigner<T, W> {
    private static final long serialVersionUID = 1L;

    /** Tells which of the windows are to become one; each window in at most one merge. */
    public abstract void mergeWindows(Collection<W> windows, MergeCallback<W> callback);

    /** Takes what is to be merged. */
    public interface MergeCallback<W> {

        /**
         * @param toBeMerged at least two
         * @param mergeResult the window that takes their place
         */
        void merge(Collection<W> toBeMerged, W mergeResult);
    }
}
