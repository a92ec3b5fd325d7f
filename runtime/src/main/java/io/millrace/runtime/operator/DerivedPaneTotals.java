package io.millrace.runtime.operator;

import io.millrace.runtime.state.DerivedArray;

/**
 * Totals of numbers, beside the store: an array for each key with all that a window needs, so that
 * firing one touches a line or two of memory besides the pane that is new. They are in no
 * checkpoint; after a restore they are made anew out of the panes.
 */
final class DerivedPaneTotals implements PaneTotals {
    /** Start of the first pane behind the boundary. */
    private static final int BOUNDARY = 0;

    /** Start of the first pane that is in no total yet. */
    private static final int END = 1;

    /** Number of the last suffix that holds something; those before it do as well. */
    private static final int LAST_SUFFIX = 2;

    /** Whether there is a total of the panes between the boundary and the end. */
    private static final int HAS_NEWER = 3;

    private static final int NEWER = 4;

    /**
     * The window that fired when the boundary was made has the number 0 and needs none, the next
     * one has 1.
     */
    private static final int SUFFIXES = 4;

    private final PanesOfKey panes;
    private final PaneGrid grid;
    private final PaneValues values;
    private final DerivedArray<Object> totals;

    /**
     * @param totals of {@link #length} elements
     */
    DerivedPaneTotals(PanesOfKey panes, DerivedArray<Object> totals) {
        this.panes = panes;
        this.grid = panes.grid();
        this.values = panes.values();
        this.totals = totals;
    }

    /** Elements of an array; more than an int holds for windows that nobody has. */
    static long length(PaneGrid grid) {
        return SUFFIXES + (grid.sizeMillis() + grid.slideMillis() - 1) / grid.slideMillis();
    }

    private int suffixOf(long window, long boundary) {
        return (int) ((window + grid.sizeMillis() - boundary) / grid.slideMillis());
    }

    @Override
    public boolean fire(long window, Firing firing) throws Exception {
        long windowEnd = window + grid.sizeMillis();
        long next = window + grid.slideMillis();
        boolean found = totals.find();
        long boundary = found ? totals.number(BOUNDARY) : 0;
        long end = found ? totals.number(END) : 0;
        boolean goesOn;
        Object total;
        if (found && window < boundary && boundary < windowEnd && end <= windowEnd) {
            int suffix = suffixOf(window, boundary);
            int last = (int) totals.number(LAST_SUFFIX);
            Object older = suffix <= last ? totals.value(SUFFIXES + suffix) : null;
            Object before = totals.number(HAS_NEWER) == 0 ? null : totals.value(NEWER);
            Object grown = panes.merged(before, end, windowEnd);
            goesOn = grown != null || next < boundary && suffix + 1 <= last;
            if (goesOn) {
                totals.setNumber(END, windowEnd);
                if (grown != null) {
                    totals.setNumber(HAS_NEWER, 1);
                    totals.setValue(NEWER, grown);
                }
            } else {
                totals.remove();
            }
            total =
                    older == null || grown == null
                            ? (older == null ? grown : older)
                            : values.merge(older, grown);
        } else {
            if (!found) {
                totals.make();
            }
            total = remake(window, windowEnd);
            goesOn = next < windowEnd && totals.number(LAST_SUFFIX) > 0;
            if (!goesOn) {
                totals.remove();
            }
        }
        firing.fire(total);
        return goesOn;
    }

    /** The boundary moves to the end of the window. */
    private Object remake(long window, long windowEnd) throws Exception {
        totals.setNumber(BOUNDARY, windowEnd);
        totals.setNumber(END, windowEnd);
        totals.setNumber(HAS_NEWER, 0);
        totals.setNumber(LAST_SUFFIX, 0);
        Object total = null;
        long slides = (grid.sizeMillis() - 1) / grid.slideMillis();
        for (long suffix = slides; suffix >= 0; suffix--) {
            long start = window + suffix * grid.slideMillis();
            long second = grid.next(start);
            if (second < start + grid.slideMillis() && second < windowEnd) {
                total = merged(second, total);
            }
            total = merged(start, total);
            if (total != null && suffix > 0) {
                totals.setValue(SUFFIXES + (int) suffix, total);
                if (totals.number(LAST_SUFFIX) == 0) {
                    totals.setNumber(LAST_SUFFIX, suffix);
                }
            }
        }
        return total;
    }

    private Object merged(long pane, Object total) throws Exception {
        Object held = panes.get(pane);
        return held == null || total == null
                ? (held == null ? total : held)
                : values.merge(held, total);
    }

    @Override
    public void changed(long pane, long timestampMillis, long watermarkMillis) {
        // a pane that is in a total lies before the watermark as a whole
        if (timestampMillis <= watermarkMillis && totals.find() && pane < totals.number(END)) {
            totals.remove();
        }
    }
}
