package io.millrace.api.window;

import static java.util.Objects.requireNonNull;

import io.millrace.api.type.TypeInformation;
import java.util.Collection;
import java.util.List;

/**
 * Windows that end when no record of the key has come for a time that the records say, by the
 * records' timestamps.
 */
public class DynamicEventTimeSessionWindows<T> extends MergingWindowAssigner<T, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private static final String KIND = "Session windows by event-time";

    private final SessionWindowTimeGapExtractor<T> gapExtractor;

    private DynamicEventTimeSessionWindows(SessionWindowTimeGapExtractor<T> gapExtractor) {
        this.gapExtractor = requireNonNull(gapExtractor, "gapExtractor");
    }

    public static <T> DynamicEventTimeSessionWindows<T> withDynamicGap(
            SessionWindowTimeGapExtractor<T> gapExtractor) {
        return new DynamicEventTimeSessionWindows<>(gapExtractor);
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            T element, long timestamp, WindowAssignerContext context) {
        WindowTypes.timestamped(KIND, timestamp);
        long gapMillis = gapExtractor.extract(element);
        WindowTypes.checkGap(KIND, gapMillis);
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
        return "DynamicEventTimeSessionWindows()";
    }
}
