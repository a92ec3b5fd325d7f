package io.millrace.api.window;

import io.millrace.api.time.Time;
import io.millrace.api.type.TypeInformation;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Windows that end when no record of the key has come for a time, by the clock of the machine. */
public class ProcessingTimeSessionWindows extends MergingWindowAssigner<Object, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private static final String KIND = "Session windows by processing-time";

    private final long gapMillis;

    private ProcessingTimeSessionWindows(long gapMillis) {
        WindowTypes.checkGap(KIND, gapMillis);
        this.gapMillis = gapMillis;
    }

    public static ProcessingTimeSessionWindows withGap(Time gap) {
        return new ProcessingTimeSessionWindows(gap.toMilliseconds());
    }

    public static ProcessingTimeSessionWindows withGap(Duration gap) {
        return new ProcessingTimeSessionWindows(Time.millisOf(gap, "The gap of a session"));
    }

    /** With a gap that each record says for itself. */
    public static <T> DynamicProcessingTimeSessionWindows<T> withDynamicGap(
            SessionWindowTimeGapExtractor<T> gapExtractor) {
        return DynamicProcessingTimeSessionWindows.withDynamicGap(gapExtractor);
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            Object element, long timestamp, WindowAssignerContext context) {
        long now = context.getCurrentProcessingTime();
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
        return "ProcessingTimeSessionWindows(" + gapMillis + ")";
    }
}
