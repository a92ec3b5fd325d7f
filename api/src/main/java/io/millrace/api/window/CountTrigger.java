package io.millrace.api.window;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.state.ReducingState;
import io.millrace.api.state.ReducingStateDescriptor;

/** Fires after every so many records of a window. */
public class CountTrigger<W extends Window> extends Trigger<Object, W> {
    private static final long serialVersionUID = 1L;

    private static final ReducingStateDescriptor<Long> COUNT =
            new ReducingStateDescriptor<>("count", Long::sum, Long.class);

    private final long maxCount;

    private CountTrigger(long maxCount) {
        this.maxCount = maxCount;
        if (maxCount < 1) {
            throw new InvalidProgramException(
                    "A count trigger was set to fire after "
                            + maxCount
                            + " records, but it must be at least 1.");
        }
    }

    /**
     * @param maxCount records between two firings, at least 1
     */
    public static <W extends Window> CountTrigger<W> of(long maxCount) {
        return new CountTrigger<>(maxCount);
    }

    /** Records between two firings. */
    public long getMaxCount() {
        return maxCount;
    }

    @Override
    public TriggerResult onElement(Object element, long timestamp, W window, TriggerContext ctx)
            throws Exception {
        ReducingState<Long> count = ctx.getPartitionedState(COUNT);
        count.add(1L);
        if (count.get() >= maxCount) {
            count.clear();
            return TriggerResult.FIRE;
        }
        return TriggerResult.CONTINUE;
    }

    @Override
    public TriggerResult onEventTime(long time, W window, TriggerContext ctx) {
        return TriggerResult.CONTINUE;
    }

    @Override
    public TriggerResult onProcessingTime(long time, W window, TriggerContext ctx) {
        return TriggerResult.CONTINUE;
    }

    @Override
    public boolean canMerge() {
        return true;
    }

    @Override
    public void onMerge(W window, OnMergeContext ctx) {
        ctx.mergePartitionedState(COUNT);
    }

    @Override
    public void clear(W window, TriggerContext ctx) {
        ctx.getPartitionedState(COUNT).clear();
    }

    @Override
    public String toString() {
        return "CountTrigger(" + maxCount + ")";
    }
}
