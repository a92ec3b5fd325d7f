package io.millrace.api.window;

import static java.util.Objects.requireNonNull;

import io.millrace.api.type.TypeInformation;
import java.util.Collection;
import java.util.List;

/**
 * Windows that end when no record of the key has come for a time that the records say, by the clock
 * of the machine.
 */
public class DynamicProcessingTimeSessionWindows<T> extends MergingWindowAssigner<T, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private static final String KIND = "Session windows by processing-time";

    private final SessionWindowTimeGapExtractor<T> gapExtractor;

    private DynamicProcessingTimeSessionWindows(SessionWindowTimeGapExtractor<T> gapExtractor) {
        this.gapExtractor = requireNonNull(gapExtractor, "gapExtractor");
    }

    public static <T> DynamicProcessingTimeSessionWindows<T> withDynamicGap(
            SessionWindowTimeGapExtractor<T> gapExtractor) {
        return new DynamicProcessingTimeSessionWindows<>(gapExtractor);
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            T element, long timestamp, WindowAssignerContext context) {
        long now = context.getCurrentProcessingTime();
        long gapMillis = gapExtractor.extract(element);
        WindowTypes.checkGap(KIND, gapMillis);
        return List.of(new TimeWindow(now, now + gapMillis));
    }

    @Override
    public void mergeWindows(Collection<TimeWindow> windows, MergeCallback<TimeWindow> callback) {
        SessionMerging.merge(windows, callback);
    }

    @Override
    public Trigger<Object, TimeWindow> getDefaultTrigger() {
        return ProcessingTimeTrigger.create();
    }

    @Override
    public TypeInformation<TimeWindow> getWindowType() {
        return WindowTypes.TIME;
    }

    @Override
    public boolean isEventTime() {
        return false;
    }

    @Override
    public String toString() {
        return "DynamicProcessingTimeSessionWindows()";
    }
}
