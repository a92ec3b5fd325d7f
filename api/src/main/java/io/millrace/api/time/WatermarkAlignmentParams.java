package io.millrace.api.time;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import java.io.Serializable;
import java.util.concurrent.TimeUnit;

/**
 * How far a source may run ahead, in event time, of the slowest source of its group.
 *
 * <p>Unit: milliseconds.
 */
public final class WatermarkAlignmentParams implements Serializable {
    private static final long serialVersionUID = 1L;

    public static final WatermarkAlignmentParams WATERMARK_ALIGNMENT_DISABLED =
            new WatermarkAlignmentParams();

    private static final long MAX_UPDATE_INTERVAL = TimeUnit.DAYS.toMillis(1);

    private final long maxAllowedWatermarkDrift;
    private final String watermarkGroup;
    private final long updateInterval;

    private WatermarkAlignmentParams() {
        this.maxAllowedWatermarkDrift = Long.MAX_VALUE;
        this.watermarkGroup = "";
        this.updateInterval = 0;
    }

    /**
     * @param maxAllowedWatermarkDrift 0 or more
     * @param watermarkGroup not empty; sources of one job with the same name wait for each other
     * @param updateInterval from report to report, 1 to 86,400,000 (a day)
     */
    public WatermarkAlignmentParams(
            long maxAllowedWatermarkDrift, String watermarkGroup, long updateInterval) {
        this.maxAllowedWatermarkDrift = maxAllowedWatermarkDrift;
        this.watermarkGroup = requireNonNull(watermarkGroup, "watermarkGroup");
        this.updateInterval = updateInterval;
        if (watermarkGroup.isEmpty()) {
            throw new InvalidProgramException(
                    "The group of an alignment of watermarks has an empty name: give it one;"
                            + " sources with the same name wait for each other.");
        }
        if (maxAllowedWatermarkDrift < 0) {
            throw new InvalidProgramException(
                    "The drift allowed in the watermark group '"
                            + watermarkGroup
                            + "' was set to "
                            + maxAllowedWatermarkDrift
                            + " ms, but it must be at least 0.");
        }
        if (updateInterval <= 0 || updateInterval > MAX_UPDATE_INTERVAL) {
            throw new InvalidProgramException(
                    "The update interval of the watermark group '"
                            + watermarkGroup
                            + "' was set to "
                            + updateInterval
                            + " ms, but it must be between 1 ms and "
                            + MAX_UPDATE_INTERVAL
                            + " ms, which is a day.");
        }
    }

    public boolean isEnabled() {
        return maxAllowedWatermarkDrift < Long.MAX_VALUE;
    }

    public long getMaxAllowedWatermarkDrift() {
        return maxAllowedWatermarkDrift;
    }

    public String getWatermarkGroup() {
        return watermarkGroup;
    }

    public long getUpdateInterval() {
        return updateInterval;
    }
}
