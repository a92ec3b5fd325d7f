package io.millrace.api.function;

/** Which subtask a function runs in. */
public interface TaskInfo {
    /** Name of the operator. */
    String getTaskName();

    /** {@code name (i/n)}, counted from 1. */
    String getTaskNameWithSubtasks();

    /** From 0. */
    int getIndexOfThisSubtask();

    int getNumberOfParallelSubtasks();

    /** Number of key groups. */
    int getMaxNumberOfParallelSubtasks();

    /** 0 for the first execution of the subtask. */
    int getAttemptNumber();
}
