package io.millrace.api.time;

/** For timestamps that never fall within a subtask; of older programs. */
public abstract class AscendingTimestampExtractor<T> implements AssignerWithPeriodicWatermarks<T> {
    private static final long serialVersionUID = 1L;

    private long maxTimestamp = Long.MIN_VALUE;

    /** In milliseconds since 1970. */
    public abstract long extractAscendingTimestamp(T element);

    @Override
    public final long extractTimestamp(T element, long recordTimestamp) {
        long timestamp = extractAscendingTimestamp(element);
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        return timestamp;
    }

    @Override
    public final Watermark getCurrentWatermark() {
        return new Watermark(maxTimestamp == Long.MIN_VALUE ? maxTimestamp : maxTimestamp - 1);
    }
}
