package io.millrace.runtime.operator;

import io.millrace.api.function.FilterFunction;

/** Hands on the records that a function wants to keep. */
final class FilterOperator implements Operator {
    private final String name;
    private final FilterFunction<Object> function;
    private final Output output;

    FilterOperator(String name, FilterFunction<Object> function, Output output) {
        this.name = name;
        this.function = function;
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        boolean keep;
        try {
            keep = function.filter(value);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        if (keep) {
            output.process(value, timestampMillis);
        }
    }
}
