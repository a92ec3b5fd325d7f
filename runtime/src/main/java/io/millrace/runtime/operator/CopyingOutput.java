package io.millrace.runtime.operator;

import io.millrace.runtime.serializer.TypeSerializer;

/** Hands on a copy of each record, so that the receiver may keep it and change it. */
final class CopyingOutput implements Output {
    private final TypeSerializer<Object> serializer;
    private final Output output;

    CopyingOutput(TypeSerializer<Object> serializer, Output output) {
        this.serializer = serializer;
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        output.process(serializer.copy(value), timestampMillis);
    }
}
