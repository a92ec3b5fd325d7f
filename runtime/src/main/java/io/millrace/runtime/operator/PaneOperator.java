package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.KeySelector;
import io.millrace.api.window.TimeWindow;
import io.millrace.runtime.exchange.Partial;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.CalendarState;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.OrderedState;
import io.millrace.runtime.state.StoredValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Tumbling and sliding windows by event time, whose contents are aggregates that can be merged: a
 * record goes into one pane, whatever size/slide is.
 *
 * <p>Of each key one window waits to fire: the first that has a pane with something in it. When it
 * has fired it waits for the next one, as long as they share such a pane. A record that comes after
 * some of its windows have fired, within the lateness allowed, makes those fire again.
 *
 * <p>States: {@code window-panes} (key, pane: accumulator), {@code window-ends} (key, last
 * timestamp of a window that waits), those of {@link StoredPaneTotals}, {@code window-drops} (key,
 * window; where panes are not dropped of all keys at once).
 *
 * <p>It is the functions' collector itself: what a window emits has the window's greatest
 * timestamp.
 */
final class PaneOperator implements Operator, Collector<Object>, PaneTotals.Firing {
    /** Nothing is told apart from the very end of time. */
    private static final long LAST = Long.MAX_VALUE - 1;

    private final String name;
    private final KeySelector<Object, Object> selector;
    private final PaneParts parts;
    private final KeyedStateStore store;
    private final KeyedTimers timers;
    private final PaneGrid grid;
    private final PaneValues values;
    private final StoredValue<Object> panes;
    private final CalendarState ends;
    private final PaneTotals totals;
    private final KeyedStateStore.PaneDrop wholePanes;
    private final OrderedState drops;
    private final long latenessMillis;
    private final Output output;

    /** Of the record at hand; null if it must be asked of the store. */
    private Object key;

    private long emittedMillis;

    /** Start of the window whose end has come. */
    private long firing;

    /** The last pane that was dropped. */
    private long lastDropped = Long.MIN_VALUE;

    PaneOperator(
            String name, KeySelector<Object, Object> selector, PaneParts parts, Output output) {
        this.name = name;
        this.selector = selector;
        this.parts = parts;
        this.store = parts.store();
        this.timers = parts.timers();
        this.grid = parts.panes().grid();
        this.values = parts.panes().values();
        this.panes = parts.panes().panes();
        this.ends = parts.ends();
        this.totals = parts.totals();
        this.wholePanes = parts.wholePanes();
        this.drops = parts.drops();
        this.latenessMillis = parts.allowedLatenessMillis();
        this.output = output;
    }

