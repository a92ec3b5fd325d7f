package io.millrace.state.rocksdb;

import io.millrace.runtime.state.OrderedState;

/**
 * An ordered state: entries without values, and an {@link OrderIndex} beside them.
 *
 * <p>Format: the part of an entry is the order with its sign flipped.
 */
final class RocksOrdered implements OrderedState {
    private final RocksStateStore store;
    private final Cell cell;
    private final OrderIndex index;
    private long order = NONE;

    RocksOrdered(RocksStateStore store, Cell cell) {
        this.store = store;
        this.cell = cell;
        this.index = cell.state().order();
    }

    @Override
    public void setPane(long pane) {
        cell.setPane(pane);
    }

    @Override
    public void setNamespace(Object namespace) {
        cell.setNamespace(namespace);
    }

    @Override
    public boolean contains(long wanted) {
        cell.setPart(wanted ^ Long.MIN_VALUE);
        return cell.find();
    }

    @Override
    public boolean add(long added) {
        if (contains(added)) {
            return false;
        }
        index.add(
                added,
                store.key().group(),
                cell.key(),
                EntryKey.HEAD_BYTES,
                cell.length() - EntryKey.HEAD_BYTES - Long.BYTES);
        cell.begin(0, 0);
        cell.put();
        return true;
    }

    @Override
    public boolean delete(long deleted) {
        if (!contains(deleted)) {
            return false;
        }
        index.remove(
                deleted,
                store.key().group(),
                cell.key(),
                EntryKey.HEAD_BYTES,
                cell.length() - EntryKey.HEAD_BYTES - Long.BYTES);
        cell.remove();
        return true;
    }

    @Override
    public long least() {
        store.checkOpen();
        return index.least();
    }

    @Override
    public boolean poll(long limit) {
        store.checkOpen();
        byte[] first = index.first();
        if (first == null || OrderIndex.order(first) > limit) {
            return false;
        }
        int keyEnd = store.setCurrentKey(first, OrderIndex.KEY_AT, OrderIndex.group(first));
        cell.setNamespace(first, keyEnd, first.length - keyEnd);
        order = OrderIndex.order(first);
        cell.setPart(order ^ Long.MIN_VALUE);
        cell.remove();
        index.remove(first);
        return true;
    }

    @Override
    public long order() {
        return order;
    }

    @Override
    public long pane() {
        return cell.namespace().pane();
    }

    @Override
    public Object namespace() {
        return cell.namespace().object();
    }

    @Override
    public long size() {
        store.checkOpen();
        return index.size();
    }
}
