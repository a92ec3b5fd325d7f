package io.millrace.api.sink;

import java.io.IOException;
import java.util.List;

/**
 * A writer that keeps something in checkpoints.
 *
 * @param <InputT> type of the records
 * @param <WriterStateT> type of what it keeps
 */
public interface StatefulSinkWriter<InputT, WriterStateT> extends SinkWriter<InputT> {

    /**
     * What the writer holds, after {@code flush(false)} and {@code prepareCommit}. The elements are
     * dealt out to all subtasks if the parallelism changes.
     *
     * @param checkpointId of the checkpoint that it is for
     */
    List<WriterStateT> snapshotState(long checkpointId) throws IOException;
}
