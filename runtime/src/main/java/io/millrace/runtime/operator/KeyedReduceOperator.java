package io.millrace.runtime.operator;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.ReduceFunction;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Combines the records of each key.
 *
 * <p>Emits the result so far for each record, or one result a key at the end of the input.
 *
 * <p>The results live in a map on the heap until there is a store for them. A key that is an array
 * is refused when the graph is built, so that equality by value holds.
 */
final class KeyedReduceOperator implements Operator {
    private final String name;
    private final ReduceFunction<Object> function;
    private final KeySelector<Object, Object> selector;
    private final boolean finalResultsOnly;
    private final Output output;
    private final KeyedResults results;

    /** At the end of the input: the place before which all results were emitted. */
    private int drained;

    KeyedReduceOperator(
            String name,
            ReduceFunction<Object> function,
            KeySelector<Object, Object> selector,
            boolean finalResultsOnly,
            KeyedResults results,
            Output output) {
        this.name = name;
        this.function = function;
        this.selector = selector;
        this.finalResultsOnly = finalResultsOnly;
        this.results = results;
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        Object result;
        try {
            Object key = selector.getKey(value);
            Object before = results.get(key);
            result = before == null ? value : function.reduce(before, value);
            if (result != before) {
                results.put(key, result);
            }
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        if (!finalResultsOnly) {
            output.process(result, timestampMillis);
        }
    }

    @Override
    public boolean finish(int maxRecords) {
        if (!finalResultsOnly) {
            return true;
        }
        int place = results.next(drained);
        for (int i = 0; i < maxRecords && place >= 0; i++) {
            output.process(results.at(place), RecordBatch.NO_TIMESTAMP);
            drained = place + 1;
            place = results.next(drained);
        }
        return place < 0;
    }

    @Override
    public void close() {
        results.clear();
    }
}
