package io.millrace.api.time;

import io.millrace.api.InvalidProgramException;
import java.time.Duration;

/** Watermarks behind the greatest timestamp seen, by the longest delay of a record. */
public class BoundedOutOfOrdernessWatermarks<T> implements WatermarkGenerator<T> {
    private final long outOfOrdernessMillis;
    private long maxTimestamp;

    /**
     * @param maxOutOfOrderness 0 or more
     */
    public BoundedOutOfOrdernessWatermarks(Duration maxOutOfOrderness) {
        this.outOfOrdernessMillis = check(maxOutOfOrderness);
        // so that the first watermark does not run below the least one
        this.maxTimestamp = Long.MIN_VALUE + outOfOrdernessMillis + 1;
    }

    static long check(Duration maxOutOfOrderness) {
        long millis = Time.millisOf(maxOutOfOrderness, "The out-of-orderness of watermarks");
        if (millis < 0) {
            throw new InvalidProgramException(
                    "The out-of-orderness of watermarks was set to "
                            + millis
                            + " ms, but it must be 0 or more.");
        }
        return millis;
    }

    @Override
    public void onEvent(T event, long eventTimestamp, WatermarkOutput output) {
        maxTimestamp = Math.max(maxTimestamp, eventTimestamp);
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        output.emitWatermark(new Watermark(maxTimestamp - outOfOrdernessMillis - 1));
    }
}
