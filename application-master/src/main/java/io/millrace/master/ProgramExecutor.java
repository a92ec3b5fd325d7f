package io.millrace.master;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.transform.Pipeline;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What {@code execute()} leads to in an application master: hands the graph to the job master and
 * waits for the job's end.
 *
 * <p>Threads: the program's.
 */
final class ProgramExecutor implements JobExecutor {
    private static final SecureRandom IDS = new SecureRandom();

    private final JobPlanner planner;
    private final Consumer<JobGraph> submit;
    private final CompletableFuture<JobResult> result;
    private volatile String submitted;

    /**
     * @param submit takes the job's graph
     * @param result of the job, once it has one
     */
    ProgramExecutor(
            JobPlanner planner, Consumer<JobGraph> submit, CompletableFuture<JobResult> result) {
        this.planner = planner;
        this.submit = submit;
        this.result = result;
    }

    /** Whether the program has executed a job. */
    boolean hasSubmitted() {
        return submitted != null;
    }

    @Override
    public JobExecutionResult execute(Pipeline pipeline) throws Exception {
        if (submitted != null) {
            throw new InvalidProgramException(
                    "The program calls execute() a second time, for job '"
                            + pipeline.jobName()
                            + "', after job '"
                            + submitted
                            + "'; in application mode it may run one job: put both pipelines before"
                            + " one execute(), or submit two programs.");
        }
        JobGraph graph = planner.clusterJobGraph(pipeline, newJobId());
        submitted = graph.jobName();
        submit.accept(graph);
        JobResult ended = result.get();
        if (ended.state() == JobState.FINISHED) {
            return new JobExecutionResult(ended.jobId(), ended.endMillis() - ended.startMillis());
        }
        throw new JobExecutionException(ended.jobId(), ApplicationEnd.of(ended).sentence());
    }

    /** 32 hexadecimal digits that no other job has. */
    static String newJobId() {
        byte[] id = new byte[16];
        IDS.nextBytes(id);
        return HexFormat.of().formatHex(id);
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
