package io.millrace.api.sink;

import java.io.IOException;
import java.util.Collection;

/**
 * A writer whose records become visible when its committer says so.
 *
 * @param <InputT> type of the records
 * @param <CommittableT> what the committer needs to know
 */
public interface CommittingSinkWriter<InputT, CommittableT> extends SinkWriter<InputT> {

    /**
     * All that was written since the last call and is to be committed with this checkpoint; called
     * after {@code flush}. From here on it must survive the subtask: it is committed if this
     * checkpoint or any later one completes, be it by another subtask.
     */
    Collection<CommittableT> prepareCommit() throws IOException, InterruptedException;
}
