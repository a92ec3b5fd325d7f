package io.millrace.runtime.graph;

import io.millrace.api.ExecutorContext;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.transform.Pipeline;
import io.millrace.runtime.config.ParsedConfiguration;

/** Takes the graph of a program instead of running it. */
public final class CapturedProgram implements JobExecutor {
    private static final String JOB_ID = "ab".repeat(16);

    private final int parallelism;
    private JobGraph graph;
    private String explained;

    /** What a main method does, without its call of {@code execute}. */
    @FunctionalInterface
    public interface Program {
        void build(StreamExecutionEnvironment env) throws Exception;
    }

    private CapturedProgram(int parallelism) {
        this.parallelism = parallelism;
    }

    public static JobGraph graph(int parallelism, Program program) throws Exception {
        return captured(parallelism, program).graph;
    }

    /** The program's plan as it is shown to its author. */
    public static String explained(int parallelism, Program program) throws Exception {
        return captured(parallelism, program).explained;
    }

    private static CapturedProgram captured(int parallelism, Program program) throws Exception {
        CapturedProgram capture = new CapturedProgram(parallelism);
        try (ExecutorContext.Scope scope = ExecutorContext.setForThread(capture)) {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            program.build(env);
            env.execute("test");
        }
        return capture;
    }

    @Override
    public JobExecutionResult execute(Pipeline pipeline) {
        JobPlanner planner = new JobPlanner(ParsedConfiguration.empty(), parallelism);
        graph = planner.jobGraph(pipeline, JOB_ID);
        explained = planner.explain(pipeline);
        return new JobExecutionResult(graph.jobId(), 0);
    }

    @Override
    public String explain(Pipeline pipeline) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int defaultParallelism() {
        return parallelism;
    }
}
