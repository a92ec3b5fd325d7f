package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.time.TimeDomain;
import io.millrace.runtime.state.KeyedStateStore;

/**
 * Calls a keyed co-process function for each record of two streams and each timer.
 *
 * <p>It is the function's collector itself, so that this call site, too, is its own.
 */
final class KeyedCoProcessOperator
        implements TwoInputOperator, Collector<Object>, KeyedTimers.Target {
    private final String name;
    private final KeyedCoProcessFunction<Object, Object, Object, Object> function;
    private final KeySelector<Object, Object> firstKey;
    private final KeySelector<Object, Object> secondKey;
    private final KeyedStateStore store;
    private final KeyedTimers timers;
    private final Call call;
    private final KeyedCoProcessContext context;
    private final KeyedCoProcessTimerContext timerContext;
    private final Output output;

    KeyedCoProcessOperator(
            String name,
            KeyedCoProcessFunction<Object, Object, Object, Object> function,
            KeySelector<Object, Object> firstKey,
            KeySelector<Object, Object> secondKey,
            KeyedStateStore store,
            KeyedTimers timers,
            Call call,
            Output output) {
        this.name = name;
        this.function = function;
        this.firstKey = firstKey;
        this.secondKey = secondKey;
        this.store = store;
        this.timers = timers;
        this.call = call;
        this.context = new KeyedCoProcessContext(function, call);
        this.timerContext = new KeyedCoProcessTimerContext(function, call);
        this.output = output;
    }

    @Override
    public void open() {
        timers.wakeForNext();
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            Object key = firstKey.getKey(value);
            store.setCurrentKey(key);
            call.onRecord(timestampMillis, key);
            function.processElement1(value, context, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void processSecond(Object value, long timestampMillis) {
        try {
            Object key = secondKey.getKey(value);
            store.setCurrentKey(key);
            call.onRecord(timestampMillis, key);
            function.processElement2(value, context, this);
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
