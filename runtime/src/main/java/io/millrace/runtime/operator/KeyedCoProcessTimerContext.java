package io.millrace.runtime.operator;

import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.TimerService;

/** What a keyed co-process function may ask about the timer that fires. */
final class KeyedCoProcessTimerContext
        extends KeyedCoProcessFunction<Object, Object, Object, Object>.OnTimerContext {
    private final Call call;

    KeyedCoProcessTimerContext(
            KeyedCoProcessFunction<Object, Object, Object, Object> function, Call call) {
        function.super();
        this.call = call;
    }

    @Override
    public Long timestamp() {
        return call.timestamp();
    }

    @Override
    public TimerService timerService() {
        return call.timers();
    }

    @Override
    public <X> void output(OutputTag<X> outputTag, X value) {
        call.output(outputTag, value);
    }

    @Override
    public Object getCurrentKey() {
        return call.currentKey();
    }

    @Override
    public TimeDomain timeDomain() {
        return call.domain();
    }
}
