package io.millrace.state.rocksdb;

import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StoredLong;

/** A number. */
final class RocksLong implements StoredLong, Handle {
    private final RocksStateStore store;
    private final Cell cell;

    RocksLong(RocksStateStore store, Cell cell) {
        this.store = store;
        this.cell = cell;
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
    public long get(long otherwise) {
        if (!cell.find()) {
            return otherwise;
        }
        return cell.onRead() ? RecordBytes.getLong(cell.entry(), cell.valueAt()) : otherwise;
    }

    @Override
    public void put(long value) {
        int at = cell.begin(Long.BYTES, store.stampOfWrite(cell.state()));
        RecordBytes.setLong(cell.entry(), at, value);
        cell.put();
    }

    @Override
    public long add(long delta) {
        long sum = get(0) + delta;
        put(sum);
        return sum;
    }

    @Override
    public void clear() {
        if (cell.find()) {
            cell.remove();
        }
    }

    @Override
    public boolean isEmpty() {
        return !cell.find() || cell.isHidden();
    }
}
