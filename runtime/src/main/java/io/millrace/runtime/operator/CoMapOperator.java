package io.millrace.runtime.operator;

import io.millrace.api.function.CoMapFunction;
import io.millrace.api.function.KeySelector;
import io.millrace.runtime.state.KeyedStateStore;

/** Hands on what a function makes of each record of two streams, with the record's timestamp. */
final class CoMapOperator implements TwoInputOperator {
    private final String name;
    private final CoMapFunction<Object, Object, Object> function;
    private final KeySelector<Object, Object> firstKey;
    private final KeySelector<Object, Object> secondKey;
    private final KeyedStateStore store;
    private final Output output;

    /**
     * @param store null, with both selectors, if the streams have no keys
     */
    CoMapOperator(
            String name,
            CoMapFunction<Object, Object, Object> function,
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
        Object result;
        try {
            if (store != null) {
                store.setCurrentKey(firstKey.getKey(value));
            }
            result = function.map1(value);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        output.process(result, timestampMillis);
    }

    @Override
    public void processSecond(Object value, long timestampMillis) {
        Object result;
        try {
            if (store != null) {
                store.setCurrentKey(secondKey.getKey(value));
            }
            result = function.map2(value);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        output.process(result, timestampMillis);
    }
}
