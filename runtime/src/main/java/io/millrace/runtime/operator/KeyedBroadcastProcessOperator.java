package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.time.TimeDomain;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;

/**
 * Calls a function for the records of a keyed stream and of a broadcast stream, which is the second
 * input, and for timers.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class KeyedBroadcastProcessOperator
        implements TwoInputOperator, Collector<Object>, KeyedTimers.Target {
    private final String name;
    private final KeyedBroadcastProcessFunction<Object, Object, Object, Object> function;
    private final KeySelector<Object, Object> selector;
    private final KeyedStateStore store;
    private final KeyedTimers timers;
    private final Call call;
    private final KeyedBroadcastReadOnlyContext context;
    private final KeyedBroadcastTimerContext timerContext;
    private final KeyedBroadcastContext broadcastContext;
    private final Output output;

    KeyedBroadcastProcessOperator(
            String name,
            KeyedBroadcastProcessFunction<Object, Object, Object, Object> function,
            KeySelector<Object, Object> selector,
            KeyedStateStore store,
            KeyedTimers timers,
            Call call,
            BroadcastStates states,
            Output output) {
        this.name = name;
        this.function = function;
        this.selector = selector;
        this.store = store;
        this.timers = timers;
        this.call = call;
        this.context = new KeyedBroadcastReadOnlyContext(function, call, states);
        this.timerContext = new KeyedBroadcastTimerContext(function, call, states);
        this.broadcastContext =
                new KeyedBroadcastContext(
                        function,
                        call,
                        timers,
                        states,
                        store,
                        new FunctionStates(store, Namespace.none(), ""));
        this.output = output;
    }

    @Override
    public void open() {
        timers.wakeForNext();
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            Object key = selector.getKey(value);
            store.setCurrentKey(key);
            call.onRecord(timestampMillis, key);
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
        timers.advance(timestampMillis);
    }

    @Override
    public boolean fire(int most, Interruption interruption) {
        return timers.fireEventTimers(most, interruption, name, this);
    }

    @Override
    public void processingTime(long nowMillis) {
        timers.fireProcessingTimers(nowMillis, name, this);
    }

    @Override
    public void onTimer(long timeMillis, TimeDomain domain, Object namespace) throws Exception {
        call.onTimer(timeMillis, domain);
        function.onTimer(timeMillis, timerContext, this);
    }

    @Override
    public void collect(Object record) {
        output.process(record, call.emittedMillis());
    }

    /** The function's to call, without effect. */
    @Override
    public void close() {}
}
