package io.millrace.runtime.operator;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.ReduceFunction;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.exchange.RecordBatch;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

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
    private final KeyedResults state;
    private final Map<Object, Object> results;
    private Iterator<Object> draining;

    KeyedReduceOperator(
            String name,
            ReduceFunction<Object> function,
            KeySelector<Object, Object> selector,
            boolean finalResultsOnly,
            KeyedResults state,
            Output output) {
        this.name = name;
        this.function = function;
        this.selector = selector;
        this.finalResultsOnly = finalResultsOnly;
        this.state = state;
        this.results = state.map;
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
    public void restore(RestoredOperator restored) throws IOException {
        state.restore(restored);
    }

    @Override
    public List<SnapshotPart> snapshot(long checkpointId) throws IOException {
        return List.of(state.snapshot());
    }

    @Override
    public boolean finish(int maxRecords) {
        if (!finalResultsOnly) {
            return true;
        }
        if (draining == null) {
            draining = results.values().iterator();
        }
        for (int i = 0; i < maxRecords && draining.hasNext(); i++) {
            output.process(draining.next(), RecordBatch.NO_TIMESTAMP);
        }
        return !draining.hasNext();
    }

    @Override
    public void close() {
        results.clear();
    }
}
