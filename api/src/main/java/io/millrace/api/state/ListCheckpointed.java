package io.millrace.api.state;

import java.io.Serializable;
import java.util.List;

/**
 * A function whose state is a list that is dealt out again when the parallelism changes; of older
 * programs. See {@link CheckpointedFunction}.
 */
public interface ListCheckpointed<T extends Serializable> {

    /**
     * @param timestamp when the checkpoint was triggered, in milliseconds since 1970
     */
    List<T> snapshotState(long checkpointId, long timestamp) throws Exception;

    /** Called before {@code open} when the job is restored. */
    void restoreState(List<T> state) throws Exception;
}
