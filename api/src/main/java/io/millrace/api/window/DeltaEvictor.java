package io.millrace.api.window;

import static java.util.Objects.requireNonNull;

import java.util.Iterator;

/** Keeps the records that are less than a threshold away from the newest one. */
public class DeltaEvictor<T, W extends Window> implements Evictor<T, W> {
    private static final long serialVersionUID = 1L;

    private final double threshold;
    private final DeltaFunction<T> deltaFunction;
    private final boolean evictsAfter;

    private DeltaEvictor(double threshold, DeltaFunction<T> deltaFunction, boolean evictsAfter) {
        this.threshold = threshold;
        this.deltaFunction = requireNonNull(deltaFunction, "deltaFunction");
        this.evictsAfter = evictsAfter;
    }

    /** Removes before the window's function is called. */
    public static <T, W extends Window> DeltaEvictor<T, W> of(
            double threshold, DeltaFunction<T> deltaFunction) {
        return new DeltaEvictor<>(threshold, deltaFunction, false);
    }

    /**
     * @param doEvictAfter whether it removes after the call of the window's function, not before
     */
    public static <T, W extends Window> DeltaEvictor<T, W> of(
            double threshold, DeltaFunction<T> deltaFunction, boolean doEvictAfter) {
        return new DeltaEvictor<>(threshold, deltaFunction, doEvictAfter);
    }

    @Override
    public void evictBefore(
            Iterable<TimestampedValue<T>> elements, int size, W window, EvictorContext context) {
        if (!evictsAfter) {
            evict(elements);
        }
    }

    @Override
    public void evictAfter(
            Iterable<TimestampedValue<T>> elements, int size, W window, EvictorContext context) {
        if (evictsAfter) {
            evict(elements);
        }
    }

    private void evict(Iterable<TimestampedValue<T>> elements) {
        TimestampedValue<T> newest = null;
        for (TimestampedValue<T> element : elements) {
            newest = element;
        }
        for (Iterator<TimestampedValue<T>> all = elements.iterator(); all.hasNext(); ) {
            T value = all.next().getValue();
            if (deltaFunction.getDelta(value, newest.getValue()) >= threshold) {
                all.remove();
            }
        }
    }
}
