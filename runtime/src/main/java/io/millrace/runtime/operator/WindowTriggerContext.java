package io.millrace.runtime.operator;

import io.millrace.api.state.MergingState;
import io.millrace.api.state.State;
import io.millrace.api.state.StateDescriptor;
import io.millrace.api.window.Evictor;
import io.millrace.api.window.Trigger;
import java.util.List;

/** What triggers and evictors may ask about the window bound last, and set for it. */
final class WindowTriggerContext
        implements Trigger.TriggerContext, Trigger.OnMergeContext, Evictor.EvictorContext {
    private final KeyedTimers timers;
    private final FunctionStates states;
    private Object window;
    private List<Object> merged = List.of();

    WindowTriggerContext(KeyedTimers timers, FunctionStates states) {
        this.timers = timers;
        this.states = states;
    }

    /**
     * @param encoded the window
     */
    void bind(Object encoded) {
        window = encoded;
        timers.bind(encoded);
        states.bind(encoded);
    }

    /**
     * @param windows that are to become the one bound, encoded
     */
    void merging(List<Object> windows) {
        merged = windows;
    }

    @Override
    public <S extends MergingState<?, ?>> void mergePartitionedState(
            StateDescriptor<S, ?> stateDescriptor) {
        try {
            states.merge(stateDescriptor, merged, window);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(
                    "State '" + stateDescriptor.getName() + "' of windows cannot be merged", e);
        }
    }

    @Override
    public <S extends State> S getPartitionedState(StateDescriptor<S, ?> stateDescriptor) {
        return states.get(stateDescriptor);
    }

    @Override
    public long getCurrentProcessingTime() {
        return timers.currentProcessingTime();
    }

    @Override
    public long getCurrentWatermark() {
        return timers.currentWatermark();
    }

    @Override
    public void registerProcessingTimeTimer(long time) {
        timers.registerProcessingTimeTimer(time);
    }

    @Override
    public void registerEventTimeTimer(long time) {
        timers.registerEventTimeTimer(time);
    }

    @Override
    public void deleteProcessingTimeTimer(long time) {
        timers.deleteProcessingTimeTimer(time);
    }

    @Override
    public void deleteEventTimeTimer(long time) {
        timers.deleteEventTimeTimer(time);
    }
}
