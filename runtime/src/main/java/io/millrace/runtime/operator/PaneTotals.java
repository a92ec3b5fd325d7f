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
    private final StoredValue<Object> newest;

    /** Start of the first pane behind the boundary. */
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
            StoredValue<Object> newest,
            StoredLong boundary,
            StoredLong end) {
        this.grid = grid;
        this.values = values;
        this.panes = panes;
        this.suffixes = suffixes;
        this.newest = newest;
        this.boundary = boundary;
        this.end = end;
    }

    /**
     * The total of a window.
     *
     * @param window its start; of the windows of a key each is later than the one before, or the
     *     totals are void
     * @return null if it holds nothing
     */
    Object of(long window) throws Exception {
        long windowEnd = window + grid.sizeMillis();
        long mid = boundary.get(NONE);
        if (mid == NONE || window >= mid || windowEnd < end.get(NONE)) {
            return remake(window, windowEnd);
        }
        suffixes.setPane(window);
        Object older = suffixes.get();
        Object newer = newest.get();
        long from = end.get(NONE);
        boolean grown = false;
        for (long pane = from; pane < windowEnd; pane = grid.next(pane)) {
            panes.setPane(pane);
            Object held = panes.get();
            if (held != null) {
                newer = newer == null ? held : values.merge(newer, held);
                grown = true;
            }
        }
        if (grown) {
            newest.put(newer);
        }
        end.put(windowEnd);
        if (older == null || newer == null) {
            return older == null ? newer : older;
        }
        return values.merge(older, newer);
    }

    /** The boundary moves to the end of the window. */
    private Object remake(long window, long windowEnd) throws Exception {
        List<Long> within = new ArrayList<>();
        for (long pane = window; pane < windowEnd; pane = grid.next(pane)) {
            within.add(pane);
        }
        Object total = null;
        for (int i = within.size() - 1; i >= 0; i--) {
            panes.setPane(within.get(i));
            Object held = panes.get();
            if (held != null) {
                total = total == null ? held : values.merge(held, total);
            }
            if (grid.lastWindow(within.get(i)) == within.get(i)) {
                suffixes.setPane(within.get(i));
                suffixes.put(total);
            }
        }
        newest.clear();
        boundary.put(windowEnd);
        end.put(windowEnd);
        return total;
    }

    /** The total of a window, whatever windows came before; the totals stay as they are. */
    Object alone(long window) throws Exception {
        Object total = null;
        long windowEnd = window + grid.sizeMillis();
        for (long pane = window; pane < windowEnd; pane = grid.next(pane)) {
            panes.setPane(pane);
            Object held = panes.get();
            if (held != null) {
                total = total == null ? held : values.merge(total, held);
            }
        }
        return total;
    }

    /**
     * Whether a window whose total was made last shares a pane that holds something with the next.
     */
    boolean goesOn(long window) {
        long next = window + grid.slideMillis();
        suffixes.setPane(next);
        return !newest.isEmpty() || next < boundary.get(NONE) && !suffixes.isEmpty();
    }

    /** A record has come into the pane. */
    void changed(long pane) {
        if (pane < end.get(NONE)) {
            clear();
        }
    }

    /** The window has fired. */
    void drop(long window) {
        suffixes.setPane(window);
        suffixes.clear();
    }

    /** The key has no panes that any window waits for. */
    void clear() {
        boundary.clear();
        end.clear();
        newest.clear();
    }
}
