package io.millrace.runtime.operator;

import io.millrace.api.ExecutionConfig;
import io.millrace.api.function.RuntimeContext;

/** Answers a rich function's questions from its subtask's deployment. */
final class SubtaskRuntimeContext implements RuntimeContext {
    private final String operatorName;
    private final SubtaskContext subtask;
    private final ExecutionConfig config;

    SubtaskRuntimeContext(String operatorName, SubtaskContext subtask) {
        this.operatorName = operatorName;
        this.subtask = subtask;
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
}
