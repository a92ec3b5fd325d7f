package io.millrace.runtime.local;

import io.millrace.api.CloseableIterator;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.program.CollectedIterator;
import io.millrace.runtime.program.CollectedQueue;
import io.millrace.runtime.program.CollectedRecords;
import io.millrace.runtime.program.MasterJobClient;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Runs programs in this process: for IDEs, tests and everybody who starts a main method by hand.
 */
public final class LocalExecutor implements JobExecutor {
    private static final SecureRandom IDS = new SecureRandom();

    private final JobPlanner planner =
            new JobPlanner(ParsedConfiguration.empty(), Runtime.getRuntime().availableProcessors());

    @Override
    public JobExecutionResult execute(Pipeline pipeline) throws Exception {
        JobGraph graph = graph(pipeline);
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        CompletableFuture<JobResult> result;
        LocalCluster cluster = new LocalCluster(settings(pipeline, graph), loader);
        try (cluster) {
            result = cluster.run(graph);
            result.get();
        }
        return client(graph, cluster, result, loader).resultOf(result.get());
    }

    @Override
    public JobClient executeAsync(Pipeline pipeline) {
        return start(pipeline, CollectedRecords.nowhere());
    }

    @Override
    public <T> CloseableIterator<T> executeAndCollect(
            Pipeline pipeline, SinkTransformation<T> sink) {
        CollectedQueue queue = new CollectedQueue();
        return new CollectedIterator<>(queue, start(pipeline, queue));
    }

    /**
     * The job's threads are daemons; the one that waits for its end is none, so that the process
     * lasts as long as the job.
     */
    private JobClient start(Pipeline pipeline, CollectedRecords collected) {
        JobGraph graph = graph(pipeline);
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        LocalCluster cluster = new LocalCluster(settings(pipeline, graph), loader, collected);
        CompletableFuture<JobResult> result = cluster.run(graph);
        CompletableFuture<JobResult> closed = new CompletableFuture<>();
        Thread end = new Thread(() -> awaitEnd(cluster, result, closed), "end-of-job");
        end.setDaemon(false);
        end.start();
        return client(graph, cluster, closed, loader);
    }

    private static void awaitEnd(
            LocalCluster cluster,
            CompletableFuture<JobResult> result,
            CompletableFuture<JobResult> closed) {
        try (cluster) {
            result.join();
        } catch (CompletionException e) {
            closed.completeExceptionally(e.getCause());
            return;
        }
        closed.complete(result.join());
    }

    private static MasterJobClient client(
            JobGraph graph,
            LocalCluster cluster,
            CompletableFuture<JobResult> ended,
            ClassLoader loader) {
        return new MasterJobClient(
                graph.jobId(), cluster.master(), ended, loader, LocalExecutor::failed);
    }

    private JobGraph graph(Pipeline pipeline) {
        byte[] id = new byte[16];
        IDS.nextBytes(id);
        return planner.jobGraph(pipeline, HexFormat.of().formatHex(id));
    }

    private LocalSettings settings(Pipeline pipeline, JobGraph graph) {
        ParsedConfiguration configuration = planner.settingsOf(pipeline);
        return new LocalSettings(
                1,
                graph.requiredSlots(),
                0,
                configuration.get(TaskManagerOptions.TASK_CANCELLATION_INTERVAL));
    }

    private static JobExecutionException failed(JobResult result) {
        if (result.failure() == null) {
            return new JobExecutionException(
                    result.jobId(), "Job '" + result.jobName() + "' ended as " + result.state());
        }
        Failure failure = result.failure();
        String what =
                failure.category() == Failure.Category.CONFIG
                        ? failure.cause().root().message()
                        : failure.summary() + "\n" + failure.report();
        return new JobExecutionException(
                result.jobId(), "Job '" + result.jobName() + "' failed: " + what);
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
