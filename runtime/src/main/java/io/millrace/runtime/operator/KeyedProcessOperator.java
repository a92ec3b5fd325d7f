package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;

/**
 * Hands on what a function emits for each record, which it is told the key of, with the record's
 * timestamp.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class KeyedProcessOperator implements Operator, Collector<Object> {
    private final String name;
    private final KeyedProcessFunction<Object, Object, Object> function;
    private final KeySelector<Object, Object> selector;
    private final KeyedProcessContext context;
    private final Output output;

    KeyedProcessOperator(
            String name,
            KeyedProcessFunction<Object, Object, Object> function,
            KeySelector<Object, Object> selector,
            Output output) {
        this.name = name;
        this.function = function;
        this.selector = selector;
        this.context = new KeyedProcessContext(function);
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        context.timestampMillis = timestampMillis;
        try {
            context.currentKey = selector.getKey(value);
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
