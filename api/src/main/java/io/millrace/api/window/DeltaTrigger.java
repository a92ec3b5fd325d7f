package io.millrace.api.window;

import static java.util.Objects.requireNonNull;

import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.type.TypeInformation;

/** Fires when a record is further away than a threshold from the one it fired at last. */
public class DeltaTrigger<T, W extends Window> extends Trigger<T, W> {
    private static final long serialVersionUID = 1L;

    private final DeltaFunction<T> deltaFunction;
    private final double threshold;
    private final ValueStateDescriptor<T> lastElement;

    private DeltaTrigger(
            double threshold, DeltaFunction<T> deltaFunction, TypeInformation<T> type) {
        this.deltaFunction = requireNonNull(deltaFunction, "deltaFunction");
        this.threshold = threshold;
        this.lastElement = new ValueStateDescriptor<>("last-element", type);
    }

    /**
     * @param type of the records, one of which is kept for each window
     */
    public static <T, W extends Window> DeltaTrigger<T, W> of(
            double threshold, DeltaFunction<T> deltaFunction, TypeInformation<T> type) {
        return new DeltaTrigger<>(threshold, deltaFunction, type);
    }

    @Override
    public TriggerResult onElement(T element, long timestamp, W window, TriggerContext ctx)
            throws Exception {
        ValueState<T> last = ctx.getPartitionedState(lastElement);
        T before = last.value();
        if (before == null) {
            last.update(element);
            return TriggerResult.CONTINUE;
        }
        if (deltaFunction.getDelta(before, element) > threshold) {
            last.update(element);
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
    public void clear(W window, TriggerContext ctx) {
        ctx.getPartitionedState(lastElement).clear();
    }

    @Override
    public String toString() {
        return "DeltaTrigger(" + threshold + ")";
    }
}
