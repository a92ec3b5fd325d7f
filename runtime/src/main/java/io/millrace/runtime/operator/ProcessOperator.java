package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.ProcessFunction;

/**
 * Hands on what a process function emits for each record, with the record's timestamp.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class ProcessOperator implements Operator, Collector<Object> {
    private final String name;
    private final ProcessFunction<Object, Object> function;
    private final NoTimers timers;
    private final Call call;
    private final ProcessContext context;
    private final Output output;

    ProcessOperator(
            String name,
            ProcessFunction<Object, Object> function,
            NoTimers timers,
            Call call,
            Output output) {
        this.name = name;
        this.function = function;
        this.timers = timers;
        this.call = call;
        this.context = new ProcessContext(function, call);
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            call.onRecord(timestampMillis, null);
            function.processElement(value, context, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void watermark(long timestampMillis) {
        timers.watermark(timestampMillis);
    }

    @Override
    public void collect(Object record) {
        output.process(record, call.emittedMillis());
    }

    /** The function's to call, without effect. */
    @Override
    public void close() {}
}
