package io.millrace.runtime.operator;

import io.millrace.runtime.state.CalendarState;
import io.millrace.runtime.state.DerivedArray;
import io.millrace.runtime.state.StoredState;

/**
 * What is read of a key when one of its windows fires: the last pane, and its totals.
 *
 * @param totals null if there are none, or they are not beside the store
 */
record PaneReads(PanesOfKey ofKey, DerivedPaneTotals totals) implements CalendarState.Reads {
    private long window(long lastMillis) {
        return lastMillis + 1 - ofKey.grid().sizeMillis();
    }

    @Override
    public StoredState panes() {
        return ofKey.panes();
    }

    @Override
    public long pane(long lastMillis) {
        PaneGrid grid = ofKey.grid();
        return grid.start(grid.number(window(lastMillis)) + grid.panesInWindow() - 1);
    }

    @Override
    public DerivedArray<?> array() {
        return totals == null ? null : totals.array();
    }

    @Override
    public int element(long lastMillis) {
        return totals == null ? 0 : totals.element(window(lastMillis));
    }

    @Override
    public long nextOrder(long lastMillis) {
        return lastMillis + ofKey.grid().slideMillis();
    }
}
