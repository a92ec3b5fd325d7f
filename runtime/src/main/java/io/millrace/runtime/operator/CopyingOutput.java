package io.millrace.runtime.operator;

import io.millrace.runtime.serializer.TypeSerializer;

/**
 * Hands on a copy of each record, so that the receiver may keep it and change it.
 *
 * <p>A record that cannot be copied is the fault of the operator that has emitted it.
 */
final class CopyingOutput implements Output {
    private final String operator;
    private final TypeSerializer<Object> serializer;
    private final Output output;

    CopyingOutput(String operator, TypeSerializer<Object> serializer, Output output) {
        this.operator = operator;
        this.serializer = serializer;
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        Object copy;
        try {
            copy = serializer.copy(value);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(operator, value, t);
        }
        output.process(copy, timestampMillis);
    }
}
