package io.millrace.runtime.master;

import io.millrace.runtime.graph.JobGraph;

/**
 * The process around a job master: runs the user's program, registers with the cluster, ends the
 * process.
 *
 * <p>Threads: called by the master's loop; must not block.
 */
public interface JobObserver {

    /**
     * The job record is taken over.
     *
     * @param recorded the graph on record, which runs without further ado; or null: the program is
     *     to be run and its graph to be sent as {@link MasterEvent.Submitted}
     */
    void recovered(JobGraph recorded);

    /** The job is in another state. */
    void changed(JobStatus status);

    /** The job has ended, its result is on record, all containers are given back. The last call. */
    void ended(JobResult result);

    /**
     * Another application master owns the job: this process must end without a word to anybody. The
     * last call.
     */
    void fenced(String detail);
}
