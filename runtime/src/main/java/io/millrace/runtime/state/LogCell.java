package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.Arrays;

/**
 * The bytes that find an entry of the log: the current key, the current namespace, and a part.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class LogCell {
    private final BinaryStateStore store;
    private final StateDefinition state;
    private final StateDefinition.NamespaceKind kind;
    private final TypeSerializer<Object> namespaces;
    private final RecordOutput namespaceOutput = new RecordOutput(32);

    private byte[] full = new byte[64];
    private int keyLength;

    /** Of key and namespace. */
    private int prefix;

    private int length;
    private long preparedFor = -1;

    private byte[] namespace = new byte[8];
    private int namespaceLength;
    private long namespaceHash;
    private boolean namespaceIsSet;

    // of the last find without a part
    private long seen = -1;
    private long at;
    private long hash;

    LogCell(BinaryStateStore store, StateDefinition state, TypeSerializer<Object> namespaces) {
        this.store = store;
        this.state = state;
        this.kind = state.shape().namespaceKind();
        this.namespaces = namespaces;
        this.namespaceIsSet = kind == StateDefinition.NamespaceKind.NONE;
    }

    void setPane(long pane) {
        if (kind != StateDefinition.NamespaceKind.PANES) {
            throw store.failures().noSuchNamespace(state.shape(), "a pane");
        }
        RecordBytes.setLong(namespace, 0, pane);
        namespaceLength = 8;
        onNamespace();
    }

    void setNamespace(Object object) {
        if (kind != StateDefinition.NamespaceKind.OBJECTS) {
            throw store.failures().noSuchNamespace(state.shape(), "an object");
        }
        namespaceOutput.truncate(0);
        try {
            namespaceOutput.writeInt(0);
            namespaces.serialize(object, namespaceOutput);
        } catch (IOException | ClassCastException e) {
            throw store.failures().unwritableNamespace(state.shape(), e);
        }
        namespaceLength = namespaceOutput.length();
        if (namespace.length < namespaceLength) {
            namespace = new byte[2 * namespaceLength];
        }
        System.arraycopy(namespaceOutput.bytes(), 0, namespace, 0, namespaceLength);
        int of = namespaceLength - 4;
        for (int i = 0; i < 4; i++) {
            namespace[i] = (byte) (of >>> (24 - 8 * i));
        }
        onNamespace();
    }

    /** Takes the namespace of an entry. */
    void setNamespace(byte[] bytes, int from, int count) {
        if (namespace.length < count) {
            namespace = new byte[2 * count];
        }
        System.arraycopy(bytes, from, namespace, 0, count);
        namespaceLength = count;
        onNamespace();
    }

    private void onNamespace() {
        namespaceHash = EntryLog.restHash(namespace, 0, namespaceLength);
        namespaceIsSet = true;
        preparedFor = -1;
    }

    byte[] namespaceBytes() {
        if (!namespaceIsSet) {
            throw store.failures().noNamespace(state.shape());
        }
        return Arrays.copyOf(namespace, namespaceLength);
    }

    long pane() {
        return RecordBytes.getLong(namespace, 0);
    }

    Object namespace() {
        RecordInput input = new RecordInput();
        input.reset(namespace, 4, namespaceLength);
        try {
            return namespaces.deserialize(input);
        } catch (IOException e) {
            throw store.failures().unreadable("a namespace", state.shape(), e);
        }
    }

    private void prepare() {
        if (preparedFor == store.keyVersion()) {
            length = prefix;
            return;
        }
        if (!namespaceIsSet) {
            throw store.failures().noNamespace(state.shape());
        }
        byte[] key = store.keyBytes();
        keyLength = store.keyLength();
        prefix = keyLength + namespaceLength;
        if (full.length < prefix + 16) {
            full = new byte[2 * prefix + 16];
        }
        System.arraycopy(key, 0, full, 0, keyLength);
        System.arraycopy(namespace, 0, full, keyLength, namespaceLength);
        length = prefix;
        preparedFor = store.keyVersion();
        seen = -1;
    }

    /** The entry without a part, alive, derived or not, or 0. */
    long find() {
        if (seen == store.version() && preparedFor == store.keyVersion()) {
            length = prefix;
            return at;
        }
        EntryLog log = store.tidyLog();
        prepare();
        hash = EntryLog.hash(store.keyHash(), state.id(), namespaceHash);
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
        for (int i = 0; i < 4; i++) {
            full[prefix + i] = (byte) (number >>> (24 - 8 * i));
        }
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
        hash = EntryLog.hash(store.keyHash(), state.id(), full, keyLength, length);
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
