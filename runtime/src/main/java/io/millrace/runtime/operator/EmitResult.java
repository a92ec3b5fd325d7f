package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.StoredValue;

/** Emits what the current key has, without a timestamp. */
record EmitResult(StoredValue<Object> results, Output output) implements KeyedStateStore.KeyAction {

    @Override
    public void accept(Object key) {
        output.process(results.get(), RecordBatch.NO_TIMESTAMP);
    }
}
