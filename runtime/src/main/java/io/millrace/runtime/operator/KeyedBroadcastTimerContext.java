package io.millrace.runtime.operator;

import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ReadOnlyBroadcastState;
import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.TimerService;

/** What a keyed broadcast process function may ask about the timer that fires. */
final class KeyedBroadcastTimerContext
        extends KeyedBroadcastProcessFunction<Object, Object, Object, Object>.OnTimerContext {
    private final Call call;
    private final BroadcastStates broadcast;

    KeyedBroadcastTimerContext(
            KeyedBroadcastProcessFunction<Object, Object, Object, Object> function,
            Call call,
            BroadcastStates broadcast) {
        function.super();
        this.call = call;
        this.broadcast = broadcast;
    }

    @Override
    public Long timestamp() {
        return call.timestamp();
    }

    @Override
    public <X> void output(OutputTag<X> outputTag, X value) {
        call.output(outputTag, value);
    }

    @Override
    public long currentProcessingTime() {
        return call.timers().currentProcessingTime();
    }

    @Override
    public long currentWatermark() {
        return call.timers().currentWatermark();
    }

    @Override
    public <K, V> ReadOnlyBroadcastState<K, V> getBroadcastState(
            MapStateDescriptor<K, V> descriptor) {
        return broadcast.get(descriptor);
    }

    @Override
    public TimerService timerService() {
        return call.timers();
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
