package io.millrace.api.time;

import java.time.Duration;

/** Another strategy, whose silent subtasks become idle. */
record WatermarkStrategyWithIdleness<T>(WatermarkStrategy<T> strategy, Duration idleTimeout)
        implements WatermarkStrategy<T> {

    @Override
    public TimestampAssigner<T> createTimestampAssigner(TimestampAssignerSupplier.Context context) {
        return strategy.createTimestampAssigner(context);
    }

    @Override
    public WatermarkGenerator<T> createWatermarkGenerator(
            WatermarkGeneratorSupplier.Context context) {
        return new WatermarksWithIdleness<>(
                strategy.createWatermarkGenerator(context),
                idleTimeout,
                context.getInputActivityClock());
    }

    @Override
    public WatermarkAlignmentParams getAlignmentParameters() {
        return strategy.getAlignmentParameters();
    }
}
