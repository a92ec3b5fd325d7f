package io.millrace.client;

import io.millrace.api.CloseableIterator;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.JobStatus;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What {@code execute()} leads to in per-job mode: keeps the graph, which is sent to the cluster
 * when the program's {@code main} has ended.
 *
 * <p>Threads: the program's.
 */
final class CapturingExecutor implements JobExecutor {
    private static final SecureRandom IDS = new SecureRandom();

    private static final String NOT_RUN =
            "in per-job mode the program's main ends before its job begins. The launcher prints how"
                    + " the job ends, with its accumulators; for a main that asks, submit the"
                    + " program with run-application -t yarn-application.";

    private final JobPlanner planner;
    private JobGraph captured;

    CapturingExecutor(JobPlanner planner) {
        this.planner = planner;
    }

    /** The graph, or null if the program has executed nothing. */
    JobGraph captured() {
        return captured;
    }

    @Override
    public JobExecutionResult execute(Pipeline pipeline) {
        return JobExecutionResult.handedOver(capture(pipeline, "execute()"), NOT_RUN);
    }

    @Override
    public JobClient executeAsync(Pipeline pipeline) {
        return new CapturedJob(capture(pipeline, "executeAsync()"));
    }

    @Override
    public <T> CloseableIterator<T> executeAndCollect(
            Pipeline pipeline, SinkTransformation<T> sink) {
        throw new InvalidProgramException(
                "executeAndCollect() is not possible for job '"
                        + pipeline.jobName()
                        + "' in per-job mode: the program's main has ended before the job begins."
                        + " Submit the program with run-application -t yarn-application, or write"
                        + " the records with a sink, e.g. writeAsText().");
    }

    private String capture(Pipeline pipeline, String call) {
        if (captured != null) {
            throw new InvalidProgramException(
                    "The program calls "
                            + call
                            + " for job '"
                            + pipeline.jobName()
                            + "' after it has executed job '"
                            + captured.jobName()
                            + "'; in per-job mode it may run one job: put both pipelines before one"
                            + " execute(), or submit two programs.");
        }
        byte[] id = new byte[16];
        IDS.nextBytes(id);
        captured = planner.clusterJobGraph(pipeline, HexFormat.of().formatHex(id));
        return captured.jobId();
    }

    /** A job of which only the id is known. */
    private record CapturedJob(String getJobID) implements JobClient {
        private static <T> CompletableFuture<T> unknown() {
            return CompletableFuture.failedFuture(new IllegalStateException(NOT_RUN));
        }

        @Override
        public CompletableFuture<JobStatus> getJobStatus() {
            return unknown();
        }

        @Override
        public CompletableFuture<Void> cancel() {
            return unknown();
        }

        @Override
        public CompletableFuture<String> triggerSavepoint(String savepointDirectory) {
            return unknown();
        }

        @Override
        public CompletableFuture<String> stopWithSavepoint(
                boolean advanceToEndOfEventTime, String savepointDirectory) {
            return unknown();
        }

        @Override
        public CompletableFuture<Map<String, Object>> getAccumulators() {
            return unknown();
        }

        @Override
        public CompletableFuture<JobExecutionResult> getJobExecutionResult() {
            return unknown();
        }
    }

    @Override
    public String explain(Pipeline pipeline) {
        return planner.explain(pipeline);
    }

    @Override
    public int defaultParallelism() {
        return planner.defaultParallelism();
    }
}
