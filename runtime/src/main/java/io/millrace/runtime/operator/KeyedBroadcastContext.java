package io.millrace.runtime.operator;

import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.state.BroadcastState;
import io.millrace.api.state.KeyedStateFunction;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.State;
import io.millrace.api.state.StateDescriptor;
import io.millrace.runtime.state.KeyedStateStore;

/** What a keyed broadcast process function may ask about a broadcast record. */
final class KeyedBroadcastContext
        extends KeyedBroadcastProcessFunction<Object, Object, Object, Object>.Context {
    private final Call call;
    private final KeyedTimers timers;
    private final BroadcastStates broadcast;
    private final KeyedStateStore store;
    private final FunctionStates states;

    KeyedBroadcastContext(
            KeyedBroadcastProcessFunction<Object, Object, Object, Object> function,
            Call call,
            KeyedTimers timers,
            BroadcastStates broadcast,
            KeyedStateStore store,
            FunctionStates states) {
        function.super();
        this.call = call;
        this.timers = timers;
        this.broadcast = broadcast;
        this.store = store;
        this.states = states;
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

    /** The record is no key's. */
    @Override
    public long currentWatermark() {
        return timers.watermarkOfAll();
    }

    @Override
    public <K, V> BroadcastState<K, V> getBroadcastState(MapStateDescriptor<K, V> descriptor) {
        return broadcast.get(descriptor);
    }

    @Override
    @SuppressWarnings("unchecked") // the descriptor says which state it is
    public <VS, S extends State> void applyToKeyedState(
            StateDescriptor<S, VS> stateDescriptor, KeyedStateFunction<Object, S> function)
            throws Exception {
        FunctionStates.View view = states.view(stateDescriptor);
        S state = (S) view.state();
        store.forEachKey(view.stored(), key -> function.process(key, state));
    }
}
