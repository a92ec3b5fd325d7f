package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;

/**
 * A calendar: a value by key and number that says whether the pair is there, and beside it the
 * {@link Calendar} that gives the order.
 *
 * <p>The order is made anew when it is first asked for after a restore.
 */
final class StoredCalendar implements CalendarState {
    private final BinaryStateStore store;
    private final StateDefinition state;

    /** Whether (order, key) is there; the order is its pane. */
    private final StoredLong members;

    private final Calendar calendar;
    private boolean arranged;
    private long order;

    /** Whether something was taken out since the last time there was nothing. */
    private boolean polled;

    StoredCalendar(
            BinaryStateStore store, StateDefinition state, StoredLong members, Calendar calendar) {
        this.store = store;
        this.state = state;
        this.members = members;
        this.calendar = calendar;
    }

    @Override
    public boolean add(long order) {
        arrange();
        members.setPane(order);
        if (!members.isEmpty()) {
            return false;
        }
        try {
            CurrentKey key = store.checkedKey();
            calendar.add(order, key.group(), key.bytes(), key.length());
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
        members.put(1);
        return true;
    }

    @Override
    public boolean poll(long limit) {
        arrange();
        long least = calendar.least();
        if (least > limit || least == Long.MAX_VALUE) {
            if (polled && state.isTable()) {
                store.dropThrough(state, order);
                polled = false;
            }
            return false;
        }
        polled = true;
        try {
            calendar.take();
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
        store.setCurrentKey(calendar.key(), 0, calendar.keyLength(), calendar.keyGroup());
        members.setPane(least);
        members.clear();
        order = least;
        return true;
    }

    @Override
    public long order() {
        return order;
    }

    private void arrange() {
        if (arranged) {
            return;
        }
        arranged = true;
        calendar.clear();
        try {
            store.parts().forEachEntry(state, calendar::add);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    /** Entries have come without it. */
    void onRestore() {
        arranged = false;
    }

    /** Moves a part of the order to disk; false if there was none that could go. */
    boolean spill() {
        return calendar.spill();
    }

    void free() {
        calendar.clear();
    }
}
