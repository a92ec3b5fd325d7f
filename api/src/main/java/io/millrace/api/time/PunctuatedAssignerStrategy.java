package io.millrace.api.time;

import static java.util.Objects.requireNonNull;

/** The strategy of an older program's punctuated assigner, which is both of its parts. */
public record PunctuatedAssignerStrategy<T>(AssignerWithPunctuatedWatermarks<T> assigner)
        implements WatermarkStrategy<T> {
    public PunctuatedAssignerStrategy {
        requireNonNull(assigner, "assigner");
    }

    @Override
    public TimestampAssigner<T> createTimestampAssigner(TimestampAssignerSupplier.Context context) {
        return assigner;
    }

    @Override
    public WatermarkGenerator<T> createWatermarkGenerator(
            WatermarkGeneratorSupplier.Context context) {
        return new WatermarkGenerator<>() {
            @Override
            public void onEvent(T event, long eventTimestamp, WatermarkOutput output) {
                Watermark next = assigner.checkAndGetNextWatermark(event, eventTimestamp);
                if (next != null) {
                    output.emitWatermark(next);
                }
            }

            @Override
            public void onPeriodicEmit(WatermarkOutput output) {}
        };
    }
}
