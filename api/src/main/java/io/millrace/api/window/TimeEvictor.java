package io.millrace.api.window;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.time.Time;
import java.time.Duration;
import java.util.Iterator;

/** Keeps the records that are at most so much older than the newest one. */
public class TimeEvictor<W extends Window> implements Evictor<Object, W> {
    private static final long serialVersionUID = 1L;

    private final long windowMillis;
    private final boolean evictsAfter;

    private TimeEvictor(long windowMillis, boolean evictsAfter) {
        this.windowMillis = windowMillis;
        this.evictsAfter = evictsAfter;
        if (windowMillis < 1) {
            throw new InvalidProgramException(
                    "A time evictor was set to keep "
                            + windowMillis
                            + " ms, but it must be at least 1.");
        }
    }

    /** Removes before the window's function is called. */
    public static <W extends Window> TimeEvictor<W> of(Time windowSize) {
        return of(windowSize, false);
    }

    /**
     * @param doEvictAfter whether it removes after the call of the window's function, not before
     */
    public static <W extends Window> TimeEvictor<W> of(Time windowSize, boolean doEvictAfter) {
        return new TimeEvictor<>(windowSize.toMilliseconds(), doEvictAfter);
    }

    /** Removes before the window's function is called. */
    public static <W extends Window> TimeEvictor<W> of(Duration windowSize) {
        return of(windowSize, false);
    }

    public static <W extends Window> TimeEvictor<W> of(Duration windowSize, boolean doEvictAfter) {
        return new TimeEvictor<>(
                Time.millisOf(windowSize, "The time of a time evictor"), doEvictAfter);
    }

    @Override
    public void evictBefore(
            Iterable<TimestampedValue<Object>> elements,
            int size,
            W window,
            EvictorContext context) {
        if (!evictsAfter) {
            evict(elements);
        }
    }

    @Override
    public void evictAfter(
            Iterable<TimestampedValue<Object>> elements,
            int size,
            W window,
            EvictorContext context) {
        if (evictsAfter) {
            evict(elements);
        }
    }

    private void evict(Iterable<TimestampedValue<Object>> elements) {
        long newest = Long.MIN_VALUE;
        for (TimestampedValue<Object> element : elements) {
            newest = Math.max(newest, element.getTimestamp());
        }
        if (newest == Long.MIN_VALUE) {
            return; // no record has a timestamp
        }
        for (Iterator<TimestampedValue<Object>> all = elements.iterator(); all.hasNext(); ) {
            if (all.next().getTimestamp() <= newest - windowMillis) {
                all.remove();
            }
        }
    }
}
