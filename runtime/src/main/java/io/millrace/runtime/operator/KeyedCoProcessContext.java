package io.millrace.runtime.operator;

import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.time.TimerService;

/** What a keyed co-process function may ask about the record it is called with. */
final class KeyedCoProcessContext
        extends KeyedCoProcessFunction<Object, Object, Object, Object>.Context {
    private final Call call;

    KeyedCoProcessContext(
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
}
