package io.millrace.runtime.operator;

import io.millrace.api.function.MapFunction;

/** Hands on what a function makes of each record. */
final class MapOperator implements Operator {
    private final String name;
    private final MapFunction<Object, Object> function;
    private final Output output;

    MapOperator(String name, MapFunction<Object, Object> function, Output output) {
        this.name = name;
        this.function = function;
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        Object result;
        try {
            result = function.map(value);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        output.process(result, timestampMillis);
    }
}
