package io.millrace.api.time;

/** Another strategy, whose sources wait for each other. */
record WatermarkStrategyWithAlignment<T>(
        WatermarkStrategy<T> strategy, WatermarkAlignmentParams alignment)
        implements WatermarkStrategy<T> {

    @Override
    public TimestampAssigner<T> createTimestampAssigner(TimestampAssignerSupplier.Context context) {
        return strategy.createTimestampAssigner(context);
    }

    @Override
    public WatermarkGenerator<T> createWatermarkGenerator(
            WatermarkGeneratorSupplier.Context context) {
        return strategy.createWatermarkGenerator(context);
    }

    @Override
    public WatermarkAlignmentParams getAlignmentParameters() {
        return alignment;
    }
}
