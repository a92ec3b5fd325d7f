package io.millrace.api.window;

/** The records with timestamps from {@code start} on and before {@code end}. */
public class TimeWindow extends Window {
    private final long start;
    private final long end;

    /**
     * @param start first timestamp in the window, in milliseconds
     * @param end first timestamp behind the window
     */
    public TimeWindow(long start, long end) {
        this.start = start;
        this.end = end;
    }

    /** First timestamp in the window, in milliseconds. */
    public long getStart() {
        return start;
    }

    /** First timestamp behind the window, in milliseconds. */
    public long getEnd() {
        return end;
    }

    @Override
    public long maxTimestamp() {
        return end - 1;
    }

    /** Whether the two have a timestamp in common, or touch. */
    public boolean intersects(TimeWindow other) {
        return start <= other.end && end >= other.start;
    }

    /** The least window that both are in. */
    public TimeWindow cover(TimeWindow other) {
        return new TimeWindow(Math.min(start, other.start), Math.max(end, other.end));
    }

    /**
     * The start of the window that a timestamp belongs to, when windows begin at {@code offset} and
     * every {@code size} before and after it.
     */
    public static long getWindowStartWithOffset(long timestamp, long offset, long size) {
        long remainder = (timestamp - offset) % size;
        return remainder < 0 ? timestamp - (remainder + size) : timestamp - remainder;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TimeWindow that && that.start == start && that.end == end;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(start) * 31 + Long.hashCode(end);
    }

    @Override
    public String toString() {
        return "TimeWindow{start=" + start + ", end=" + end + "}";
    }
}
