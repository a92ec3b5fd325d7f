package io.millrace.api.time;

import static java.util.Objects.requireNonNull;

/** The strategy of an older program's periodic assigner, which is both of its parts. */
public record PeriodicAssignerStrategy<T>(AssignerWithPeriodicWatermarks<T> assigner)
        implements WatermarkStrategy<T> {
    public PeriodicAssignerStrategy {
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
            public void onEvent(T event, long eventTimestamp, WatermarkOutput output) {}

            @Override
            public void onPeriodicEmit(WatermarkOutput output) {
                Watermark next = assigner.getCurrentWatermark();
                if (next != null) {
                    output.emitWatermark(next);
                }
            }
        };
    }
}
