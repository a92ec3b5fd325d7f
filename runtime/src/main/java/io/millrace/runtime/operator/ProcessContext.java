package io.millrace.runtime.operator;

import io.millrace.api.function.ProcessFunction;
import io.millrace.runtime.exchange.RecordBatch;

/** What a process function may ask about the record it is called with. */
final class ProcessContext extends ProcessFunction<Object, Object>.Context {
    /** Of the record; {@link RecordBatch#NO_TIMESTAMP} if it has none. */
    long timestampMillis;

    ProcessContext(ProcessFunction<Object, Object> function) {
        function.super();
    }

    @Override
    public Long timestamp() {
        return timestampMillis == RecordBatch.NO_TIMESTAMP ? null : timestampMillis;
    }
}
