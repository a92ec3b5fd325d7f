package io.millrace.api.window;

import io.millrace.api.time.Time;
import io.millrace.api.type.TypeInformation;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Windows that end when no record of the key has come for a time, by the records' timestamps. */
public class EventTimeSessionWindows extends MergingWindowAssigner<Object, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private static final String KIND = "Session windows by event-time";

    private final long gapMillis;

    private EventTimeSessionWindows(long gapMillis) {
        WindowTypes.checkGap(KIND, gapMillis);
        this.gapMillis = gapMillis;
    }

    public static EventTimeSessionWindows withGap(Time gap) {
        return new EventTimeSessionWindows(gap.toMilliseconds());
    }

    public static EventTimeSessionWindows withGap(Duration gap) {
        return new EventTimeSessionWindows(Time.millisOf(gap, "The gap of a session"));
    }

    /** With a gap that each record says for itself. */
    public static <T> DynamicEventTimeSessionWindows<T> withDynamicGap(
            SessionWindowTimeGapExtractor<T> gapExtractor) {
        return DynamicEventTimeSessionWindows.withDynamicGap(gapExtractor);
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            Object element, long timestamp, WindowAssignerContext context) {
        WindowTypes.timestamped(KIND, timestamp);
        return List.of(new TimeWindow(timestamp, timestamp + gapMillis));
    }

    @Override
    public void mergeWindows(Collection<TimeWindow> windows, MergeCallback<TimeWindow> callback) {
        SessionMerging.merge(windows, callback);
    }

    @Override
    public Trigger<Object, TimeWindow> getDefaultTrigger() {
        return EventTimeTrigger.create();
    }

    @Override
    public TypeInformation<TimeWindow> getWindowType() {
        return WindowTypes.TIME;
    }

    @Override
    public boolean isEventTime() {
        return true;
    }

    @Override
    public String toString() {
        return "EventTimeSessionWindows(" + gapMillis + ")";
    }
}
