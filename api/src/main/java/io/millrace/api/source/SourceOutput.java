package io.millrace.api.source;

import io.millrace.api.time.WatermarkOutput;

/**
 * Takes the records of a reader, or of one of its splits.
 *
 * <p>Threads: the reader's, during {@link SourceReader#pollNext} only.
 */
public interface SourceOutput<T> extends WatermarkOutput {

    /** Emits a record without a timestamp of the source's. */
    void collect(T record);

    /**
     * @param timestamp milliseconds; an assigner of the job's may replace it
     */
    void collect(T record, long timestamp);
}
