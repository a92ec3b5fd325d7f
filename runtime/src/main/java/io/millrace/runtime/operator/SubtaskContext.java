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
 * @param time its clock
 * @param coordinators where its source tells its coordinator something
 */
public record SubtaskContext(
        TaskDeployment deployment,
        JobClasses classes,
        Wakeup wakeup,
        SubtaskValues values,
        ProcessingTime time,
        Coordinators coordinators) {

    /** The way to the coordinators of sources, in the master; any thread. */
    @FunctionalInterface
    public interface Coordinators {

        /**
         * Promises nothing: what is lost is told again when the source registers.
         *
         * @param uid of the operator
         */
        void tell(String uid, byte[] event);
    }

    public int subtask() {
        return deployment.attempt().subtask();
    }

    public int parallelism() {
        return deployment.parallelism();
    }
}
