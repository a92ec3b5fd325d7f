package io.millrace.runtime.state;

import java.io.IOException;

/**
 * The state of a store at one moment.
 *
 * <p>Threads: {@link #write} and {@link #close} are called by one thread, which may be any. {@link
 * #close} must be called in any case; until then memory is held.
 */
public interface StateSnapshot extends AutoCloseable {

    long checkpointId();

    /**
     * The checkpoint that this one builds on: whoever restores it must restore that one first. -1
     * if it stands for itself.
     */
    long baseCheckpointId();

    /**
     * Writes the snapshot; called once.
     *
     * @return the number of bytes written; 0 if nothing has changed since the base, so that there
     *     is nothing to restore
     * @throws IOException what the output throws
     * @throws StateException if the snapshot had to be given up because the memory for copies of
     *     what changes meanwhile was used up; the checkpoint is to be declined, the task goes on
     */
    long write(SnapshotOutput output) throws IOException;

    @Override
    void close();
}
