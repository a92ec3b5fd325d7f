package io.millrace.connector.file.sink;

import java.io.IOException;
import java.io.Serializable;

/**
 * Says when a file ends and the next one begins.
 *
 * <p>Threads: the subtask's.
 *
 * @param <IN> type of the records
 * @param <BucketID> what names a folder
 */
public interface RollingPolicy<IN, BucketID> extends Serializable {

    /** Asked at each checkpoint; a file that ends here is seen when the checkpoint is complete. */
    boolean shouldRollOnCheckpoint(PartFileInfo<BucketID> partFileState) throws IOException;

    /** Asked before each record, whether it goes into a new file. */
    boolean shouldRollOnEvent(PartFileInfo<BucketID> partFileState, IN element) throws IOException;

    /**
     * Asked now and then.
     *
     * @param currentTime in milliseconds since 1970
     */
    boolean shouldRollOnProcessingTime(PartFileInfo<BucketID> partFileState, long currentTime)
            throws IOException;
}
