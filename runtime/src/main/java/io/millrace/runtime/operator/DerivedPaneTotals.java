package io.millrace.runtime.operator;

import io.millrace.runtime.state.DerivedArray;

/**
 * Totals of numbers, beside the store: an array for each key with all that a window needs, so that
 * firing one touches two lines of memory besides the pane that is new. They are in no checkpoint;
 * after a restore they are made anew out of the panes.
 *
 * <p>Shape: a ring by the numbers of the panes. Before the boundary it has suffixes, behind it what
 * each pane holds by itself, so that the next suffixes are made where they lie and no pane is
 * looked up a second time: a pane is put where the suffix was that no window needs any more.
 */
final class DerivedPaneTotals implements PaneTotals {
    /** Number of the first pane behind the boundary. */
    private static final int BOUNDARY = 0;

    /** Number of the first pane that is in no total yet. */
    private static final int END = 1;

    /** Total of the panes between the boundary and the end. */
    private static final int NEWER = 2;

    /** A bit for each place of the ring that has something, and one for the newer total. */
    private static final int PRESENT = 3;

    private final PanesOfKey panes;
    private final PaneGrid grid;
    private final PaneValues values;
    private final DerivedArray<Object> totals;
    private final int inWindow;
    private final int inSlide;
    private final int ring;

    /**
     * @param totals of {@link #length} elements
     */
    DerivedPaneTotals(PanesOfKey panes, DerivedArray<Object> totals) {
        this.panes = panes;
        this.grid = panes.grid();
        this.values = panes.values();
        this.totals = totals;
        this.inSlide = grid.panesInSlide();
        this.inWindow = (int) grid.panesInWindow();
        this.ring = (int) words(inWindow);
    }

    /** Elements of an array; more than an int holds for windows that nobody has. */
    static long length(PaneGrid grid) {
        long places = grid.panesInWindow();
        return words(places) + places;
    }

    private static long words(long places) {
        return PRESENT + places / 64 + 1;
    }

    DerivedArray<?> array() {
        return totals;
    }

    /** Which element the suffix of a window is. */
    int element(long window) {
        return ring + place(grid.number(window));
    }

    @Override
    public boolean fire(long window, Firing firing) throws Exception {
        long from = grid.number(window);
        long to = from + inWindow;
        long next = from + inSlide;
        boolean found = totals.find();
        long boundary = found ? totals.number(BOUNDARY) : to;
        long end = found ? totals.number(END) : to;
        boolean goesOn;
        Object total;
        if (from < boundary && boundary < to && end <= to) {
            Object older = held(place(from));
            Object newer = isPresent(inWindow) ? totals.value(NEWER) : null;
            for (long pane = end; pane < to; pane++) {
                Object held = panes.get(grid.start(pane));
                hold(place(pane), held);
                newer = merged(newer, held);
            }
            goesOn = newer != null || next < boundary && isPresent(place(next));
            if (goesOn) {
                totals.setNumber(END, to);
                if (newer != null) {
                    setPresent(inWindow, true);
                    totals.setValue(NEWER, newer);
                }
            }
            total = merged(older, newer);
        } else {
            if (!found) {
                totals.make();
            }
            total = remake(from, to, boundary, end);
            goesOn = next < to && isPresent(place(next));
        }
        if (!goesOn) {
            totals.remove();
        }
        firing.fire(total);
        return goesOn;
    }

    /**
     * The boundary moves to the end of the window.
     *
     * @param boundary the former one; from it up to the end what panes hold is in the ring
     */
    private Object remake(long from, long to, long boundary, long end) throws Exception {
        long known = Math.max(boundary, end - inWindow);
        Object total = null;
        for (long pane = to - 1; pane >= from; pane--) {
            int place = place(pane);
            Object held = known <= pane && pane < end ? held(place) : panes.get(grid.start(pane));
            total = merged(held, total);
            if (pane > from) {
                hold(place, total);
            }
        }
        setPresent(inWindow, false);
        totals.setNumber(BOUNDARY, to);
        totals.setNumber(END, to);
        return total;
    }

    private Object merged(Object older, Object newer) throws Exception {
        return older == null || newer == null
                ? (older == null ? newer : older)
                : values.merge(older, newer);
    }

    private int place(long pane) {
        return (int) Math.floorMod(pane, (long) inWindow);
    }

    private boolean isPresent(int place) {
        return (totals.number(PRESENT + (place >> 6)) & 1L << place) != 0;
    }

    private Object held(int place) {
        return isPresent(place) ? totals.value(ring + place) : null;
    }

    private void setPresent(int place, boolean present) {
        int word = PRESENT + (place >> 6);
        long bit = 1L << place;
        long before = totals.number(word);
        totals.setNumber(word, present ? before | bit : before & ~bit);
    }

    private void hold(int place, Object value) {
        setPresent(place, value != null);
        if (value != null) {
            totals.setValue(ring + place, value);
        }
    }

    @Override
    public void changed(long pane, long timestampMillis, long watermarkMillis) {
        // a pane that is in a total lies before the watermark as a whole
        if (timestampMillis <= watermarkMillis
                && totals.find()
                && grid.number(pane) < totals.number(END)) {
            totals.remove();
        }
    }
}
