package io.millrace.state.rocksdb;

import io.millrace.runtime.state.CalendarState;

/**
 * A calendar: a number by key and pane that says whether the pair is there, and an {@link
 * OrderIndex} beside it.
 */
final class RocksCalendar implements CalendarState {
    private final RocksStateStore store;
    private final RocksLong members;
    private final OrderIndex index;
    private long order;

    RocksCalendar(RocksStateStore store, RocksLong members) {
        this.store = store;
        this.members = members;
        this.index = members.cell().state().order();
    }

    @Override
    public boolean add(long added) {
        members.setPane(added);
        if (!members.isEmpty()) {
            return false;
        }
        index.add(added, store.key().group(), store.key().bytes(), 0, store.key().length());
        members.put(1);
        return true;
    }

    @Override
    public boolean poll(long limit) {
        store.checkOpen();
        byte[] first = index.first();
        if (first == null || OrderIndex.order(first) > limit) {
            return false;
        }
        order = OrderIndex.order(first);
        store.setCurrentKey(first, OrderIndex.KEY_AT, OrderIndex.group(first));
        members.setPane(order);
        members.clear();
        index.remove(first);
        return true;
    }

    @Override
    public long order() {
        return order;
    }
}
