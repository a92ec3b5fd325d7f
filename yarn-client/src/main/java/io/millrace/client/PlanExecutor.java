package io.millrace.client;

import io.millrace.api.CloseableIterator;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.runtime.graph.JobPlanner;

/**
 * What {@code execute()} leads to where only the plan is wanted: keeps the plan of the first job,
 * and ends the program's {@code main} there, since what follows may ask for the job's result.
 *
 * <p>Threads: the program's.
 */
final class PlanExecutor implements JobExecutor {
    private final JobPlanner planner;
    private String plan;

    /** Leaves {@code main}; an error, as programs catch exceptions of {@code execute()}. */
    private static final class PlanIsKnown extends Error {
        private static final long serialVersionUID = 1;

        PlanIsKnown() {
            super("The plan of the program's job is known; main ends here.", null, false, false);
        }
    }

    PlanExecutor(JobPlanner planner) {
        this.planner = planner;
    }

    /** As JSON; null if the program has executed nothing. */
    String plan() {
        return plan;
    }

    private PlanIsKnown known(Pipeline pipeline) {
        if (plan == null) {
            plan = planner.explain(pipeline);
        }
        return new PlanIsKnown();
    }

    @Override
    public JobExecutionResult execute(Pipeline pipeline) {
        throw known(pipeline);
    }

    @Override
    public JobClient executeAsync(Pipeline pipeline) {
        throw known(pipeline);
    }

    @Override
    public <T> CloseableIterator<T> executeAndCollect(
            Pipeline pipeline, SinkTransformation<T> sink) {
        throw known(pipeline);
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
