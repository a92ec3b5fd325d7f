package io.millrace.api;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A job that was started and has not ended, perhaps.
 *
 * <p>Threads: any.
 *
 * <p>Errors: a future fails with {@link JobExecutionException} for a job that failed, with another
 * exception where the answer cannot be had.
 */
public interface JobClient {

    /** 32 hexadecimal digits. */
    String getJobID();

    CompletableFuture<JobStatus> getJobStatus();

    /** Asks for the job's end; completed when it is being cancelled, or has ended by itself. */
    CompletableFuture<Void> cancel();

    /**
     * The results of the accumulators so far, by name; of a finished job the final ones.
     *
     * <p>Shape: what subtasks have reported, which they do about once a second; those of a run that
     * failed are not among them.
     */
    CompletableFuture<Map<String, Object>> getAccumulators();

    /**
     * Completed when the job has ended; with {@link JobExecutionException} if it failed or was
     * cancelled.
     */
    CompletableFuture<JobExecutionResult> getJobExecutionResult();
}
