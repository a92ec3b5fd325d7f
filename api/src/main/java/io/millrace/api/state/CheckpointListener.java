package io.millrace.api.state;

/**
 * A function that wants to hear what became of checkpoints.
 *
 * <p>Threads: all calls come from the subtask's thread. Notifications may be skipped: one for a
 * checkpoint stands for all before it.
 */
public interface CheckpointListener {

    void notifyCheckpointComplete(long checkpointId) throws Exception;

    default void notifyCheckpointAborted(long checkpointId) throws Exception {}
}
