package io.millrace.runtime.local;

import io.millrace.api.JobExecutionException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.MemorySize;
import io.millrace.api.transform.Pipeline;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.file.FileSystems;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import io.millrace.runtime.graph.PlanJson;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs programs in this process: for IDEs, tests and everybody who starts a main method by hand.
 */
public final class LocalExecutor implements JobExecutor {
    /** For state, unless {@code taskmanager.memory.managed.size} says otherwise. */
    private static final long MANAGED_BYTES = 512L << 20;

    private static final SecureRandom IDS = new SecureRandom();

    private final JobPlanner planner =
            new JobPlanner(ParsedConfiguration.empty(), Runtime.getRuntime().availableProcessors());

    @Override
    public JobExecutionResult execute(Pipeline pipeline) throws Exception {
        byte[] id = new byte[16];
        IDS.nextBytes(id);
        JobGraph graph = planner.jobGraph(pipeline, HexFormat.of().formatHex(id));
        ParsedConfiguration options = planner.settingsOf(pipeline);
        if (!options.isSet(CheckpointOptions.INTERVAL)
                || options.isSet(CheckpointOptions.DIRECTORY)) {
            return run(pipeline, graph);
        }
        // nobody can begin from them after this process: they need not outlive it
        Path folder = Files.createTempDirectory("millrace-checkpoints-");
        try {
            return run(pipeline, withCheckpointsIn(folder, graph));
        } finally {
            FileSystems.of(folder.toUri()).delete(folder.toUri());
        }
    }

    private static JobGraph withCheckpointsIn(Path folder, JobGraph graph) {
        Map<String, String> configuration = new TreeMap<>(graph.configuration());
        configuration.put(CheckpointOptions.DIRECTORY.key(), folder.toUri().toString());
        return new JobGraph(
                graph.jobId(), graph.jobName(), graph.vertices(), graph.edges(), configuration);
    }

    private JobExecutionResult run(Pipeline pipeline, JobGraph graph) throws Exception {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (LocalCluster cluster = new LocalCluster(settings(pipeline, graph), loader)) {
            return resultOf(cluster.run(graph).get());
        }
    }

    private LocalSettings settings(Pipeline pipeline, JobGraph graph) {
        ParsedConfiguration configuration = planner.settingsOf(pipeline);
        return new LocalSettings(
                1,
                graph.requiredSlots(),
                0,
                configuration
                        .getIfSet(TaskManagerOptions.MANAGED_MEMORY_SIZE)
                        .map(MemorySize::getBytes)
                        .orElse(MANAGED_BYTES),
                configuration.get(TaskManagerOptions.TASK_CANCELLATION_INTERVAL));
    }

    private static JobExecutionResult resultOf(JobResult result) throws JobExecutionException {
        if (result.state() == JobState.FINISHED) {
            return new JobExecutionResult(
                    result.jobId(), result.endMillis() - result.startMillis());
        }
        if (result.failure() == null) {
            throw new JobExecutionException(
                    result.jobId(), "Job '" + result.jobName() + "' ended as " + result.state());
        }
        Failure failure = result.failure();
        String what =
                failure.category() == Failure.Category.CONFIG
                        ? failure.cause().root().message()
                        : failure.summary() + "\n" + failure.report();
        throw new JobExecutionException(
                result.jobId(), "Job '" + result.jobName() + "' failed: " + what);
    }

    @Override
    public String explain(Pipeline pipeline) {
        return PlanJson.of(planner.streamGraph(pipeline));
    }

    @Override
    public int defaultParallelism() {
        return planner.defaultParallelism();
    }
}
