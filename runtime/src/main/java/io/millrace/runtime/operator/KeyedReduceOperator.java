package io.millrace.runtime.operator;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.ReduceFunction;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.StoredValue;

/**
 * Combines the records of each key.
 *
 * <p>Emits the result so far for each record, or one result a key at the end of the input. The
 * result so far is the state of its key.
 */
final class KeyedReduceOperator implements Operator {
    private final String name;
    private final ReduceFunction<Object> function;
    private final KeySelector<Object, Object> selector;
    private final boolean finalResultsOnly;
    private final KeyedStateStore store;
    private final StoredValue<Object> results;
    private final Output output;

    /** At the end of the input: the first key group whose results were not emitted. */
    private int draining;

    /**
     * @param results in the store, one for each key
     */
    KeyedReduceOperator(
            String name,
            ReduceFunction<Object> function,
            KeySelector<Object, Object> selector,
            boolean finalResultsOnly,
            KeyedStateStore store,
            StoredValue<Object> results,
            Output output) {
        this.name = name;
        this.function = function;
        this.selector = selector;
        this.finalResultsOnly = finalResultsOnly;
        this.store = store;
        this.results = results;
        this.output = output;
        this.draining = store.keyGroups().first();
    }

    @Override
    public void process(Object value, long timestampMillis) {
        Object result;
        try {
            store.setCurrentKey(selector.getKey(value));
            Object before = results.get();
            result = before == null ? value : function.reduce(before, value);
            results.put(result);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        if (!finalResultsOnly) {
            output.process(result, timestampMillis);
        }
    }

    /** One key group at a time, which is more or less than was asked for. */
    @Override
    public boolean finish(int maxRecords) throws Exception {
        if (!finalResultsOnly) {
            return true;
        }
        store.forEachKey(draining, results, new EmitResult(results, output));
        draining++;
        return draining > store.keyGroups().last();
    }
}
