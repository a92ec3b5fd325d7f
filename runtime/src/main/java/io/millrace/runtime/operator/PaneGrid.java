package io.millrace.runtime.operator;

/**
 * Windows of one size that begin every so often, cut into panes: at each start and at each end of a
 * window, so that a window is a number of whole panes and there are at most two panes for each
 * slide.
 *
 * <p>Unit: milliseconds. A pane is known by its start.
 *
 * <pre>
 *   windows   |--------------|           size 15, slide 10
 *                       |--------------|
 *   panes     |----|----|----|----|----|
 * </pre>
 *
 * @param sizeMillis of a window
 * @param slideMillis between the starts of two windows
 * @param offsetMillis of the starts
 */
record PaneGrid(long sizeMillis, long slideMillis, long offsetMillis) {

    /** Length of the first of the two panes of a slide; 0 if there is only one. */
    private long firstPaneMillis() {
        return sizeMillis % slideMillis;
    }

    /** Start of the last window that may have the timestamp. */
    long lastWindow(long timestampMillis) {
        return timestampMillis - Math.floorMod(timestampMillis - offsetMillis, slideMillis);
    }

    /** The pane that a timestamp is in. */
    long pane(long timestampMillis) {
        return pane(timestampMillis, lastWindow(timestampMillis));
    }

    /**
     * The same, of a timestamp whose last window is known.
     *
     * @param start of that window
     */
    long pane(long timestampMillis, long start) {
        long first = firstPaneMillis();
        return timestampMillis - start < first ? start : start + first;
    }

    /** Start of the first window that has the pane. */
    long firstWindow(long pane) {
        return lastWindow(pane - sizeMillis) + slideMillis;
    }

    /** Start of the first window that ends behind a watermark. */
    long firstWindowAfter(long watermarkMillis) {
        return lastWindow(watermarkMillis + 1 - sizeMillis) + slideMillis;
    }

    /**
     * The last millisecond before which all panes are in no window any more that waits for records.
     *
     * @param latenessMillis for which windows wait behind their end
     * @return {@link Long#MIN_VALUE} if there is none
     */
    long lastPaneOver(long watermarkMillis, long latenessMillis) {
        if (watermarkMillis == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        long begun = watermarkMillis - sizeMillis - latenessMillis;
        return begun > watermarkMillis || begun < Long.MIN_VALUE + slideMillis
                ? Long.MIN_VALUE
                : lastWindow(begun + 1) + slideMillis - 1;
    }

    /** The pane behind this one. */
    long next(long pane) {
        long first = firstPaneMillis();
        if (first == 0) {
            return pane + slideMillis;
        }
        return lastWindow(pane) == pane ? pane + first : pane + slideMillis - first;
    }

    /** Panes between the starts of two windows. */
    int panesInSlide() {
        return firstPaneMillis() == 0 ? 1 : 2;
    }

    long panesInWindow() {
        long slides = sizeMillis / slideMillis;
        return firstPaneMillis() == 0 ? slides : 2 * slides + 1;
    }

    /** The panes by number: each has one more than the one before. */
    long number(long pane) {
        long slide = Math.floorDiv(pane - offsetMillis, slideMillis);
        if (firstPaneMillis() == 0) {
            return slide;
        }
        return 2 * slide + (pane == slide * slideMillis + offsetMillis ? 0 : 1);
    }

    /** Start of the pane that has a number. */
    long start(long number) {
        if (firstPaneMillis() == 0) {
            return number * slideMillis + offsetMillis;
        }
        long start = (number >> 1) * slideMillis + offsetMillis;
        return (number & 1) == 0 ? start : start + firstPaneMillis();
    }

    /** When a window's last pane need not be kept any more. */
    long dropMillis(long window, long latenessMillis) {
        long last = maxTimestamp(window);
        long drop = last + latenessMillis;
        return drop < last ? Long.MAX_VALUE : drop;
    }

    /** The last timestamp of the window that begins there. */
    long maxTimestamp(long window) {
        return window + sizeMillis - 1;
    }
}
