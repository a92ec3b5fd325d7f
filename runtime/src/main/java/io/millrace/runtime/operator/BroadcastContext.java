package io.millrace.runtime.operator;

import io.millrace.api.function.BroadcastProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.state.BroadcastState;
import io.millrace.api.state.MapStateDescriptor;

/** What a broadcast process function may ask about a broadcast record. */
final class BroadcastContext extends BroadcastProcessFunction<Object, Object, Object>.Context {
    private final Call call;
    private final BroadcastStates broadcast;

    BroadcastContext(
            BroadcastProcessFunction<Object, Object, Object> function,
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
    public <K, V> BroadcastState<K, V> getBroadcastState(MapStateDescriptor<K, V> descriptor) {
        return broadcast.get(descriptor);
    }
}
