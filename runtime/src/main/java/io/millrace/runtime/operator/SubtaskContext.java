package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.metrics.SubtaskValues;
import io.millrace.runtime.task.TaskDeployment;

/**
 * What operators know about the subtask they run in.
 *
 * @param wakeup calls the subtask when it waits
 * @param classes of the job, in this process
 * @param values where functions register what they count and measure
 */
public record SubtaskContext(
        TaskDeployment deployment, JobClasses classes, Wakeup wakeup, SubtaskValues values) {

    public int subtask() {
        return deployment.attempt().subtask();
    }

    public int parallelism() {
        return deployment.parallelism();
    }
}
