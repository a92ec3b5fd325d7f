package io.millrace.state.rocksdb;

import io.millrace.runtime.state.StoredValue;

/** An object. */
final class RocksValue<V> implements StoredValue<V>, Handle {
    private final RocksStateStore store;
    private final Cell cell;
    private final ValueBytes<V> values;

    RocksValue(RocksStateStore store, Cell cell, ValueBytes<V> values) {
        this.store = store;
        this.cell = cell;
        this.values = values;
    }

    @Override
    public Cell cell() {
        return cell;
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
    public V get() {
        if (!cell.find()) {
            return null;
        }
        return cell.onRead() ? values.read(cell.entry(), cell.valueAt(), cell.entryEnd()) : null;
    }

    @Override
    public void put(V value) {
        if (value == null) {
            clear();
            return;
        }
        long now = store.stampOfWrite(cell.state());
        values.write(value);
        cell.put(values.bytes(), 0, values.length(), now);
    }

    @Override
    public void clear() {
        // a removal that finds nothing would be written and noted for nothing
        if (cell.find()) {
            cell.remove();
        }
    }

    @Override
    public boolean isEmpty() {
        return !cell.find() || cell.isHidden();
    }
}
