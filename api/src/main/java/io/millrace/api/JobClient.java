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
     * Takes a savepoint; the job runs on.
     *
     * @param savepointDirectory below which it makes its folder; null: where the job's settings say
     * @return path of the folder, once all is in it
     */
    CompletableFuture<String> triggerSavepoint(String savepointDirectory);

    /**
     * Ends the job with a savepoint, from which it can be started again.
     *
     * @param advanceToEndOfEventTime whether it ends as if its input had come to its end, so that
     *     windows and timers of event time fire: for a job that is not to go on
     * @param savepointDirectory as of {@link #triggerSavepoint}
     * @return path of the folder, once all is in it; the job then ends, otherwise it runs on
     */
    CompletableFuture<String> stopWithSavepoint(
            boolean advanceToEndOfEventTime, String savepointDirectory);

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
