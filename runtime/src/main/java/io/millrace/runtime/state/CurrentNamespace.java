package io.millrace.runtime.state;

import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.StateDefinition.NamespaceKind;
import io.millrace.runtime.state.StateDefinition.Shape;
import java.io.IOException;
import java.util.Arrays;

/**
 * The namespace that a handle reads and writes in, as bytes.
 *
 * <p>Format: as in snapshots. Nothing; or a pane (8); or the length of an object (4) and the object
 * as its canonical serializer writes it.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public final class CurrentNamespace {
    private static final int LENGTH_BYTES = 4;

    private final Shape state;
    private final NamespaceKind kind;
    private final StoreFailures failures;

    /** Null where namespaces are no objects. */
    private final TypeSerializer<Object> serializer;

    private final RecordOutput output = new RecordOutput(32);
    private byte[] bytes = new byte[8];
    private int length;
    private boolean isSet;

    /**
     * None is set, unless the state has none.
     *
     * @param state for which it is
     */
    @SuppressWarnings("unchecked") // namespaces come as objects; those of another class are refused
    public CurrentNamespace(
            Shape state, Namespace<?> namespace, JobClasses classes, StoreFailures failures) {
        this.state = state;
        this.kind = state.namespaceKind();
        this.failures = failures;
        this.serializer =
                namespace instanceof Namespace.Objects<?> objects
                        ? (TypeSerializer<Object>) Serializers.compileKey(objects.type(), classes)
                        : null;
        this.isSet = kind == NamespaceKind.NONE;
    }

    public void setPane(long pane) {
        if (kind != NamespaceKind.PANES) {
            throw failures.noSuchNamespace(state, "a pane");
        }
        RecordBytes.setLong(bytes, 0, pane);
        length = Long.BYTES;
        isSet = true;
    }

    public void setObject(Object object) {
        if (kind != NamespaceKind.OBJECTS) {
            throw failures.noSuchNamespace(state, "an object");
        }
        output.truncate(0);
        try {
            serializer.serialize(object, output);
        } catch (IOException | ClassCastException e) {
            throw failures.unwritableNamespace(state, e);
        }
        int count = output.length();
        reserve(LENGTH_BYTES + count);
        RecordBytes.setInt(bytes, 0, count);
        System.arraycopy(output.bytes(), 0, bytes, LENGTH_BYTES, count);
        length = LENGTH_BYTES + count;
        isSet = true;
    }

    /** Takes the namespace of an entry. */
    public void setBytes(byte[] from, int begin, int count) {
        reserve(count);
        System.arraycopy(from, begin, bytes, 0, count);
        length = count;
        isSet = true;
    }

    private void reserve(int count) {
        if (bytes.length < count) {
            bytes = new byte[2 * count];
        }
    }

    /**
     * @throws IllegalStateException if none is set, of a state that has some
     */
    public void check() {
        if (!isSet) {
            throw failures.noNamespace(state);
        }
    }

    /** Of which the first {@link #length} are the namespace; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** A copy of the namespace, of which there must be one. */
    public byte[] toBytes() {
        check();
        return Arrays.copyOf(bytes, length);
    }

    /** The namespace, which is a pane. */
    public long pane() {
        return RecordBytes.getLong(bytes, 0);
    }

    /** The namespace, which is an object; a new one each time. */
    public Object object() {
        RecordInput input = new RecordInput();
        input.reset(bytes, LENGTH_BYTES, length);
        try {
            return serializer.deserialize(input);
        } catch (IOException e) {
            throw failures.unreadable("a namespace", state, e);
        }
    }
}
