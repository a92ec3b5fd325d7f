package io.millrace.api;

import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkTransformation;

/**
 * Runs programs; found by {@link java.util.ServiceLoader} with the loader that loaded this
 * interface, or set for a thread by whatever launched the program's main method.
 */
public interface JobExecutor {

    /**
     * Runs the program to its end, or hands it over and returns, as the process was started to do.
     *
     * @throws JobExecutionException when the job failed or was cancelled
     * @throws InvalidProgramException when the program cannot be run as it is
     */
    JobExecutionResult execute(Pipeline pipeline) throws Exception;

    /**
     * Starts the program and returns at once.
     *
     * @throws InvalidProgramException when the program cannot be run as it is, or not in this way
     */
    default JobClient executeAsync(Pipeline pipeline) throws Exception {
        throw new InvalidProgramException(
                "executeAsync() is not possible for job '"
                        + pipeline.jobName()
                        + "' where it was started: "
                        + getClass().getName()
                        + " only runs programs to their end. Call execute().");
    }

    /**
     * Starts the program and returns the records of one of its sinks, as they come.
     *
     * @param sink one of the pipeline's leaves, a {@link
     *     io.millrace.api.transform.SinkSpec.Collect}
     * @return ends when the job has finished; to be closed, which cancels a job that has not
     */
    default <T> CloseableIterator<T> executeAndCollect(
            Pipeline pipeline, SinkTransformation<T> sink) throws Exception {
        throw new InvalidProgramException(
                "executeAndCollect() is not possible for job '"
                        + pipeline.jobName()
                        + "' where it was started: "
                        + getClass().getName()
                        + " cannot bring records back to the program. Write them with a sink, e.g."
                        + " writeAsText(), and call execute().");
    }

    /** The plan as JSON; runs nothing. */
    String explain(Pipeline pipeline);

    /** Parallelism of operators when neither program nor launcher set one; at least 1. */
    int defaultParallelism();
}
