package io.millrace.api.window;

import io.millrace.api.time.Time;
import io.millrace.api.type.TypeInformation;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Windows of one size, one behind the other, by the records' timestamps. */
public class TumblingEventTimeWindows extends WindowAssigner<Object, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private static final String KIND = "Tumbling event-time windows";

    private final long sizeMillis;
    private final long offsetMillis;

    private TumblingEventTimeWindows(long sizeMillis, long offsetMillis) {
        WindowTypes.check(KIND, sizeMillis, sizeMillis, offsetMillis);
        this.sizeMillis = sizeMillis;
        this.offsetMillis = offsetMillis;
    }

    public static TumblingEventTimeWindows of(Time size) {
        return new TumblingEventTimeWindows(size.toMilliseconds(), 0);
    }

    /**
     * @param offset shorter than the size, may be negative
     */
    public static TumblingEventTimeWindows of(Time size, Time offset) {
        return new TumblingEventTimeWindows(size.toMilliseconds(), offset.toMilliseconds());
    }

    public static TumblingEventTimeWindows of(Duration size) {
        return of(size, Duration.ZERO);
    }

    /**
     * @param offset shorter than the size, may be negative
     */
    public static TumblingEventTimeWindows of(Duration size, Duration offset) {
        return new TumblingEventTimeWindows(
                Time.millisOf(size, "The size of a window"),
                Time.millisOf(offset, "The offset of a window"));
    }

    /** In milliseconds. */
    public long getSize() {
        return sizeMillis;
    }

    /** In milliseconds. */
    public long getOffset() {
        return offsetMillis;
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            Object element, long timestamp, WindowAssignerContext context) {
        WindowTypes.timestamped(KIND, timestamp);
        long start = TimeWindow.getWindowStartWithOffset(timestamp, offsetMillis, sizeMillis);
        return List.of(new TimeWindow(start, start + sizeMillis));
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
        return "TumblingEventTimeWindows(" + sizeMillis + ")";
    }
}
