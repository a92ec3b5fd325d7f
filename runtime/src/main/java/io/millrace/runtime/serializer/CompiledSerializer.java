package io.millrace.runtime.serializer;

import io.millrace.api.type.TypeInformation;
import java.io.IOException;

/**
 * The outermost serializer of a type: takes null, and turns whatever bad bytes make the parts or
 * the user's constructors throw into an {@link IOException} that names the type.
 */
final class CompiledSerializer<T> implements TypeSerializer<T> {
    private final TypeInformation<T> type;
    private final ValueSerializer<T> values;
    private final boolean isImmutable;

    CompiledSerializer(TypeInformation<T> type, ValueSerializer<T> values) {
        this.type = type;
        this.values = values;
        this.isImmutable = values.isImmutable();
    }

    @Override
    public void serialize(T value, RecordOutput out) throws IOException {
        try {
            values.writeNullable(value, out);
        } catch (ClassCastException e) {
            throw new IOException(
                    "A "
                            + value.getClass().getName()
                            + " was emitted that does not fit the stream's type "
                            + type
                            + " ("
                            + e.getMessage()
                            + "); name the type with returns(...)",
                    e);
        } catch (StackOverflowError e) {
            throw new IOException("A " + type + " is nested too deeply, or contains itself", e);
        }
    }

    @Override
    public T deserialize(RecordInput in) throws IOException {
        try {
            return values.readNullable(in);
        } catch (IOException e) {
            throw e;
        } catch (LinkageError | StackOverflowError e) {
            throw new IOException("The bytes of a " + type + " cannot be read: " + e, e);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) { // a constructor's checked exceptions are not declared here
            throw new IOException("The bytes of a " + type + " cannot be read: " + e, e);
        }
    }

    @Override
    public T copy(T value) {
        if (value == null || isImmutable) {
            return value;
        }
        try {
            return values.copy(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // a constructor's checked exceptions are not declared here
            throw new IllegalStateException("A " + type + " cannot be copied: " + e, e);
        }
    }

    @Override
    public boolean isImmutable() {
        return isImmutable;
    }

    @Override
    public String toString() {
        return "serializer of " + type;
    }
}
