package io.millrace.api.window;

import java.io.Serializable;

/**
 * Takes records out of a window around the call of its function.
 *
 * <p>What it removes through the iterator is gone from the window for good.
 *
 * @param <T> type of the records
 * @param <W> the windows
 */
public interface Evictor<T, W extends Window> extends Serializable {

    /**
     * @param elements of the window in the order in which they came
     */
    void evictBefore(
            Iterable<TimestampedValue<T>> elements, int size, W window, EvictorContext context);

    /**
     * @param elements of the window in the order in which they came
     */
    void evictAfter(
            Iterable<TimestampedValue<T>> elements, int size, W window, EvictorContext context);

    /** What an evictor may ask. */
    interface EvictorContext {
        /** In milliseconds since 1970. */
        long getCurrentProcessingTime();

        /** In milliseconds; {@code Long.MIN_VALUE} before the first one. */
        long getCurrentWatermark();
    }
}
