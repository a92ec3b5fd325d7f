package io.millrace.runtime.checkpoint;

import io.millrace.runtime.control.Failure;

/**
 * Who has asked for a checkpoint, and hears what becomes of it: one call, or none if the job ends
 * before.
 *
 * <p>Threads: called by the coordinator's loop.
 */
public interface CheckpointReply {

    /**
     * One that began after it was asked for is complete.
     *
     * @param path of its folder
     */
    void complete(long id, String path);

    /** It failed for a reason of its own. */
    void failed(Failure cause);
}
