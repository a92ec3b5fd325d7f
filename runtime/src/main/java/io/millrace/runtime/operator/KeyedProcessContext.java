package io.millrace.runtime.operator;

import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.runtime.exchange.RecordBatch;

/** What a keyed process function may ask about the record it is called with. */
final class KeyedProcessContext extends KeyedProcessFunction<Object, Object, Object>.Context {
    /** Of the record; {@link RecordBatch#NO_TIMESTAMP} if it has none. */
    long timestampMillis;

    Object currentKey;

    KeyedProcessContext(KeyedProcessFunction<Object, Object, Object> function) {
        function.super();
    }

    @Override
    public Long timestamp() {
        return timestampMillis == RecordBatch.NO_TIMESTAMP ? null : timestampMillis;
    }

    @Override
    public Object getCurrentKey() {
        return currentKey;
    }
}
