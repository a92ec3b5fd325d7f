package io.millrace.api.time;

import java.time.Duration;

/** Watermarks for timestamps that never fall within a subtask. */
public class AscendingTimestampsWatermarks<T> extends BoundedOutOfOrdernessWatermarks<T> {
    public AscendingTimestampsWatermarks() {
        super(Duration.ZERO);
    }
}
