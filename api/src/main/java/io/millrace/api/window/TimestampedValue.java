package io.millrace.api.window;

import io.millrace.api.time.TimestampAssigner;

/** A record of a window with its timestamp, as evictors see it. */
public final class TimestampedValue<T> {
    private final T value;
    private final long timestamp;

    /**
     * @param timestamp in milliseconds, or {@link TimestampAssigner#NO_TIMESTAMP}
     */
    public TimestampedValue(T value, long timestamp) {
        this.value = value;
        this.timestamp = timestamp;
    }

    public T getValue() {
        return value;
    }

    /** In milliseconds, or {@link TimestampAssigner#NO_TIMESTAMP}. */
    public long getTimestamp() {
        return timestamp;
    }

    public boolean hasTimestamp() {
        return timestamp != TimestampAssigner.NO_TIMESTAMP;
    }

    @Override
    public String toString() {
        return value + " @ " + timestamp;
    }
}