    @Override
    public void open() throws Exception {
        parts.former().adopt();
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            if (timestampMillis == RecordBatch.NO_TIMESTAMP) {
                throw new IllegalArgumentException(
                        "The record has no timestamp, and its windows are by timestamps. Call"
                                + " assignTimestampsAndWatermarks(...) with an assigner before the"
                                + " window, or use windows by processing time.");
            }
            Partial partial = value instanceof Partial combined ? combined : null;
            key = partial == null ? selector.getKey(value) : partial.key();
            store.setCurrentKey(key);
            long lastWindow = grid.lastWindow(timestampMillis);
            long watermark = timers.currentWatermark();
            boolean inWindow = timestampMillis - lastWindow < grid.sizeMillis();
            if (inWindow && dropMillis(lastWindow) > watermark) {
                Object combined = partial == null ? null : partial.contents();
                add(value, combined, timestampMillis, lastWindow, watermark);
            } else if (timestampMillis + latenessMillis <= watermark) {
                tooLate(value, timestampMillis);
            }
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    private void tooLate(Object value, long timestampMillis) {
        if (parts.lateTag() != null) {
            parts.sides().emit(parts.lateTag(), value, timestampMillis);
        } else {
            parts.lateDropped().inc(value instanceof Partial partial ? partial.records() : 1);
        }
    }

    /**
     * @param value a record, unless there is a combination
     * @param combined what stands for several records; null if there is one
     */
    private void add(
            Object value, Object combined, long timestampMillis, long lastWindow, long watermark)
            throws Exception {
        long pane = grid.pane(timestampMillis, lastWindow);
        panes.setPane(pane);
        Object before = panes.get();
        if (combined == null) {
            panes.put(values.add(before, value));
        } else {
            panes.put(before == null ? combined : values.merge(before, combined));
        }
        if (totals != null) {
            totals.changed(pane, timestampMillis, watermark);
        }
        if (before == null || mayHaveFired(watermark)) {
            begin(pane, lastWindow, watermark);
        }
        if (timestampMillis <= watermark
                && watermark >= grid.maxTimestamp(grid.firstWindow(pane))) {
            fireAgain(pane, lastWindow, watermark);
        }
    }

    /**
     * Whether it is unknown if the only window of a pane has fired: no watermark has come, and none
     * was restored with the panes. If it had, it fires again, with the next one.
     */
    private boolean mayHaveFired(long watermark) {
        return watermark == Long.MIN_VALUE && latenessMillis > 0 && totals == null;
    }

    /** The pane's first record: sees to it that its windows fire and that it is dropped. */
    private void begin(long pane, long lastWindow, long watermark) {
        long first = grid.firstWindow(pane);
        if (watermark != Long.MIN_VALUE) {
            first = Math.max(first, grid.firstWindowAfter(watermark));
        }
        if (first <= lastWindow) {
            ends.add(Math.min(grid.maxTimestamp(first), LAST));
        }
        if (drops != null && latenessMillis > 0) {
            drops.setPane(lastWindow);
            drops.add(dropMillis(lastWindow));
        }
    }

    /** The windows of the pane that have fired and still count late records, the last one first. */
    private void fireAgain(long pane, long lastWindow, long watermark) throws Exception {
        long first = grid.firstWindow(pane);
        for (long window = lastWindow; window >= first; window -= grid.slideMillis()) {
            if (grid.maxTimestamp(window) <= watermark && dropMillis(window) > watermark) {
                fire(window, totalOf(window));
            }
        }
    }

    /** Whatever windows came before it; the totals stay as they are. */
    private Object totalOf(long window) throws Exception {
        return totals == null
                ? parts.panes().get(window)
                : parts.panes().merged(null, window, window + grid.sizeMillis());
    }

    private long dropMillis(long window) {
        return grid.dropMillis(window, latenessMillis);
    }

    /** The window whose end has come. */
    @Override
    public void fire(Object total) throws Exception {
        fire(firing, total);
    }

    private void fire(long window, Object total) throws Exception {
        if (total == null) {
            return;
        }
        if (key == null) {
            key = store.currentKey();
        }
        emittedMillis = grid.maxTimestamp(window);
        List<Object> contents = new ArrayList<>(1); // the result may be null
        contents.add(values.result(total));
        parts.call().fire(key, new TimeWindow(window, window + grid.sizeMillis()), contents, this);
    }

    @Override
    public void watermark(long timestampMillis) {
        timers.advance(timestampMillis);
    }

    @Override
    public boolean fire(int most, Interruption interruption) {
        long watermark = timers.watermarkOfAll();
        try {
            for (int fired = 0; ends.poll(Math.min(watermark, LAST)); ) {
                onEnd(ends.order() == LAST ? Long.MAX_VALUE : ends.order());
                if (++fired >= most || interruption.isInterrupted()) {
                    return false;
                }
            }
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "a window that fires", t);
        }
        if (wholePanes != null) {
            dropWholePanes(watermark);
        } else if (drops != null) {
            for (int dropped = 0; drops.poll(Math.min(watermark, OrderedState.NONE - 1)); ) {
                dropOrWait(drops.pane(), watermark);
                if (++dropped >= most || interruption.isInterrupted()) {
                    return false;
                }
            }
        }
        return true;
    }

    private void dropWholePanes(long watermark) {
        long last = grid.lastPaneOver(watermark, latenessMillis);
        if (last > lastDropped) {
            wholePanes.dropThrough(last);
            lastDropped = last;
        }
    }

    private void onEnd(long lastMillis) throws Exception {
        key = null;
        long window = lastMillis + 1 - grid.sizeMillis();
        if (totals == null) {
            fire(window, totalOf(window));
        } else {
            firing = window;
            if (totals.fire(window, this)) {
                ends.add(Math.min(grid.maxTimestamp(window + grid.slideMillis()), LAST));
            }
        }
        if (latenessMillis == 0) {
            parts.call().clear(new TimeWindow(window, window + grid.sizeMillis()));
            if (wholePanes == null) {
                parts.panes().drop(window);
            }
        }
    }

    /**
     * The time has come that was noted for a slide; the program that noted it may have allowed less
     * lateness than this one.
     */
    private void dropOrWait(long window, long watermark) {
        long dropMillis = dropMillis(window);
        if (dropMillis <= watermark) {
            parts.panes().drop(window);
        } else {
            drops.add(dropMillis);
        }
    }

    @Override
    public void collect(Object record) {
        output.process(record, emittedMillis);
    }

    /** The functions' to call, without effect. */
    @Override
    public void close() {}
}
