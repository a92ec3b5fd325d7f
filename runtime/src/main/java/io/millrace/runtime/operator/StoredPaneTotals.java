package io.millrace.runtime.operator;

import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.StoredLong;
import io.millrace.runtime.state.StoredValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Totals in the store, for keys and contents of any type.
 *
 * <p>States: {@code window-suffixes} (key, pane), {@code window-newer}, {@code window-boundary} and
 * {@code window-end} (key).
 */
final class StoredPaneTotals implements PaneTotals {
    private static final long NONE = Long.MIN_VALUE;

    private final PanesOfKey panes;
    private final PaneGrid grid;
    private final PaneValues values;
    private final StoredValue<Object> suffixes;

    /** The total of the panes between the boundary and the end. */
    private final StoredValue<Object> newer;

    /** Start of the first pane behind the boundary; there are totals if it is there. */
    private final StoredLong boundary;

    /** Start of the first pane that is in no total yet. */
    private final StoredLong end;

    StoredPaneTotals(
            PanesOfKey panes,
            StoredValue<Object> suffixes,
            StoredValue<Object> newer,
            StoredLong boundary,
            StoredLong end) {
        this.panes = panes;
        this.grid = panes.grid();
        this.values = panes.values();
        this.suffixes = suffixes;
        this.newer = newer;
        this.boundary = boundary;
        this.end = end;
    }

    @Override
    public boolean fire(long window, Firing firing) throws Exception {
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
            Object grown = panes.merged(before, from, windowEnd);
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

    private boolean hasSuffix(long window) {
        suffixes.setPane(window);
        return !suffixes.isEmpty();
    }

    /** Removes those of all keys. */
    void removeAll(KeyedStateStore store) throws Exception {
        store.forEachKey(boundary, key -> clear());
        store.forEachPane(
                suffixes,
                pane -> {
                    suffixes.setPane(pane);
                    suffixes.clear();
                });
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
            Object held = panes.get(pane);
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

    @Override
    public void changed(long pane, long timestampMillis, long watermarkMillis) {
        if (pane < end.get(NONE)) {
            clear();
        }
    }
}
