package io.millrace.runtime.task;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/**
 * Hands objects over without a copy though they can change, because the job promised that no
 * function keeps or changes them ({@code pipeline.object-reuse}).
 */
final class ReferenceSharing implements TypeSerializer<Object> {
    private final TypeSerializer<Object> serializer;

    ReferenceSharing(TypeSerializer<Object> serializer) {
        this.serializer = serializer;
    }

    @Override
    public void serialize(Object value, RecordOutput out) throws IOException {
        serializer.serialize(value, out);
    }

    @Override
    public Object deserialize(RecordInput in) throws IOException {
        return serializer.deserialize(in);
    }

    @Override
    public Object copy(Object value) {
        return value;
    }

    @Override
    public boolean isImmutable() {
        return true;
    }
}
