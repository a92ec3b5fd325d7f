package io.millrace.api.window;

import io.millrace.api.type.TypeInformation;
import java.io.Serializable;
import java.util.Collection;

/**
 * Says which windows a record belongs to.
 *
 * @param <T> type of the records
 * @param <W> the windows
 */
public abstract class WindowAssigner<T, W extends Window> implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * @param timestamp of the record, or {@link
     *     io.millrace.api.time.TimestampAssigner#NO_TIMESTAMP}
     */
    public abstract Collection<W> assignWindows(
            T element, long timestamp, WindowAssignerContext context);

    /** The trigger of windows for which the program names none. */
    public abstract Trigger<Object, ? super W> getDefaultTrigger();

    /** How a window is kept as state. */
    public abstract TypeInformation<W> getWindowType();

    /** Whether the windows are by the records' timestamps. */
    public abstract boolean isEventTime();

    /** What an assigner may ask. */
    public abstract static class WindowAssignerContext {
        /** In milliseconds since 1970. */
        public abstract long getCurrentProcessingTime();
    }
}
