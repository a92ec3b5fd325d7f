package io.millrace.api.window;

import io.millrace.api.time.Time;
import io.millrace.api.type.TypeInformation;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Windows of one size, one behind the other, by the clock of the machine. */
public class TumblingProcessingTimeWindows extends WindowAssigner<Object, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private static final String KIND = "Tumbling processing-time windows";

    private final long sizeMillis;
    private final long offsetMillis;

    private TumblingProcessingTimeWindows(long sizeMillis, long offsetMillis) {
        WindowTypes.check(KIND, sizeMillis, sizeMillis, offsetMillis);
        this.sizeMillis = sizeMillis;
        this.offsetMillis = offsetMillis;
    }

    public static TumblingProcessingTimeWindows of(Time size) {
        return new TumblingProcessingTimeWindows(size.toMilliseconds(), 0);
    }

    /**
     * @param offset shorter than the size, may be negative
     */
    public static TumblingProcessingTimeWindows of(Time size, Time offset) {
        return new TumblingProcessingTimeWindows(size.toMilliseconds(), offset.toMilliseconds());
    }

    public static TumblingProcessingTimeWindows of(Duration size) {
        return of(size, Duration.ZERO);
    }

    /**
     * @param offset shorter than the size, may be negative
     */
    public static TumblingProcessingTimeWindows of(Duration size, Duration offset) {
        return new TumblingProcessingTimeWindows(
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
        long now = context.getCurrentProcessingTime();
        long start = TimeWindow.getWindowStartWithOffset(now, offsetMillis, sizeMillis);
        return List.of(new TimeWindow(start, start + sizeMillis));
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
        return "TumblingProcessingTimeWindows(" + sizeMillis + ")";
    }
}
