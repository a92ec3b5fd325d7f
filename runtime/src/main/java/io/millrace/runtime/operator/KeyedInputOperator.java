package io.millrace.runtime.operator;

import io.millrace.api.function.KeySelector;
import io.millrace.runtime.state.KeyedStateStore;

/** Makes the key of each record the current one before another operator sees the record. */
final class KeyedInputOperator implements Operator {
    private final String name;
    private final KeySelector<Object, Object> selector;
    private final KeyedStateStore store;
    private final Operator operator;

    KeyedInputOperator(
            String name,
            KeySelector<Object, Object> selector,
            KeyedStateStore store,
            Operator operator) {
        this.name = name;
        this.selector = selector;
        this.store = store;
        this.operator = operator;
    }

    @Override
    public void open() throws Exception {
        operator.open();
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            store.setCurrentKey(selector.getKey(value));
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        operator.process(value, timestampMillis);
    }

    @Override
    public void watermark(long timestampMillis) {
        operator.watermark(timestampMillis);
    }

    @Override
    public boolean fire(int most, Interruption interruption) {
        return operator.fire(most, interruption);
    }

    @Override
    public boolean finish(int maxRecords) throws Exception {
        return operator.finish(maxRecords);
    }

    @Override
    public void close() throws Exception {
        operator.close();
    }
}
