package io.millrace.runtime.program;

import static java.util.Objects.requireNonNull;

import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobStatus;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.metrics.JobValues;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A program's hold on its job, in the process of the job's master.
 *
 * <p>Threads: any.
 */
public final class MasterJobClient implements JobClient {
    private final String jobId;
    private final Inbox<MasterEvent> master;
    private final CompletableFuture<JobResult> ended;
    private final ClassLoader userClassLoader;
    private final Function<JobResult, JobExecutionException> refusal;

    /**
     * @param ended the job's result; nothing is asked of the master after it
     * @param userClassLoader knows the classes of accumulators
     * @param refusal what is thrown for a job that failed or was cancelled
     */
    public MasterJobClient(
            String jobId,
            Inbox<MasterEvent> master,
            CompletableFuture<JobResult> ended,
            ClassLoader userClassLoader,
            Function<JobResult, JobExecutionException> refusal) {
        this.jobId = requireNonNull(jobId, "jobId");
        this.master = master;
        this.ended = ended;
        this.userClassLoader = userClassLoader;
        this.refusal = refusal;
    }

    @Override
    public String getJobID() {
        return jobId;
    }

    @Override
    public CompletableFuture<JobStatus> getJobStatus() {
        CompletableFuture<JobStatus> answer = atEnd(result -> statusOf(result.state()));
        if (!answer.isDone()) {
            master.put(
                    new MasterEvent.StatusRequested(
                            status -> answer.complete(statusOf(status.state()))));
        }
        return answer;
    }

    @Override
    public CompletableFuture<Void> cancel() {
        CompletableFuture<Void> answer = atEnd(result -> null);
        if (!answer.isDone()) {
            master.put(new MasterEvent.CancelRequested("the program"));
            // the master takes one event after the other
            master.put(new MasterEvent.StatusRequested(status -> answer.complete(null)));
        }
        return answer;
    }

    @Override
    public CompletableFuture<String> triggerSavepoint(String savepointDirectory) {
        return savepoint(
                new FromClient.TriggerSavepoint(
                        UUID.randomUUID().toString(), jobId, orEmpty(savepointDirectory)));
    }

    @Override
    public CompletableFuture<String> stopWithSavepoint(
            boolean advanceToEndOfEventTime, String savepointDirectory) {
        return savepoint(
                new FromClient.StopJob(
                        UUID.randomUUID().toString(),
                        jobId,
                        orEmpty(savepointDirectory),
                        advanceToEndOfEventTime));
    }

    private static String orEmpty(String directory) {
        return directory == null ? "" : directory;
    }

    private CompletableFuture<String> savepoint(FromClient request) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        master.put(
                new MasterEvent.SavepointRequested(
                        request,
                        told -> {
                            if (told.failure().isEmpty()) {
                                answer.complete(told.path());
                            } else {
                                answer.completeExceptionally(
                                        new JobExecutionException(jobId, told.failure()));
                            }
                        }));
        ended.whenComplete(
                (result, crash) ->
                        answer.completeExceptionally(
                                new JobExecutionException(
                                        jobId, "The job has ended without the savepoint")));
        return answer;
    }

    @Override
    public CompletableFuture<Map<String, Object>> getAccumulators() {
        CompletableFuture<Map<String, Object>> answer =
                atEnd(result -> JobValues.results(result.accumulators(), userClassLoader));
        if (!answer.isDone()) {
            master.put(
                    new MasterEvent.AccumulatorsRequested(
                            // the user's classes are not the master's loop's to run
                            parts ->
                                    CompletableFuture.supplyAsync(
                                                    () -> JobValues.results(parts, userClassLoader))
                                            .thenAccept(answer::complete)));
        }
        return answer.thenApply(MasterJobClient::readable);
    }

    /** Throws for a result that could not be made, as the job's own result does when asked. */
    private static Map<String, Object> readable(Map<String, Object> results) {
        return new JobExecutionResult("", 0, results).getAllAccumulatorResults();
    }

    @Override
    public CompletableFuture<JobExecutionResult> getJobExecutionResult() {
        CompletableFuture<JobExecutionResult> answer = new CompletableFuture<>();
        ended.whenComplete(
                (result, crash) -> {
                    if (crash != null) {
                        answer.completeExceptionally(crash);
                    } else {
                        try {
                            answer.complete(resultOf(result));
                        } catch (JobExecutionException e) {
                            answer.completeExceptionally(e);
                        }
                    }
                });
        return answer;
    }

    /**
     * What a job that has ended tells its program.
     *
     * @throws JobExecutionException if it failed or was cancelled
     */
    public JobExecutionResult resultOf(JobResult result) throws JobExecutionException {
        if (result.state() != JobState.FINISHED) {
            throw refusal.apply(result);
        }
        return new JobExecutionResult(
                result.jobId(),
                result.endMillis() - result.startMillis(),
                JobValues.results(result.accumulators(), userClassLoader));
    }

    /** Completed from the job's result, if that comes before the master's answer. */
    private <T> CompletableFuture<T> atEnd(Function<JobResult, T> then) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        ended.whenComplete(
                (result, crash) -> {
                    if (crash != null) {
                        answer.completeExceptionally(crash);
                    } else {
                        answer.complete(then.apply(result));
                    }
                });
        return answer;
    }

    private static JobStatus statusOf(JobState state) {
        return switch (state) {
            case CREATED, PREPARING -> JobStatus.INITIALIZING;
            case WAITING_FOR_WORKERS, DEPLOYING -> JobStatus.CREATED;
            case RUNNING, COMMITTING -> JobStatus.RUNNING;
            case RESTARTING -> JobStatus.RESTARTING;
            case CANCELLING -> JobStatus.CANCELLING;
            case CANCELED -> JobStatus.CANCELED;
            case FAILING -> JobStatus.FAILING;
            case FAILED -> JobStatus.FAILED;
            case FINISHED -> JobStatus.FINISHED;
            case FENCED -> JobStatus.SUSPENDED;
        };
    }
}
