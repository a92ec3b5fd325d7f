package io.millrace.api.time;

import static java.util.Objects.requireNonNull;

import io.millrace.api.function.SerializationCheck;

/** Another strategy, with an assigner of its own. */
record WatermarkStrategyWithTimestamps<T>(
        WatermarkStrategy<T> strategy, TimestampAssignerSupplier<T> assigner)
        implements WatermarkStrategy<T> {
    private static final String OPERATOR = "Timestamps/Watermarks";

    /**
     * Each part of a strategy is checked by itself, before another one holds it: one that was made
     * in an object it does not use then forgets that object.
     */
    static <P> P checked(String what, P part) {
        return SerializationCheck.check(what, requireNonNull(part, what), OPERATOR);
    }

    @Override
    public TimestampAssigner<T> createTimestampAssigner(TimestampAssignerSupplier.Context context) {
        return assigner.createTimestampAssigner(context);
    }

    @Override
    public WatermarkGenerator<T> createWatermarkGenerator(
            WatermarkGeneratorSupplier.Context context) {
        return strategy.createWatermarkGenerator(context);
    }

    @Override
    public WatermarkAlignmentParams getAlignmentParameters() {
        return strategy.getAlignmentParameters();
    }
}
