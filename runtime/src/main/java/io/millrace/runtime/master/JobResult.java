package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.metrics.AccumulatorPart;
import java.util.List;

/**
 * How a job ended.
 *
 * @param state FINISHED, CANCELED or FAILED
 * @param failure the root cause of a failed job, else null
 * @param startMillis when this application master began with it, milliseconds since 1970
 * @param accumulators what the subtasks of a finished job have added up; else empty
 */
public record JobResult(
        String jobId,
        String jobName,
        JobState state,
        Failure failure,
        int restarts,
        long startMillis,
        long endMillis,
        List<AccumulatorPart> accumulators) {
    public JobResult {
        accumulators = List.copyOf(accumulators);
    }

    /** Of a job without accumulators. */
    public JobResult(
            String jobId,
            String jobName,
            JobState state,
            Failure failure,
            int restarts,
            long startMillis,
            long endMillis) {
        this(jobId, jobName, state, failure, restarts, startMillis, endMillis, List.of());
    }
}
