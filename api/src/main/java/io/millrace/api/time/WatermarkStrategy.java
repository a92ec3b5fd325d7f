package io.millrace.api.time;

import java.time.Duration;

/**
 * How records get their timestamps, and how far event time has come when they are seen.
 *
 * <p>Shape: travels to the workers; each subtask makes its own assigner and generator of it.
 *
 * @param <T> type of the records
 */
@SuppressWarnings("FunctionalInterfaceMethodChanged")
@FunctionalInterface
public interface WatermarkStrategy<T>
        extends TimestampAssignerSupplier<T>, WatermarkGeneratorSupplier<T> {

    @Override
    WatermarkGenerator<T> createWatermarkGenerator(WatermarkGeneratorSupplier.Context context);

    /** The record's own timestamp unless told otherwise. */
    @Override
    default TimestampAssigner<T> createTimestampAssigner(
            TimestampAssignerSupplier.Context context) {
        return new RecordTimestampAssigner<>();
    }

    default WatermarkStrategy<T> withTimestampAssigner(TimestampAssignerSupplier<T> assigner) {
        return new WatermarkStrategyWithTimestamps<>(
                WatermarkStrategyWithTimestamps.checked("The watermark strategy", this),
                WatermarkStrategyWithTimestamps.checked("The timestamp assigner", assigner));
    }

    default WatermarkStrategy<T> withTimestampAssigner(SerializableTimestampAssigner<T> assigner) {
        return withTimestampAssigner(
                TimestampAssignerSupplier.of(
                        WatermarkStrategyWithTimestamps.checked(
                                "The timestamp assigner", assigner)));
    }

    /**
     * A subtask whose input is silent for that long no longer holds the others' watermarks back.
     *
     * @param idleTimeout above 0
     */
    default WatermarkStrategy<T> withIdleness(Duration idleTimeout) {
        WatermarksWithIdleness.check(idleTimeout);
        return new WatermarkStrategyWithIdleness<>(
                WatermarkStrategyWithTimestamps.checked("The watermark strategy", this),
                idleTimeout);
    }

    /**
     * As {@link #withWatermarkAlignment(String, Duration, Duration)}, with an update every second.
     */
    default WatermarkStrategy<T> withWatermarkAlignment(
            String watermarkGroup, Duration maxAllowedWatermarkDrift) {
        return withWatermarkAlignment(
                watermarkGroup, maxAllowedWatermarkDrift, Duration.ofSeconds(1));
    }

    /**
     * Sources of one job with the same group wait for each other: a subtask, or a split, whose
     * watermark is further ahead of the least one of the group rests until that one has caught up.
     * Idle ones are left out. For {@code fromSource} only.
     *
     * @param watermarkGroup not empty
     * @param maxAllowedWatermarkDrift 0 or more
     * @param updateInterval how often each subtask tells its watermark, from 1 ms to a day
     */
    default WatermarkStrategy<T> withWatermarkAlignment(
            String watermarkGroup, Duration maxAllowedWatermarkDrift, Duration updateInterval) {
        WatermarkAlignmentParams alignment =
                new WatermarkAlignmentParams(
                        Time.millisOf(maxAllowedWatermarkDrift, "The allowed drift of watermarks"),
                        watermarkGroup,
                        Time.millisOf(updateInterval, "The update interval of watermarks"));
        return new WatermarkStrategyWithAlignment<>(
                WatermarkStrategyWithTimestamps.checked("The watermark strategy", this), alignment);
    }

    /** Whether and how sources wait for each other. */
    default WatermarkAlignmentParams getAlignmentParameters() {
        return WatermarkAlignmentParams.WATERMARK_ALIGNMENT_DISABLED;
    }

    /** For timestamps that never fall within a subtask. */
    static <T> WatermarkStrategy<T> forMonotonousTimestamps() {
        return context -> new AscendingTimestampsWatermarks<>();
    }

    /**
     * For records that come late by no more than this.
     *
     * @param maxOutOfOrderness 0 or more
     */
    static <T> WatermarkStrategy<T> forBoundedOutOfOrderness(Duration maxOutOfOrderness) {
        BoundedOutOfOrdernessWatermarks.check(maxOutOfOrderness);
        return context -> new BoundedOutOfOrdernessWatermarks<>(maxOutOfOrderness);
    }

    static <T> WatermarkStrategy<T> forGenerator(WatermarkGeneratorSupplier<T> generator) {
        WatermarkGeneratorSupplier<T> checked =
                WatermarkStrategyWithTimestamps.checked("The watermark generator", generator);
        return checked::createWatermarkGenerator;
    }

    /** No watermarks at all: for jobs by processing time. */
    static <T> WatermarkStrategy<T> noWatermarks() {
        return context -> new NoWatermarksGenerator<>();
    }
}
