package io.millrace.runtime.local;

import io.millrace.api.CloseableIterator;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.MemorySize;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.file.FileSystems;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.program.CollectedIterator;
import io.millrace.runtime.program.CollectedQueue;
import io.millrace.runtime.program.CollectedRecords;
import io.millrace.runtime.program.MasterJobClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs programs in this process: for IDEs, tests and everybody who starts a main method by hand.
 */
public final class LocalExecutor implements JobExecutor {
    /** For state, unless {@code taskmanager.memory.managed.size} says otherwise. */
    private static final long MANAGED_BYTES = 512L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(LocalExecutor.class);
    private static final SecureRandom IDS = new SecureRandom();

    private final JobPlanner planner =
            new JobPlanner(ParsedConfiguration.empty(), Runtime.getRuntime().availableProcessors());

    @Override
    public JobExecutionResult execute(Pipeline pipeline) throws Exception {
        CompletableFuture<JobResult> result;
        Run run = new Run(pipeline, CollectedRecords.nowhere());
        try (run) {
            result = run.start();
            result.get();
        }
        return run.client(result).resultOf(result.get());
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
        Run run = new Run(pipeline, collected);
        CompletableFuture<JobResult> result = run.start();
        CompletableFuture<JobResult> closed = new CompletableFuture<>();
        Thread end = new Thread(() -> awaitEnd(run, result, closed), "end-of-job");
        end.setDaemon(false);
        end.start();
        return run.client(closed);
    }

    private static void awaitEnd(
            Run run, CompletableFuture<JobResult> result, CompletableFuture<JobResult> closed) {
        try (run) {
            result.join();
        } catch (CompletionException e) {
            closed.completeExceptionally(e.getCause());
            return;
        }
        closed.complete(result.join());
    }

    /** One job with its cluster, and a folder for checkpoints if it brings none. */
    private final class Run implements AutoCloseable {
        private final JobGraph graph;
        private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
        private final LocalCluster cluster;

        /** Null if the job names its folder, or takes no checkpoints. */
        private final Path ownCheckpoints;

        Run(Pipeline pipeline, CollectedRecords collected) {
            byte[] id = new byte[16];
            IDS.nextBytes(id);
            JobGraph planned = planner.jobGraph(pipeline, HexFormat.of().formatHex(id));
            ParsedConfiguration options = planner.settingsOf(pipeline);
            boolean bringsNone =
                    options.isSet(CheckpointOptions.INTERVAL)
                            && !options.isSet(CheckpointOptions.DIRECTORY);
            this.ownCheckpoints = bringsNone ? temporaryFolder() : null;
            this.graph = bringsNone ? withCheckpointsIn(ownCheckpoints, planned) : planned;
            this.cluster = new LocalCluster(settings(options, graph), loader, collected);
        }

        CompletableFuture<JobResult> start() {
            return cluster.run(graph);
        }

        MasterJobClient client(CompletableFuture<JobResult> ended) {
            return new MasterJobClient(
                    graph.jobId(), cluster.master(), ended, loader, LocalExecutor::failed);
        }

        @Override
        public void close() {
            cluster.close();
            if (ownCheckpoints != null) {
                // nobody can begin from them after this job
                delete(ownCheckpoints);
            }
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("millrace-checkpoints-");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "No folder for checkpoints can be made in java.io.tmpdir; set "
                            + CheckpointOptions.DIRECTORY.key(),
                    e);
        }
    }

    private static void delete(Path folder) {
        try {
            FileSystems.of(folder.toUri()).delete(folder.toUri());
        } catch (IOException e) {
            LOG.warn("The checkpoints of a job that has ended are left in {}", folder, e);
        }
    }

    private static JobGraph withCheckpointsIn(Path folder, JobGraph graph) {
        Map<String, String> configuration = new TreeMap<>(graph.configuration());
        configuration.put(CheckpointOptions.DIRECTORY.key(), folder.toUri().toString());
        return new JobGraph(
                graph.jobId(), graph.jobName(), graph.vertices(), graph.edges(), configuration);
    }

    private static LocalSettings settings(ParsedConfiguration options, JobGraph graph) {
        return new LocalSettings(
                1,
                graph.requiredSlots(),
                0,
                options.getIfSet(TaskManagerOptions.MANAGED_MEMORY_SIZE)
                        .map(MemorySize::getBytes)
                        .orElse(MANAGED_BYTES),
                options.get(TaskManagerOptions.TASK_CANCELLATION_INTERVAL));
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
