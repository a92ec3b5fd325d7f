package io.millrace.runtime.operator;

import io.millrace.api.function.CoProcessFunction;
import io.millrace.api.function.Collector;

/**
 * Calls a co-process function for the records of two streams without keys.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class CoProcessOperator implements TwoInputOperator, Collector<Object> {
    private final String name;
    private final CoProcessFunction<Object, Object, Object> function;
    private final NoTimers timers;
    private final Call call;
    private final CoProcessContext context;
    private final Output output;

    CoProcessOperator(
            String name,
            CoProcessFunction<Object, Object, Object> function,
            NoTimers timers,
            Call call,
            Output output) {
        this.name = name;
        this.function = function;
        this.timers = timers;
        this.call = call;
        this.context = new CoProcessContext(function, call);
        this.output = output;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            call.onRecord(timestampMillis, null);
            function.processElement1(value, context, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void processSecond(Object value, long timestampMillis) {
        try {
            call.onRecord(timestampMillis, null);
            function.processElement2(value, context, this);
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
