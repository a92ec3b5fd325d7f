package io.millrace.runtime.checkpoint;

import io.millrace.runtime.control.Failure;

/**
 * Who wants a savepoint, and hears what becomes of it: one call, and {@code recorded} before {@code
 * complete}.
 *
 * <p>Threads: called by the coordinator's loop.
 */
public interface SavepointListener {

    /** Names what it is for, so that whoever asks for that again gets the same savepoint. */
    String request();

    /** Its completion is on record: it cannot be undone any more. */
    default void recorded(long id, StateAssignment content) {}

    /** Its metadata has its name, and whom it concerns is being told. */
    void complete(SavepointRecord savepoint);

    /** It failed. */
    void failed(Failure cause);

    /**
     * The job has left off running for a reason of its own before the savepoint was complete.
     *
     * @param begun whether barriers may have begun
     */
    void interrupted(String why, boolean begun);
}
