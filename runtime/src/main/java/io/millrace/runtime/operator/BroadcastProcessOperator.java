package io.millrace.runtime.operator;

import io.millrace.api.function.BroadcastProcessFunction;
import io.millrace.api.function.Collector;

/**
 * Calls a function for the records of a stream and of a broadcast stream, which is the second
 * input.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class BroadcastProcessOperator implements TwoInputOperator, Collector<Object> {
    private final String name;
    private final BroadcastProcessFunction<Object, Object, Object> function;
    private final NoTimers timers;
    private final Call call;
    private final BroadcastReadOnlyContext context;
    private final BroadcastContext broadcastContext;
    private final Output output;

    BroadcastProcessOperator(
            String name,
            BroadcastProcessFunction<Object, Object, Object> function,
            NoTimers timers,
            Call call,
            BroadcastStates states,
            Output output) {
        this.name = name;
        this.function = function;
        this.timers = timers;
        this.call = call;
        this.context = new BroadcastReadOnlyContext(function, call, states);
        this.broadcastContext = new BroadcastContext(function, call, states);
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
    public void processSecond(Object value, long timestampMillis) {
        try {
            call.onRecord(timestampMillis, null);
            function.processBroadcastElement(value, broadcastContext, this);
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
