package io.millrace.runtime.program;

import java.io.IOException;

/**
 * The program's end of the way of its records.
 *
 * <p>Threads: {@link #take} by the program, the rest by any.
 */
public interface CollectedSource {

    /** The next record, once there is one; null if all of the job's were taken. */
    Object take() throws IOException, InterruptedException;

    /** No more will come: the job has ended. */
    void end();

    /** What has come, and all that will, is dropped. */
    void dropAll();
}
