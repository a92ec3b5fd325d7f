package io.millrace.runtime.operator;

import static java.util.Objects.requireNonNull;

import io.millrace.api.ExecutionConfig;
import io.millrace.api.accumulator.Accumulator;
import io.millrace.api.accumulator.DoubleCounter;
import io.millrace.api.accumulator.Histogram;
import io.millrace.api.accumulator.IntCounter;
import io.millrace.api.accumulator.LongCounter;
import io.millrace.api.function.RuntimeContext;
import io.millrace.api.metric.MetricGroup;
import java.io.Serializable;
import java.util.function.Supplier;

/** Answers a rich function's questions from its subtask's deployment. */
final class SubtaskRuntimeContext implements RuntimeContext {
    private final String operatorName;
    private final SubtaskContext subtask;
    private final ExecutionConfig config;
    private final MetricGroup metrics;

    SubtaskRuntimeContext(String operatorName, SubtaskContext subtask) {
        this.operatorName = operatorName;
        this.subtask = subtask;
        this.config = ExecutionConfig.fromMap(subtask.deployment().configuration());
        this.metrics = subtask.values().group(operatorName);
    }

    @Override
    public String getJobName() {
        return subtask.deployment().jobName();
    }

    @Override
    public String getJobId() {
        return subtask.deployment().attempt().job();
    }

    @Override
    public String getTaskName() {
        return operatorName;
    }

    @Override
    public String getTaskNameWithSubtasks() {
        return operatorName + " (" + (subtask.subtask() + 1) + "/" + subtask.parallelism() + ")";
    }

    @Override
    public int getIndexOfThisSubtask() {
        return subtask.subtask();
    }

    @Override
    public int getNumberOfParallelSubtasks() {
        return subtask.parallelism();
    }

    @Override
    public int getMaxNumberOfParallelSubtasks() {
        return subtask.deployment().maxParallelism();
    }

    @Override
    public int getAttemptNumber() {
        return subtask.deployment().restart();
    }

    @Override
    public ExecutionConfig getExecutionConfig() {
        return config;
    }

    @Override
    public ClassLoader getUserCodeClassLoader() {
        return subtask.classes().userClassLoader();
    }

    // ------------------------------------------------------------------ counted and measured

    @Override
    public MetricGroup getMetricGroup() {
        return metrics;
    }

    @Override
    public <V, A extends Serializable> void addAccumulator(
            String name, Accumulator<V, A> accumulator) {
        subtask.values().add(requireNonNull(name, "name"), requireNonNull(accumulator, name));
    }

    @Override
    @SuppressWarnings("unchecked") // the caller says which accumulator it was
    public <V, A extends Serializable> Accumulator<V, A> getAccumulator(String name) {
        return (Accumulator<V, A>) subtask.values().accumulator(name);
    }

    @Override
    public IntCounter getIntCounter(String name) {
        return accumulator(name, IntCounter.class, IntCounter::new);
    }

    @Override
    public LongCounter getLongCounter(String name) {
        return accumulator(name, LongCounter.class, LongCounter::new);
    }

    @Override
    public DoubleCounter getDoubleCounter(String name) {
        return accumulator(name, DoubleCounter.class, DoubleCounter::new);
    }

    @Override
    public Histogram getHistogram(String name) {
        return accumulator(name, Histogram.class, Histogram::new);
    }

    private <A extends Accumulator<?, ?>> A accumulator(
            String name, Class<A> type, Supplier<A> maker) {
        Accumulator<?, ?> present = subtask.values().accumulator(name);
        if (present == null) {
            A made = maker.get();
            subtask.values().add(name, made);
            return made;
        }
        if (!type.isInstance(present)) {
            throw new UnsupportedOperationException(
                    "The accumulator '"
                            + name
                            + "' of this subtask is a "
                            + present.getClass().getName()
                            + ", not a "
                            + type.getName()
                            + ": use another name.");
        }
        return type.cast(present);
    }
}
