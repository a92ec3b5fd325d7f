package io.millrace.api;

import io.millrace.api.transform.Pipeline;

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

    /** The plan as JSON; runs nothing. */
    String explain(Pipeline pipeline);

    /** Parallelism of operators when neither program nor launcher set one; at least 1. */
    int defaultParallelism();
}
