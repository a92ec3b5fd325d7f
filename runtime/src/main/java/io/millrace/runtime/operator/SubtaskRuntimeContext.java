package io.millrace.runtime.operator;

import io.millrace.api.ExecutionConfig;
import io.millrace.api.function.RuntimeContext;
import io.millrace.api.state.AggregatingState;
import io.millrace.api.state.AggregatingStateDescriptor;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.MapState;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ReducingState;
import io.millrace.api.state.ReducingStateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;

/** Answers a rich function's questions from its subtask's deployment. */
final class SubtaskRuntimeContext implements RuntimeContext {
    private final String operatorName;
    private final SubtaskContext subtask;
    private final KeyedStateStore states;
    private final ExecutionConfig config;

    /**
     * @param states of keys, or what refuses to give any
     */
    SubtaskRuntimeContext(String operatorName, SubtaskContext subtask, KeyedStateStore states) {
        this.operatorName = operatorName;
        this.subtask = subtask;
        this.states = states;
        this.config = ExecutionConfig.fromMap(subtask.deployment().configuration());
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

    @Override
    public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
        return states.getState(descriptor);
    }

    @Override
    public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
        return states.getListState(descriptor);
    }

    @Override
    public <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
        return states.getReducingState(descriptor);
    }

    @Override
    public <IN, ACC, OUT> AggregatingState<IN, OUT> getAggregatingState(
            AggregatingStateDescriptor<IN, ACC, OUT> descriptor) {
        return states.getAggregatingState(descriptor);
    }

    @Override
    public <UK, UV> MapState<UK, UV> getMapState(MapStateDescriptor<UK, UV> descriptor) {
        return states.getMapState(descriptor);
    }
}
