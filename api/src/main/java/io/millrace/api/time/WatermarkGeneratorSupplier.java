package io.millrace.api.time;

import java.io.Serializable;

/** Makes a watermark generator in each subtask. */
@FunctionalInterface
public interface WatermarkGeneratorSupplier<T> extends Serializable {

    WatermarkGenerator<T> createWatermarkGenerator(Context context);

    /** What the supplier is told. */
    interface Context {
        /** Measures how long an input has been silent. */
        RelativeClock getInputActivityClock();
    }
}
