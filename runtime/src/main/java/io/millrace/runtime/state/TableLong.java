package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;

/** A number in a table. */
final class TableLong implements StoredLong, StateHandle {
    private final BinaryStateStore store;
    private final CurrentKey key;
    private final StateDefinition state;
    private final boolean hasPane;
    private final boolean hasTtl;

    private long pane;
    private boolean paneIsSet;

    // where the current key's slot is, as long as the store's version is this one
    private long seen = -1;
    private EntryTable table;
    private long hash;
    private long at;

    TableLong(BinaryStateStore store, StateDefinition state) {
        this.store = store;
        this.key = store.key();
        this.state = state;
        this.hasPane = state.shape().namespaceKind() == StateDefinition.NamespaceKind.PANES;
        this.hasTtl = state.shape().hasStamp();
    }

    @Override
    public StateDefinition state() {
        return state;
    }

    @Override
    public byte[] namespaceBytes() {
        byte[] bytes = new byte[hasPane ? 8 : 0];
        if (hasPane) {
            RecordBytes.setLong(bytes, 0, pane);
        }
        return bytes;
    }

    @Override
    public void setPane(long pane) {
        if (!hasPane) {
            throw store.failures().noSuchNamespace(state.shape(), "a pane");
        }
        if (pane != this.pane || !paneIsSet) {
            this.pane = pane;
            paneIsSet = true;
            seen = -1;
        }
    }

    @Override
    public void setNamespace(Object namespace) {
        throw store.failures().noSuchNamespace(state.shape(), "an object");
    }

    /** The slot of the current key and pane, alive or not, or 0. */
    private long locate() {
        if (seen == store.version()) {
            return at;
        }
        if (hasPane && !paneIsSet) {
            throw store.failures().noNamespace(state.shape());
        }
        state.onLookUp();
        table = hasPane ? store.table(state, pane) : store.table(state);
        hash = EntryTable.hash(key.hash(), pane, hasPane);
        try {
            at = table == null ? 0 : table.find(key.word(), pane, hash);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
        seen = store.version();
        return at;
    }

    private long locateLive() {
        long found = locate();
        return found != 0 && EntryTable.isLive(found) ? found : 0;
    }

    @Override
    public long get(long otherwise) {
        long found = locateLive();
        if (found == 0) {
            return otherwise;
        }
        if (hasTtl) {
            return getWithTtl(found, otherwise);
        }
        return table.value(found);
    }

    private long getWithTtl(long found, long otherwise) {
        long now = store.nowMillis();
        long value = table.value(found);
        StateTtl ttl = state.ttl();
        if (ttl.isExpired(table.stamp(found), now)) {
            table.remove(found);
            return ttl.visibility() == StateTtl.Visibility.NEVER_RETURN_EXPIRED ? otherwise : value;
        }
        if (ttl.update() == StateTtl.Update.ON_READ_AND_WRITE) {
            table.setStamp(found, now);
        }
        return value;
    }

    @Override
    public void put(long value) {
        if (hasTtl) {
            store.onTtlWrite();
        }
        long found = locate();
        if (found == 0) {
            insert(value);
            return;
        }
        revive(found);
        table.set(found, value);
        if (hasTtl) {
            table.setStamp(found, store.nowMillis());
        }
    }

    private void insert(long value) {
        try {
            EntryTable to = hasPane ? store.tableForWrite(state, pane) : store.tableForWrite(state);
            at = to.insert(key.word(), pane, hash, value, hasTtl ? store.nowMillis() : 0);
            table = to;
            seen = store.version();
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    @Override
    public long add(long delta) {
        if (hasTtl) {
            long sum = get(0) + delta;
            put(sum);
            return sum;
        }
        long found = locate();
        if (found == 0) {
            insert(delta);
            return delta;
        }
        long sum = EntryTable.isLive(found) ? table.value(found) + delta : delta;
        revive(found);
        table.set(found, sum);
        return sum;
    }

    /** Tells the tables by pane of an entry that was removed and is about to be there again. */
    private void revive(long found) {
        if (hasPane && !EntryTable.isLive(found)) {
            store.onRevived(state, pane);
        }
    }

    @Override
    public void clear() {
        long found = locateLive();
        if (found != 0) {
            table.remove(found);
        }
    }

    @Override
    public boolean isEmpty() {
        long found = locateLive();
        return found == 0
                || (hasTtl && state.ttl().isHidden(table.stamp(found), store.nowMillis()));
    }
}
