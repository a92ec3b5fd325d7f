package io.millrace.runtime.graph;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.Transformation;
import io.millrace.runtime.checkpoint.CheckpointSettings;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.memory.SegmentDemand;
import io.millrace.runtime.memory.TaskManagerMemory;
import io.millrace.runtime.serializer.Serializers;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the graphs of a program under the settings in force; the same code wherever the program was
 * started.
 *
 * <p>Precedence of a parallelism: operator, environment, command line, file, default.
 */
public final class JobPlanner {
    private static final Logger LOG = LoggerFactory.getLogger(JobPlanner.class);

    private final ParsedConfiguration launcher;
    private final int fallbackParallelism;

    /**
     * @param launcher settings of file and command line
     * @param fallbackParallelism where {@code parallelism.default} is not set
     */
    public JobPlanner(ParsedConfiguration launcher, int fallbackParallelism) {
        this.launcher = launcher;
        this.fallbackParallelism = fallbackParallelism;
    }

    /** Parallelism of operators for which the program sets none. */
    public int defaultParallelism() {
        return launcher.getIfSet(JobOptions.DEFAULT_PARALLELISM).orElse(fallbackParallelism);
    }

    /** Settings in force for the program: the launcher's, and its own over them. */
    public ParsedConfiguration settingsOf(Pipeline pipeline) {
        return launcher.withProgram(pipeline.configuration());
    }

    public StreamGraph streamGraph(Pipeline pipeline) {
        return streamGraph(pipeline, Map.of());
    }

    /**
     * @param restoredKeyGroups what operators whose program sets no maximum parallelism must have
     */
    private StreamGraph streamGraph(Pipeline pipeline, Map<String, Integer> restoredKeyGroups) {
        ParsedConfiguration settings = settingsOf(pipeline);
        RuntimeExecutionMode mode =
                pipeline.mode() == RuntimeExecutionMode.STREAMING
                        ? settings.get(JobOptions.RUNTIME_MODE)
                        : pipeline.mode();
        int maxParallelism =
                pipeline.maxParallelism() != Transformation.UNSET
                        ? pipeline.maxParallelism()
                        : settings.getIfSet(JobOptions.MAX_PARALLELISM)
                                .orElse(Transformation.UNSET);
        int parallelism =
                settings.getIfSet(JobOptions.DEFAULT_PARALLELISM).orElse(fallbackParallelism);
        Pipeline decided =
                new Pipeline(
                        settings.getIfSet(JobOptions.NAME).orElse(pipeline.jobName()),
                        pipeline.leaves(),
                        pipeline.parallelism(),
                        maxParallelism,
                        mode,
                        pipeline.chainingEnabled(),
                        pipeline.configuration());
        return StreamGraphPlanner.plan(decided, parallelism, restoredKeyGroups);
    }

    /** The plan of the program as JSON, for its author to read. */
    public String explain(Pipeline pipeline) {
        StreamGraph graph = streamGraph(pipeline);
        Chaining chaining =
                new Chaining(
                        graph,
                        isChainingEnabled(pipeline),
                        settingsOf(pipeline).get(JobOptions.OBJECT_REUSE));
        return PlanJson.of(graph, chaining);
    }

    private boolean isChainingEnabled(Pipeline pipeline) {
        return pipeline.chainingEnabled() && settingsOf(pipeline).get(JobOptions.OPERATOR_CHAINING);
    }

    /**
     * @param jobId 32 hexadecimal digits
     */
    public JobGraph jobGraph(Pipeline pipeline, String jobId) {
        ParsedConfiguration settings = settingsOf(pipeline);
        StateToRestore start = StateToRestore.of(settings);
        StreamGraph operators = streamGraph(pipeline, start.keyGroups());
        logSlowSerializers(operators);
        JobGraph graph =
                JobGraphPlanner.plan(
                        operators,
                        new JobGraphPlanner.Settings(
                                jobId,
                                isChainingEnabled(pipeline),
                                settings.get(JobOptions.OBJECT_REUSE),
                                settings.get(JobOptions.LOCAL_COMBINE),
                                start.recordedIn(settings.toConfiguration().toMap())));
        start.check(graph, EngineStates.of(operators));
        if (takesCheckpoints(settings)) {
            refuseFilesOfOneRun(graph);
        }
        return graph;
    }

    private static boolean takesCheckpoints(ParsedConfiguration settings) {
        return CheckpointSettings.arePeriodic(settings.toConfiguration().toMap());
    }

    /**
     * Such files are thrown away with the run that has failed, and with them what is in no other.
     */
    private static void refuseFilesOfOneRun(JobGraph graph) {
        for (JobVertex vertex : graph.vertices()) {
            for (JobVertex.FileOutput output : vertex.outputs()) {
                throw new InvalidProgramException(
                        "'"
                                + vertex.name()
                                + "' writes "
                                + output.path()
                                + " with writeAsText, which keeps nothing in a checkpoint: after a"
                                + " failure the lines before the checkpoint would be lost. Use"
                                + " sinkTo(FileSink.forRowFormat(path, new SimpleStringEncoder<>())"
                                + ".build()), or leave execution.checkpointing.interval out.");
            }
        }
    }

    private static void logSlowSerializers(StreamGraph graph) {
        for (StreamGraph.Edge edge : graph.edges()) {
            String serializer = graph.serializerOf(edge);
            if (!serializer.equals(Serializers.GENERATED)) {
                LOG.info(
                        "Records from '{}' to '{}' have no generated serializer: {}",
                        graph.node(edge.source()).name(),
                        graph.node(edge.target()).name(),
                        serializer);
            }
        }
    }

    /**
     * The graph for a cluster: refused before a container is asked for if its exchange needs more
     * network buffers than a worker of the size set will have.
     *
     * @param jobId 32 hexadecimal digits
     */
    public JobGraph clusterJobGraph(Pipeline pipeline, String jobId) {
        JobGraph graph = jobGraph(pipeline, jobId);
        try {
            CheckpointSettings.of(settingsOf(pipeline));
        } catch (IllegalArgumentException e) {
            throw new InvalidProgramException(e.getMessage(), e);
        }
        int slots = launcher.get(TaskManagerOptions.NUM_TASK_SLOTS);
        int workers = (graph.requiredSlots() + slots - 1) / slots;
        String refusal =
                SegmentDemand.refusal(
                        graph,
                        slots,
                        workers,
                        TaskManagerMemory.of(launcher).network().getBytes(),
                        Math.toIntExact(
                                launcher.get(TaskManagerOptions.MEMORY_SEGMENT_SIZE).getBytes()));
        if (refusal != null) {
            throw new InvalidProgramException(refusal);
        }
        return graph;
    }
}
