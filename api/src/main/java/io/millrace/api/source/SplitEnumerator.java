package io.millrace.api.source;

import io.millrace.api.state.CheckpointListener;
import java.io.IOException;
import java.util.List;

/**
 * Finds the splits of a source and deals them out to its readers. One for each source of a job.
 *
 * <p>Invariant: what {@link #snapshotState} returns and the splits that were assigned before it
 * make up the whole source. A split that was assigned comes back by {@link #addSplitsBack} if its
 * reader failed and no checkpoint holds it; until then it must not be assigned again.
 *
 * <p>Threads: all methods by one thread of its own, one at a time; they may block, but what takes
 * long belongs into {@link SplitEnumeratorContext#callAsync}, as readers wait meanwhile.
 *
 * <p>Errors: whatever is thrown fails the job.
 */
public interface SplitEnumerator<SplitT extends SourceSplit, CheckpointT>
        extends AutoCloseable, CheckpointListener {

    /** Begins; before all else. */
    void start();

    /**
     * A reader that is ready for a split asks for one.
     *
     * @param requesterHostname the host it runs on
     */
    void handleSplitRequest(int subtaskId, String requesterHostname);

    /** Splits that were assigned to a reader that has failed, and that it must not keep. */
    void addSplitsBack(List<SplitT> splits, int subtaskId);

    /** A reader is there, for the first time or once more after a failure. */
    void addReader(int subtaskId);

    /**
     * What it needs to go on from here: above all the splits that are not assigned.
     *
     * @param checkpointId of the checkpoint that it is for, or -1 if it is for the job's record
     */
    CheckpointT snapshotState(long checkpointId) throws Exception;

    @Override
    void close() throws IOException;

    /** A checkpoint, and with it every earlier one, is complete. */
    @Override
    default void notifyCheckpointComplete(long checkpointId) throws Exception {}

    /** A reader has sent something. */
    default void handleSourceEvent(int subtaskId, SourceEvent sourceEvent) {}
}
