package io.millrace.runtime.operator;

import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.OrderedState;

/**
 * Makes panes that were restored fit the store that they are in now. Which states there are beside
 * the panes depends on what the store can do and on the lateness allowed; a savepoint may come of
 * another store, or of a program that allowed none.
 *
 * @param drops as in {@link PaneParts}, here also where panes are dropped of all keys at once
 * @param formerTotals in the store, where they are kept beside it now; else null
 */
record FormerPanes(
        KeyedStateStore store,
        KeyedTimers timers,
        PanesOfKey panes,
        boolean wholePanes,
        OrderedState drops,
        long latenessMillis,
        StoredPaneTotals formerTotals) {

    /** To be called when all was restored, before the first record. */
    void adopt() throws Exception {
        if (formerTotals != null) {
            // nobody would see to it that they become void
            formerTotals.removeAll(store);
        }
        if (wholePanes) {
            while (drops.poll(OrderedState.NONE)) {
                // and nobody would take these out
            }
        } else if (latenessMillis > 0) {
            if (drops.size() == 0) {
                store.forEachPane(panes.panes(), this::addDrop);
            }
        } else if (timers.watermarkOfAll() != Long.MIN_VALUE) {
            dropFired();
        }
    }

    /** Late records were waited for, and are not any more: the others go when they fire. */
    private void dropFired() {
        while (drops.poll(OrderedState.NONE)) {
            long window = drops.pane();
            if (panes.grid().maxTimestamp(window) <= timers.currentWatermark()) {
                panes.drop(window);
            }
        }
    }

    private void addDrop(long pane) {
        long window = panes.grid().lastWindow(pane);
        drops.setPane(window);
        drops.add(panes.grid().dropMillis(window, latenessMillis));
    }
}
