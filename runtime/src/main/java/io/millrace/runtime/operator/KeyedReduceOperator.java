package io.millrace.runtime.operator;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.ReduceFunction;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.StoredValue;
import java.util.List;

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
    private final KeyedResults results;
    private final TypeSerializer<Object> copier;
    private final KeyedStateStore store;
    private final StoredValue<Object> stored;
    private final Output output;

    /** At the end of the input: the first key group whose results were not emitted. */
    private int draining;

    /**
     * @param results of keys, which may stay objects between two records
     * @param copier of results before they are emitted, as those behind may change what they get;
     *     null if nobody can
     * @param store where the results are at a checkpoint and at the end
     */
    KeyedReduceOperator(
            String name,
            ReduceFunction<Object> function,
            KeySelector<Object, Object> selector,
            boolean finalResultsOnly,
            KeyedResults results,
            TypeSerializer<Object> copier,
            KeyedStateStore store,
            StoredValue<Object> stored,
            Output output) {
        this.name = name;
        this.function = function;
        this.selector = selector;
        this.finalResultsOnly = finalResultsOnly;
        this.results = results;
        this.copier = copier;
        this.store = store;
        this.stored = stored;
        this.output = output;
        this.draining = store.keyGroups().first();
    }

    @Override
    public void process(Object value, long timestampMillis) {
        Object result;
        try {
            Object before = results.get(selector.getKey(value));
            result = before == null ? value : function.reduce(before, value);
            results.put(result);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        if (!finalResultsOnly) {
            output.process(copier == null ? result : copier.copy(result), timestampMillis);
        }
    }

    @Override
    public List<SnapshotPart> snapshot(long checkpointId) {
        results.flush(); // the store is saved next
        return List.of();
    }

    /** One key group at a time, which is more or less than was asked for. */
    @Override
    public boolean finish(int maxRecords) throws Exception {
        if (!finalResultsOnly) {
            return true;
        }
        if (draining == store.keyGroups().first()) {
            results.flush();
        }
        store.forEachKey(draining, stored, new EmitResult(stored, output));
        draining++;
        return draining > store.keyGroups().last();
    }
}
