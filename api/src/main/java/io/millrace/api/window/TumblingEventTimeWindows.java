package io.millrace.api.window;

import static java.util.Objects.requireNonNull;

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
    private final WindowStagger stagger;

    /** What the subtask has decided; null before its first record. */
    private transient Long staggerMillis;

    private TumblingEventTimeWindows(long sizeMillis, long offsetMillis, WindowStagger stagger) {
        WindowTypes.check(KIND, sizeMillis, sizeMillis, offsetMillis);
        this.sizeMillis = sizeMillis;
        this.offsetMillis = offsetMillis;
        this.stagger = requireNonNull(stagger, "windowStagger");
    }

    public static TumblingEventTimeWindows of(Time size) {
        return of(size, Time.milliseconds(0));
    }

    /**
     * @param offset shorter than the size, may be negative
     */
    public static TumblingEventTimeWindows of(Time size, Time offset) {
        return of(size, offset, WindowStagger.ALIGNED);
    }

    /**
     * @param offset shorter than the size, may be negative
     * @param windowStagger what each subtask adds to the offset
     */
    public static TumblingEventTimeWindows of(Time size, Time offset, WindowStagger windowStagger) {
        return new TumblingEventTimeWindows(
                size.toMilliseconds(), offset.toMilliseconds(), windowStagger);
    }

    public static TumblingEventTimeWindows of(Duration size) {
        return of(size, Duration.ZERO);
    }

    /**
     * @param offset shorter than the size, may be negative
     */
    public static TumblingEventTimeWindows of(Duration size, Duration offset) {
        return of(size, offset, WindowStagger.ALIGNED);
    }

    /**
     * @param offset shorter than the size, may be negative
     * @param windowStagger what each subtask adds to the offset
     */
    public static TumblingEventTimeWindows of(
            Duration size, Duration offset, WindowStagger windowStagger) {
        return new TumblingEventTimeWindows(
                Time.millisOf(size, "The size of a window"),
                Time.millisOf(offset, "The offset of a window"),
                windowStagger);
    }

    /** In milliseconds. */
    public long getSize() {
        return sizeMillis;
    }

    /** In milliseconds. */
    public long getOffset() {
        return offsetMillis;
    }

    /** What each subtask adds to the offset. */
    public WindowStagger getStagger() {
        return stagger;
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            Object element, long timestamp, WindowAssignerContext context) {
        WindowTypes.timestamped(KIND, timestamp);
        if (staggerMillis == null) {
            staggerMillis =
                    stagger.getStaggerOffset(context.getCurrentProcessingTime(), sizeMillis);
        }
        long offset = (offsetMillis + staggerMillis) % sizeMillis;
        long start = TimeWindow.getWindowStartWithOffset(timestamp, offset, sizeMillis);
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
