package io.millrace.api.time;

import io.millrace.api.function.Function;

/** Timestamps, and a watermark now and then, in one function; of older programs. */
public interface AssignerWithPeriodicWatermarks<T> extends TimestampAssigner<T>, Function {

    /** Null, or one that is not above the last, for none. */
    Watermark getCurrentWatermark();
}
