package io.millrace.api.time;

import io.millrace.api.function.Function;

/** Timestamps, and a watermark after certain records, in one function; of older programs. */
public interface AssignerWithPunctuatedWatermarks<T> extends TimestampAssigner<T>, Function {

    /** Called for each record after its timestamp was extracted; null for no watermark. */
    Watermark checkAndGetNextWatermark(T lastElement, long extractedTimestamp);
}
