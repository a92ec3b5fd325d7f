package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import java.util.Arrays;

/**
 * The bytes that find an entry of the log: the current key, the current namespace, and a part.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class LogCell {
    private final BinaryStateStore store;
    private final CurrentKey key;
    private final StateDefinition state;
    private final CurrentNamespace namespace;
    private long namespaceHash;

    private byte[] full = new byte[64];
    private int keyLength;

    /** Of key and namespace. */
    private int prefix;

    private int length;
    private long preparedFor = -1;

    // of the last find without a part
    private long seen = -1;
    private long at;
    private long hash;

    LogCell(BinaryStateStore store, StateDefinition state, CurrentNamespace namespace) {
        this.store = store;
        this.key = store.key();
        this.state = state;
        this.namespace = namespace;
    }

    void setPane(long pane) {
        namespace.setPane(pane);
        onNamespace();
    }

    void setNamespace(Object object) {
        namespace.setObject(object);
        onNamespace();
    }

    /** Takes the namespace of an entry. */
    void setNamespace(byte[] bytes, int from, int count) {
        namespace.setBytes(bytes, from, count);
        onNamespace();
    }

    private void onNamespace() {
        namespaceHash = LogEntry.restHash(namespace.bytes(), 0, namespace.length());
        preparedFor = -1;
    }

    CurrentNamespace namespace() {
        return namespace;
    }

    /** Whether there is a current key is asked by whoever then looks for the log. */
    private void prepare() {
        if (preparedFor == key.version()) {
            length = prefix;
            return;
        }
        namespace.check();
        byte[] keyBytes = key.bytes();
        keyLength = key.length();
        prefix = keyLength + namespace.length();
        if (full.length < prefix + 16) {
            full = new byte[2 * prefix + 16];
        }
        System.arraycopy(keyBytes, 0, full, 0, keyLength);
        System.arraycopy(namespace.bytes(), 0, full, keyLength, namespace.length());
        length = prefix;
        preparedFor = key.version();
        seen = -1;
    }

    /** The entry without a part, alive, derived or not, or 0. */
    long find() {
        if (seen == store.version() && preparedFor == key.version()) {
            length = prefix;
            return at;
        }
        state.onLookUp();
        EntryLog log = store.tidyLog();
        prepare();
        hash = LogEntry.hash(key.hash(), state.id(), namespaceHash);
        at = find(log);
        seen = store.version();
        return at;
    }

    /** Notes where the entry without a part lies now. */
    void foundAt(long address) {
        at = address;
        seen = store.version();
    }

    /** Makes the bytes end with a part. */
    void setPart(byte[] part, int from, int count) {
        prepare();
        length = prefix + count;
        if (full.length < length) {
            full = Arrays.copyOf(full, 2 * length);
        }
        System.arraycopy(part, from, full, prefix, count);
        rehash();
    }

    void setPart(int number) {
        prepare();
        length = prefix + 4;
        RecordBytes.setInt(full, prefix, number);
        rehash();
    }

    void setPart(long number) {
        prepare();
        length = prefix + 8;
        RecordBytes.setLong(full, prefix, number);
        rehash();
    }

    /** Makes the bytes those of key and namespace alone. */
    void setNoPart() {
        prepare();
    }

    private void rehash() {
        hash = LogEntry.hash(key.hash(), state.id(), full, keyLength, length);
        seen = -1;
    }

    /** The entry with the part that was set, or 0; entries may move before it is looked for. */
    long findPart() {
        return find(store.tidyLog());
    }

    /** The same, and nothing moves. */
    long findPartUnmoved(EntryLog log) {
        return find(log);
    }

    /** It may come back from disk, for which there must be memory. */
    private long find(EntryLog log) {
        try {
            return log == null ? 0 : log.find(hash, state, full, length);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(state, e);
        }
    }

    byte[] full() {
        return full;
    }

    int keyLength() {
        return keyLength;
    }

    int length() {
        return length;
    }

    int prefix() {
        return prefix;
    }

    long hash() {
        return hash;
    }
}
