package io.millrace.api.window;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.state.ReducingState;
import io.millrace.api.state.ReducingStateDescriptor;
import io.millrace.api.time.Time;
import java.time.Duration;

/**
 * Fires whenever the watermark passes a multiple of an interval, and at the end of the window.
 *
 * @param <W> the windows
 */
public class ContinuousEventTimeTrigger<W extends Window> extends Trigger<Object, W> {
    private static final long serialVersionUID = 1L;

    private static final ReducingStateDescriptor<Long> FIRE_TIME =
            new ReducingStateDescriptor<>("fire-time", Math::min, Long.class);

    private final long intervalMillis;

    private ContinuousEventTimeTrigger(long intervalMillis) {
        this.intervalMillis = intervalMillis;
        if (intervalMillis < 1) {
            throw new InvalidProgramException(
                    "A continuous trigger was set to fire every "
                            + intervalMillis
                            + " ms, but it must be at least 1.");
        }
    }

    public static <W extends Window> ContinuousEventTimeTrigger<W> of(Time interval) {
        return new ContinuousEventTimeTrigger<>(interval.toMilliseconds());
    }

    public static <W extends Window> ContinuousEventTimeTrigger<W> of(Duration interval) {
        return new ContinuousEventTimeTrigger<>(
                Time.millisOf(interval, "The interval of a continuous trigger"));
    }

    /** In milliseconds. */
    public long getInterval() {
        return intervalMillis;
    }

    @Override
    public TriggerResult onElement(Object element, long timestamp, W window, TriggerContext ctx)
            throws Exception {
        if (window.maxTimestamp() <= ctx.getCurrentWatermark()) {
            return TriggerResult.FIRE;
        }
        ctx.registerEventTimeTimer(window.maxTimestamp());
        ReducingState<Long> fireTime = ctx.getPartitionedState(FIRE_TIME);
        if (fireTime.get() == null) {
            registerNext(
                    timestamp - Math.floorMod(timestamp, intervalMillis), window, ctx, fireTime);
        }
        return TriggerResult.CONTINUE;
    }

    @Override
    public TriggerResult onEventTime(long time, W window, TriggerContext ctx) throws Exception {
        if (time == window.maxTimestamp()) {
            return TriggerResult.FIRE;
        }
        ReducingState<Long> fireTime = ctx.getPartitionedState(FIRE_TIME);
        Long due = fireTime.get();
        if (due == null || due != time) {
            return TriggerResult.CONTINUE;
        }
        fireTime.clear();
        registerNext(time, window, ctx, fireTime);
        return TriggerResult.FIRE;
    }

    @Override
    public TriggerResult onProcessingTime(long time, W window, TriggerContext ctx) {
        return TriggerResult.CONTINUE;
    }

    private void registerNext(
            long after, W window, TriggerContext ctx, ReducingState<Long> fireTime)
            throws Exception {
        long next = Math.min(after + intervalMillis, window.maxTimestamp());
        fireTime.add(next);
        ctx.registerEventTimeTimer(next);
    }

    @Override
    public boolean canMerge() {
        return true;
    }

    @Override
    public void onMerge(W window, OnMergeContext ctx) throws Exception {
        ctx.mergePartitionedState(FIRE_TIME);
        Long next = ctx.getPartitionedState(FIRE_TIME).get();
        if (next != null) {
            ctx.registerEventTimeTimer(next);
        }
    }

    @Override
    public void clear(W window, TriggerContext ctx) throws Exception {
        ReducingState<Long> fireTime = ctx.getPartitionedState(FIRE_TIME);
        Long due = fireTime.get();
        if (due != null) {
            ctx.deleteEventTimeTimer(due);
            fireTime.clear();
        }
    }

    @Override
    public String toString() {
        return "ContinuousEventTimeTrigger(" + intervalMillis + ")";
    }
}
