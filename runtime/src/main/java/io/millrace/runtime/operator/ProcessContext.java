package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.time.TimerService;

/** What a process function may ask about the record it is called with. */
final class ProcessContext extends ProcessFunction<Object, Object>.Context {
    private final Call call;

    ProcessContext(ProcessFunction<Object, Object> function, Call call) {
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
}
