package io.millrace.runtime.operator;

import io.millrace.api.state.AggregatingState;
import io.millrace.api.state.AggregatingStateDescriptor;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.MapState;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ReducingState;
import io.millrace.api.state.ReducingStateDescriptor;
import io.millrace.api.state.StateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;

/** Refuses to give state for keys to functions on streams without keys. */
final class NoKeyedState implements KeyedStateStore {
    private final String operator;

    NoKeyedState(String operator) {
        this.operator = operator;
    }

    private UnsupportedOperationException refused(StateDescriptor<?, ?> descriptor) {
        return new UnsupportedOperationException(
                "Operator '"
                        + operator
                        + "' asked for state '"
                        + descriptor.getName()
                        + "' for each key, but its stream has no keys. Call keyBy(...) right before"
                        + " the operator, or implement CheckpointedFunction for state that is not"
                        + " for a key.");
    }

    @Override
    public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
        throw refused(descriptor);
    }

    @Override
    public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
        throw refused(descriptor);
    }

    @Override
    public <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
        throw refused(descriptor);
    }

    @Override
    public <IN, ACC, OUT> AggregatingState<IN, OUT> getAggregatingState(
            AggregatingStateDescriptor<IN, ACC, OUT> descriptor) {
        throw refused(descriptor);
    }

    @Override
    public <UK, UV> MapState<UK, UV> getMapState(MapStateDescriptor<UK, UV> descriptor) {
        throw refused(descriptor);
    }
}
