package io.millrace.api.time;

import io.millrace.api.InvalidProgramException;

/** For records that come late by no more than a fixed time; of older programs. */
public abstract class BoundedOutOfOrdernessTimestampExtractor<T>
        implements AssignerWithPeriodicWatermarks<T> {
    private static final long serialVersionUID = 1L;

    private final long maxOutOfOrdernessMillis;
    private long maxTimestamp;

    /**
     * @param maxOutOfOrderness 0 or more
     */
    protected BoundedOutOfOrdernessTimestampExtractor(Time maxOutOfOrderness) {
        this.maxOutOfOrdernessMillis = maxOutOfOrderness.toMilliseconds();
        if (maxOutOfOrdernessMillis < 0) {
            throw new InvalidProgramException(
                    "The out-of-orderness of timestamps was set to "
                            + maxOutOfOrderness
                            + ", but it must be 0 or more.");
        }
        this.maxTimestamp = Long.MIN_VALUE + maxOutOfOrdernessMillis;
    }

    public long getMaxOutOfOrdernessInMillis() {
        return maxOutOfOrdernessMillis;
    }

    /** In milliseconds since 1970. */
    public abstract long extractTimestamp(T element);

    @Override
    public final long extractTimestamp(T element, long recordTimestamp) {
        long timestamp = extractTimestamp(element);
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        return timestamp;
    }

    @Override
    public final Watermark getCurrentWatermark() {
        return new Watermark(maxTimestamp - maxOutOfOrdernessMillis);
    }
}
