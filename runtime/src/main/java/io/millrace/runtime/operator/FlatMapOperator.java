package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.FlatMapFunction;

/**
 * Hands on what a function emits for each record, with the record's timestamp.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class FlatMapOperator implements Operator, Collector<Object> {
    private final String name;
    private final FlatMapFunction<Object, Object> function;
    private final Output output;
    private long timestampMillis;

    FlatMapOperator(String name, FlatMapFunction<Object, Object> function, Output output) {
        this.name = name;
        this.function = function;
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        this.timestampMillis = timestampMillis;
        try {
            function.flatMap(value, this);
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
