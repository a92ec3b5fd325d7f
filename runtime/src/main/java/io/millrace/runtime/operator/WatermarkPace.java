package io.millrace.runtime.operator;

import io.millrace.api.time.AscendingTimestampsWatermarks;
import io.millrace.api.time.BoundedOutOfOrdernessWatermarks;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarksWithIdleness;

/**
 * Says after which records a generator is asked for a watermark, besides by the clock.
 *
 * <p>A subtask that catches up reads minutes of event time between two watermarks by the clock; all
 * of that would wait in state, and be looked at again when no cache has it any more. Only
 * generators of the API are asked, whose word depends on the records alone: one of the user's may
 * count how often it is asked.
 *
 * <p>Threads: owned by the subtask.
 */
final class WatermarkPace {
    /** So many that a watermark's way to all readers costs nothing beside them. */
    static final int RECORDS = 1 << 15;

    private final boolean isAsked;
    private int records;

    /**
     * @param byClock whether it is asked by the clock; if not, it is never asked
     */
    WatermarkPace(WatermarkGenerator<?> generator, boolean byClock) {
        this.isAsked = byClock && dependsOnRecordsAlone(generator);
    }

    private static boolean dependsOnRecordsAlone(WatermarkGenerator<?> generator) {
        if (generator instanceof WatermarksWithIdleness<?> idle) {
            return dependsOnRecordsAlone(idle.watermarks());
        }
        return generator.getClass() == BoundedOutOfOrdernessWatermarks.class
                || generator.getClass() == AscendingTimestampsWatermarks.class;
    }

    /** Counts a record; whether the generator is to be asked now. */
    boolean isDue() {
        if (++records < RECORDS) {
            return false;
        }
        records = 0;
        return isAsked;
    }
}
