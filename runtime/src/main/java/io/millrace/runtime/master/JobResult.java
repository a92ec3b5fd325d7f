package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;

/**
 * How a job ended.
 *
 * @param state FINISHED, CANCELED or FAILED
 * @param failure the root cause of a failed job, else null
 * @param startMillis when this application master began with it, milliseconds since 1970
 */
public record JobResult(
        String jobId,
        String jobName,
        JobState state,
        Failure failure,
        int restarts,
        long startMillis,
        long endMillis) {}
