package io.millrace.api.state;

/**
 * Gives state for each key.
 *
 * <p>Shape: asked again with the same name it gives the same state.
 *
 * <p>Errors: {@link UnsupportedOperationException} on a stream without keys; {@link
 * io.millrace.api.InvalidProgramException} when the name is taken by a state of another type.
 */
public interface KeyedStateStore {
    <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor);

    <T> ListState<T> getListState(ListStateDescriptor<T> descriptor);

    <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor);

    <IN, ACC, OUT> AggregatingState<IN, OUT> getAggregatingState(
            AggregatingStateDescriptor<IN, ACC, OUT> descriptor);

    <UK, UV> MapState<UK, UV> getMapState(MapStateDescriptor<UK, UV> descriptor);
}
