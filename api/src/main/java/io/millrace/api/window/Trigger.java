package io.millrace.api.window;

import io.millrace.api.state.MergingState;
import io.millrace.api.state.State;
import io.millrace.api.state.StateDescriptor;
import java.io.Serializable;

/**
 * Says when a window fires.
 *
 * <p>Invariant: keeps nothing in fields, as one trigger serves all windows of a subtask; what it
 * must remember is state of the key and window.
 *
 * <p>Threads: all calls come from the subtask's thread.
 *
 * @param <T> type of the records
 * @param <W> the windows
 */
public abstract class Trigger<T, W extends Window> implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Called for each record of the window. */
    public abstract TriggerResult onElement(T element, long timestamp, W window, TriggerContext ctx)
            throws Exception;

    /** Called when a timer by processing time fires that the trigger has set. */
    public abstract TriggerResult onProcessingTime(long time, W window, TriggerContext ctx)
            throws Exception;

    /** Called when a timer by event time fires that the trigger has set. */
    public abstract TriggerResult onEventTime(long time, W window, TriggerContext ctx)
            throws Exception;

    /** Whether it can be used with windows that merge. */
    public boolean canMerge() {
        return false;
    }

    /** Called when several windows became one; their state is to be merged. */
    public void onMerge(W window, OnMergeContext ctx) throws Exception {
        throw new UnsupportedOperationException(
                getClass().getName() + " cannot be used with windows that merge.");
    }

    /** Called when the window is dropped: clears its state and timers. */
    public abstract void clear(W window, TriggerContext ctx) throws Exception;

    /** State and timers of the key and window at hand. */
    public interface TriggerContext {
        /** In milliseconds since 1970. */
        long getCurrentProcessingTime();

        /** In milliseconds; {@code Long.MIN_VALUE} before the first one. */
        long getCurrentWatermark();

        void registerProcessingTimeTimer(long time);

        void registerEventTimeTimer(long time);

        void deleteProcessingTimeTimer(long time);

        void deleteEventTimeTimer(long time);

        <S extends State> S getPartitionedState(StateDescriptor<S, ?> stateDescriptor);
    }

    /** As the trigger context, of the window that others have become. */
    public interface OnMergeContext extends TriggerContext {
        /** Adds the others' state to that of the window. */
        <S extends MergingState<?, ?>> void mergePartitionedState(
                StateDescriptor<S, ?> stateDescriptor);
    }
}
