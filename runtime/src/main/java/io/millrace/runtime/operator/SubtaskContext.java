package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.task.TaskDeployment;

/**
 * What operators know about the subtask they run in.
 *
 * @param wakeup calls the subtask when it waits
 * @param userClassLoader the job's
 */
public record SubtaskContext(
        TaskDeployment deployment, ClassLoader userClassLoader, Wakeup wakeup) {

    public int subtask() {
        return deployment.attempt().subtask();
    }

    public int parallelism() {
        return deployment.parallelism();
    }
}
