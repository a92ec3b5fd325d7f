package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.ProcessFunction;

/**
 * Hands on what a function emits for each record, with the record's timestamp.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class ProcessOperator implements Operator, Collector<Object> {
    private final String name;
    private final ProcessFunction<Object, Object> function;
    private final ProcessContext context;
    private final Output output;

    ProcessOperator(String name, ProcessFunction<Object, Object> function, Output output) {
        this.name = name;
        this.function = function;
        this.context = new ProcessContext(function);
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        context.timestampMillis = timestampMillis;
        try {
            function.processElement(value, context, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void collect(Object record) {
        output.process(record, context.timestampMillis);
    }

    /** The function's to call, without effect. */
    @Override
    public void close() {}
}
