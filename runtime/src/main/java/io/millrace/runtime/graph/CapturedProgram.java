package io.millrace.runtime.graph;

import io.millrace.api.ExecutorContext;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.transform.Pipeline;
import io.millrace.runtime.config.ParsedConfiguration;

/**
 * What a program comes to, planned and not run: for harnesses, simulations, benchmarks and tests,
 * which run parts of it in their own way.
 *
 * <p>Threads: one; the program is called on it.
 */
public final class CapturedProgram implements JobExecutor {
    private static final String JOB_ID = "ab".repeat(16);

    private final JobPlanner planner;
    private final String jobId;
    private JobGraph graph;
    private String explained;

    /** What a main method does, without its call of {@code execute}. */
    @FunctionalInterface
    public interface Program {
        void build(StreamExecutionEnvironment env) throws Exception;
    }

    private CapturedProgram(int parallelism, String jobId) {
        this.planner = new JobPlanner(ParsedConfiguration.empty(), parallelism);
        this.jobId = jobId;
    }

    /** The graph of a program whose job's name and id do not matter. */
    public static JobGraph graph(int parallelism, Program program) throws Exception {
        return graph(parallelism, "captured", JOB_ID, program);
    }

    /**
     * The graph of a program.
     *
     * @param parallelism of operators for which the program sets none
     * @param jobId 32 hexadecimal digits
     */
    public static JobGraph graph(int parallelism, String jobName, String jobId, Program program)
            throws Exception {
        return captured(parallelism, jobName, jobId, program).graph;
    }

    /** The program's plan as it is shown to its author. */
    public static String explained(int parallelism, Program program) throws Exception {
        return captured(parallelism, "captured", JOB_ID, program).explained;
    }

    private static CapturedProgram captured(
            int parallelism, String jobName, String jobId, Program program) throws Exception {
        CapturedProgram captured = new CapturedProgram(parallelism, jobId);
        try (ExecutorContext.Scope scope = ExecutorContext.setForThread(captured)) {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            program.build(env);
            env.execute(jobName);
        }
        return captured;
    }

    @Override
    public JobExecutionResult execute(Pipeline pipeline) {
        graph = planner.jobGraph(pipeline, jobId);
        explained = planner.explain(pipeline);
        return new JobExecutionResult(jobId, 0);
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
