package io.millrace.api.function;

/** What a rich function can ask about where it runs. */
public interface RuntimeContext {
    String getJobName();

    /** 32 hexadecimal digits. */
    String getJobId();

    /** Name of the operator. */
    String getTaskName();

    /** {@code name (i/n)}, counted from 1. */
    String getTaskNameWithSubtasks();

    /** From 0. */
    int getIndexOfThisSubtask();

    int getNumberOfParallelSubtasks();

    int getMaxNumberOfParallelSubtasks();

    /** 0 for the first execution of the subtask. */
    int getAttemptNumber();

    ClassLoader getUserCodeClassLoader();
}
