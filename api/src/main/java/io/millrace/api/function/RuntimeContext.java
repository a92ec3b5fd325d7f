package io.millrace.api.function;

import io.millrace.api.ExecutionConfig;
import io.millrace.api.accumulator.Accumulator;
import io.millrace.api.accumulator.DoubleCounter;
import io.millrace.api.accumulator.Histogram;
import io.millrace.api.accumulator.IntCounter;
import io.millrace.api.accumulator.LongCounter;
import io.millrace.api.metric.MetricGroup;
import java.io.Serializable;
import java.util.Map;

/**
 * What a rich function can ask about where it runs.
 *
 * <p>Threads: to be used by the subtask's thread; what it answers about itself never changes while
 * the function is open.
 */
public interface RuntimeContext extends TaskInfo, JobInfo {

    /** What the program set for all its operators. */
    ExecutionConfig getExecutionConfig();

    /** The loader of the user's classes. */
    ClassLoader getUserCodeClassLoader();

    /** The parameters that the program gave to all functions, as text; empty if it gave none. */
    default Map<String, String> getGlobalJobParameters() {
        return getExecutionConfig().getGlobalJobParameters().toMap();
    }

    /** The same answers under the name that newer programs use. */
    default TaskInfo getTaskInfo() {
        return this;
    }

    /** The same answers under the name that newer programs use. */
    default JobInfo getJobInfo() {
        return this;
    }

    /** Where this function registers what it measures; the same one for each call. */
    default MetricGroup getMetricGroup() {
        throw absent("metrics");
    }

    /**
     * Gives the job an accumulator under a name; the operators of a chain share one of a name by
     * {@link #getAccumulator} and the shorthands below.
     *
     * @throws UnsupportedOperationException if the subtask has one of this name
     */
    default <V, A extends Serializable> void addAccumulator(
            String name, Accumulator<V, A> accumulator) {
        throw absent("accumulators");
    }

    /** The subtask's accumulator of this name, or null. */
    default <V, A extends Serializable> Accumulator<V, A> getAccumulator(String name) {
        throw absent("accumulators");
    }

    /** The counter of this name, made if there is none. */
    default IntCounter getIntCounter(String name) {
        throw absent("accumulators");
    }

    /** The counter of this name, made if there is none. */
    default LongCounter getLongCounter(String name) {
        throw absent("accumulators");
    }

    /** The counter of this name, made if there is none. */
    default DoubleCounter getDoubleCounter(String name) {
        throw absent("accumulators");
    }

    /** The histogram of this name, made if there is none. */
    default Histogram getHistogram(String name) {
        throw absent("accumulators");
    }

    private UnsupportedOperationException absent(String what) {
        return new UnsupportedOperationException(
                getClass().getName() + ", the context of " + getTaskName() + ", has no " + what);
    }
}
