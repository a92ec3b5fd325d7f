package io.millrace.runtime.operator;

import io.millrace.api.function.CoFlatMapFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeySelector;
import io.millrace.runtime.state.KeyedStateStore;

/**
 * Hands on what a function emits for each record of two streams, with the record's timestamp.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class CoFlatMapOperator implements TwoInputOperator, Collector<Object> {
    private final String name;
    private final CoFlatMapFunction<Object, Object, Object> function;
    private final KeySelector<Object, Object> firstKey;
    private final KeySelector<Object, Object> secondKey;
    private final KeyedStateStore store;
    private final Output output;
    private long timestampMillis;

    /**
     * @param store null, with both selectors, if the streams have no keys
     */
    CoFlatMapOperator(
            String name,
            CoFlatMapFunction<Object, Object, Object> function,
            KeySelector<Object, Object> firstKey,
            KeySelector<Object, Object> secondKey,
            KeyedStateStore store,
            Output output) {
        this.name = name;
        this.function = function;
        this.firstKey = firstKey;
        this.secondKey = secondKey;
        this.store = store;
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        this.timestampMillis = timestampMillis;
        try {
            if (store != null) {
                store.setCurrentKey(firstKey.getKey(value));
            }
            function.flatMap1(value, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void processSecond(Object value, long timestampMillis) {
        this.timestampMillis = timestampMillis;
        try {
            if (store != null) {
                store.setCurrentKey(secondKey.getKey(value));
            }
            function.flatMap2(value, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void collect(Object record) {
        output.process(record, timestampMillis);
    }

    /** The function's to call, without effect. */
    @Override
    public void close() {}
}
