package io.millrace.api.time;

/** Another strategy, with an assigner of its own. */
record WatermarkStrategyWithTimestamps<T>(
        WatermarkStrategy<T> strategy, TimestampAssignerSupplier<T> assigner)
        implements WatermarkStrategy<T> {

    @Override
    public TimestampAssigner<T> createTimestampAssigner(TimestampAssignerSupplier.Context context) {
        return assigner.createTimestampAssigner(context);
    }

    @Override
    public WatermarkGenerator<T> createWatermarkGenerator(
            WatermarkGeneratorSupplier.Context context) {
        return strategy.createWatermarkGenerator(context);
    }
}
