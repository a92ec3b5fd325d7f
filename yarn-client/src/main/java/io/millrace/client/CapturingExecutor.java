package io.millrace.client;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.transform.Pipeline;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What {@code execute()} leads to in per-job mode: keeps the graph, which is sent to the cluster
 * when the program's {@code main} has ended.
 *
 * <p>Threads: the program's.
 */
final class CapturingExecutor implements JobExecutor {
    private static final SecureRandom IDS = new SecureRandom();

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
        if (captured != null) {
            throw new InvalidProgramException(
                    "The program calls execute() a second time, for job '"
                            + pipeline.jobName()
                            + "', after job '"
                            + captured.jobName()
                            + "'; in per-job mode it may run one job: put both pipelines before one"
                            + " execute(), or submit two programs.");
        }
        byte[] id = new byte[16];
        IDS.nextBytes(id);
        captured = planner.clusterJobGraph(pipeline, HexFormat.of().formatHex(id));
        // The job has not run yet: there is no time to tell.
        return new JobExecutionResult(captured.jobId(), 0);
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
