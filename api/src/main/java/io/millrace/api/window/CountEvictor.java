package io.millrace.api.window;

import io.millrace.api.InvalidProgramException;
import java.util.Iterator;

/** Keeps the newest records, up to a number. */
public class CountEvictor<W extends Window> implements Evictor<Object, W> {
    private static final long serialVersionUID = 1L;

    private final long maxCount;
    private final boolean evictsAfter;

    private CountEvictor(long maxCount, boolean evictsAfter) {
        this.maxCount = maxCount;
        this.evictsAfter = evictsAfter;
        if (maxCount < 1) {
            throw new InvalidProgramException(
                    "A count evictor was set to keep "
                            + maxCount
                            + " records, but it must be at least 1.");
        }
    }

    /** Removes before the window's function is called. */
    public static <W extends Window> CountEvictor<W> of(long maxCount) {
        return new CountEvictor<>(maxCount, false);
    }

    /**
     * @param doEvictAfter whether it removes after the call of the window's function, not before
     */
    public static <W extends Window> CountEvictor<W> of(long maxCount, boolean doEvictAfter) {
        return new CountEvictor<>(maxCount, doEvictAfter);
    }

    @Override
    public void evictBefore(
            Iterable<TimestampedValue<Object>> elements,
            int size,
            W window,
            EvictorContext context) {
        if (!evictsAfter) {
            evict(elements, size);
        }
    }

    @Override
    public void evictAfter(
            Iterable<TimestampedValue<Object>> elements,
            int size,
            W window,
            EvictorContext context) {
        if (evictsAfter) {
            evict(elements, size);
        }
    }

    private void evict(Iterable<TimestampedValue<Object>> elements, int size) {
        Iterator<TimestampedValue<Object>> oldest = elements.iterator();
        for (long surplus = size - maxCount; surplus > 0; surplus--) {
            oldest.next();
            oldest.remove();
        }
    }
}
