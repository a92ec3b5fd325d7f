package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/** An object in the log. */
final class LogValue<V> implements StoredValue<V>, StateHandle {
    private final BinaryStateStore store;
    private final StateDefinition state;
    private final LogCell cell;
    private final TypeSerializer<V> serializer;
    private final boolean hasTtl;
    private final RecordOutput output = new RecordOutput(64);
    private final RecordInput input = new RecordInput();
    private byte[] read = new byte[64];

    LogValue(
            BinaryStateStore store,
            StateDefinition state,
            LogCell cell,
            TypeSerializer<V> serializer) {
        this.store = store;
        this.state = state;
        this.cell = cell;
        this.serializer = serializer;
        this.hasTtl = state.shape().hasStamp();
    }

    @Override
    public StateDefinition state() {
        return state;
    }

    @Override
    public byte[] namespaceBytes() {
        return cell.namespace().toBytes();
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
        long at = cell.find();
        if (at == 0 || !LogEntry.isLive(at)) {
            return null;
        }
        int count = LogEntry.valueLength(at);
        if (read.length < count) {
            read = new byte[2 * count];
        }
        Memory.copy(LogEntry.value(at, state), read, 0, count);
        if (hasTtl && !LogTtl.read(store, state, at)) {
            return null;
        }
        input.reset(read, 0, count);
        try {
            return serializer.deserialize(input);
        } catch (IOException e) {
            throw store.failures().unreadable("a value", state.shape(), e);
        }
    }

    @Override
    public void put(V value) {
        if (value == null) {
            clear();
            return;
        }
        if (hasTtl) {
            store.onTtlWrite();
        }
        output.truncate(0);
        try {
            serializer.serialize(value, output);
        } catch (IOException | ClassCastException e) {
            throw store.failures().unwritable(state.shape(), e);
        }
        store.makeRoom(output.length());
        long at = cell.find();
        int count = output.length();
        // a value that has outgrown its place is likely to do so again
        int spare = at != 0 && LogEntry.isLive(at) ? count / 4 : 0;
        try {
            cell.foundAt(
                    store.logForWrite()
                            .put(
                                    state,
                                    at,
                                    cell.hash(),
                                    cell.full(),
                                    cell.keyLength(),
                                    cell.length(),
                                    output.bytes(),
                                    0,
                                    count,
                                    spare,
                                    hasTtl ? store.nowMillis() : 0));
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    @Override
    public void clear() {
        long at = cell.find();
        if (at != 0 && LogEntry.isLive(at)) {
            store.log().remove(state, at);
        }
    }

    @Override
    public boolean isEmpty() {
        long at = cell.find();
        return at == 0 || !LogEntry.isLive(at) || (hasTtl && LogTtl.isHidden(store, state, at));
    }
}
