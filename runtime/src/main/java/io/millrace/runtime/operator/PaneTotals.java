package io.millrace.runtime.operator;

import io.millrace.runtime.state.StoredLong;
import io.millrace.runtime.state.StoredValue;
import java.util.ArrayList;
import java.util.List;

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
final class PaneTotals {
    private static final long NONE = Long.MIN_VALUE;

    private final PaneGrid grid;
    private final PaneValues values;
    private final StoredValue<Object> panes;
    private final StoredValue<Object> suffixes;

    /** The total of the panes between the boundary and the end. */
    private final StoredValue<Object> newer;

    /** Start of the first pane behind the boundary; there are totals if it is there. */
    private final StoredLong boundary;

    /** Start of the first pane that is in no total yet. */
    private final StoredLong end;

    /**
     * @param panes what each pane of a key holds
     */
    PaneTotals(
            PaneGrid grid,
            PaneValues values,
            StoredValue<Object> panes,
            StoredValue<Object> suffixes,
            StoredValue<Object> newer,
            StoredLong boundary,
            StoredLong end) {
        this.grid = grid;
        this.values = values;
        this.panes = panes;
        this.suffixes = suffixes;
        this.newer = newer;
        this.boundary = boundary;
        this.end = end;
    }

    /**
     * A window is about to fire; of the windows of a key each is later than the one before.
     *
     * @param window its start
     * @return whether the next window shares a pane with it that holds something
     */
    boolean fire(long window, Firing firing) throws Exception {
        long windowEnd = window + grid.sizeMillis();
        long next = window + grid.slideMillis();
        long mid = boundary.get(NONE);
        long from = window < mid ? end.get(NONE) : NONE;
        boolean goesOn;
        Object total;
        if (from != NONE && from <= windowEnd) {
            suffixes.setPane(window);
            Object older = suffixes.get();
            suffixes.clear();
            Object before = newer.get();
            Object grown = grown(before, from, windowEnd);
            goesOn = grown != null || next < mid && hasSuffix(next);
            if (goesOn) {
                end.put(windowEnd);
                newer.put(grown);
            }
            total =
                    older == null || grown == null
                            ? (older == null ? grown : older)
                            : values.merge(older, grown);
        } else {
            total = remake(window, windowEnd);
            goesOn = next < windowEnd && hasSuffix(next);
            if (goesOn) {
                newer.clear();
                boundary.put(windowEnd);
                end.put(windowEnd);
            }
        }
        if (!goesOn) {
            clear();
        }
        firing.fire(total);
        return goesOn;
    }

    private void clear() {
        newer.clear();
        boundary.clear();
        end.clear();
    }

    /** Takes the total of a window that fires. */
    interface Firing {

        /**
         * @param total null if the window holds nothing
         */
        void fire(Object total) throws Exception;
    }

    private boolean hasSuffix(long window) {
        suffixes.setPane(window);
        return !suffixes.isEmpty();
    }

    /** The total of the newer panes, with those that the window has more than the one before. */
    private Object grown(Object total, long from, long windowEnd) throws Exception {
        Object all = total;
        for (long pane = from; pane < windowEnd; pane = grid.next(pane)) {
            panes.setPane(pane);
            Object held = panes.get();
            if (held != null) {
                all = all == null ? held : values.merge(all, held);
            }
        }
        return all;
    }

    /** The boundary moves to the end of the window, whose own suffix nobody asks for. */
    private Object remake(long window, long windowEnd) throws Exception {
        List<Long> within = new ArrayList<>();
        for (long pane = window; pane < windowEnd; pane = grid.next(pane)) {
            within.add(pane);
        }
        Object total = null;
        for (int i = within.size() - 1; i >= 0; i--) {
            long pane = within.get(i);
            panes.setPane(pane);
            Object held = panes.get();
            if (held != null) {
                total = total == null ? held : values.merge(held, total);
            }
            if (grid.lastWindow(pane) == pane) {
                suffixes.setPane(pane);
                suffixes.put(pane == window ? null : total);
            }
        }
        return total;
    }

    /** The total of a window, whatever windows came before; the totals stay as they are. */
    Object alone(long window) throws Exception {
        return grown(null, window, window + grid.sizeMillis());
    }

    /** A record has come into a pane. */
    void changed(long pane) {
        if (pane < end.get(NONE)) {
            clear();
        }
    }
}
