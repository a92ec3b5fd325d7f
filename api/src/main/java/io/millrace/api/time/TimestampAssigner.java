package io.millrace.api.time;

/**
 * Reads the time at which something happened from the record that tells of it.
 *
 * @param <T> type of the records
 */
@FunctionalInterface
public interface TimestampAssigner<T> {
    /** The timestamp of a record that has none. */
    long NO_TIMESTAMP = Long.MIN_VALUE;

    /**
     * In milliseconds since 1970.
     *
     * @param recordTimestamp what the record carries so far, or {@link #NO_TIMESTAMP}
     */
    long extractTimestamp(T element, long recordTimestamp);
}
