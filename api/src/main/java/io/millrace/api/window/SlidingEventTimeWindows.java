package io.millrace.api.window;

import io.millrace.api.time.Time;
import io.millrace.api.type.TypeInformation;
import java.time.Duration;
import java.util.Collection;

/**
 * Windows of one size that begin every so often, by the records' timestamps; with a slide above the
 * size, records between two windows are in none.
 */
public class SlidingEventTimeWindows extends WindowAssigner<Object, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private static final String KIND = "Sliding event-time windows";

    private final long sizeMillis;
    private final long slideMillis;
    private final long offsetMillis;

    private SlidingEventTimeWindows(long sizeMillis, long slideMillis, long offsetMillis) {
        WindowTypes.check(KIND, sizeMillis, slideMillis, offsetMillis);
        this.sizeMillis = sizeMillis;
        this.slideMillis = slideMillis;
        this.offsetMillis = offsetMillis;
    }

    public static SlidingEventTimeWindows of(Time size, Time slide) {
        return new SlidingEventTimeWindows(size.toMilliseconds(), slide.toMilliseconds(), 0);
    }

    /**
     * @param offset shorter than the slide, may be negative
     */
    public static SlidingEventTimeWindows of(Time size, Time slide, Time offset) {
        return new SlidingEventTimeWindows(
                size.toMilliseconds(), slide.toMilliseconds(), offset.toMilliseconds());
    }

    public static SlidingEventTimeWindows of(Duration size, Duration slide) {
        return of(size, slide, Duration.ZERO);
    }

    /**
     * @param offset shorter than the slide, may be negative
     */
    public static SlidingEventTimeWindows of(Duration size, Duration slide, Duration offset) {
        return new SlidingEventTimeWindows(
                Time.millisOf(size, "The size of a window"),
                Time.millisOf(slide, "The slide of a window"),
                Time.millisOf(offset, "The offset of a window"));
    }

    /** In milliseconds. */
    public long getSize() {
        return sizeMillis;
    }

    /** In milliseconds. */
    public long getSlide() {
        return slideMillis;
    }

    /** In milliseconds. */
    public long getOffset() {
        return offsetMillis;
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            Object element, long timestamp, WindowAssignerContext context) {
        WindowTypes.timestamped(KIND, timestamp);
        return WindowTypes.sliding(timestamp, sizeMillis, slideMillis, offsetMillis);
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
        return "SlidingEventTimeWindows(" + sizeMillis + ", " + slideMillis + ")";
    }
}
