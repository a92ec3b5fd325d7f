package io.millrace.runtime.checkpoint;

import io.millrace.runtime.control.Failure;

/**
 * Hears what becomes of a savepoint: one call, and {@code recorded} before {@code complete}.
 *
 * <p>Threads: called by the coordinator's loop.
 */
public interface SavepointListener {

    /** Its completion is on record: it cannot be undone any more. */
    default void recorded(long id, StateAssignment content) {}

    /** Its metadata has its name, and whom it concerns is being told. */
    void complete(long id, CheckpointFolder folder);

    /** It failed. */
    void failed(Failure cause);

    /**
     * The job has left off running for a reason of its own before the savepoint was complete.
     *
     * @param begun whether barriers may have begun
     */
    void interrupted(String why, boolean begun);
}
