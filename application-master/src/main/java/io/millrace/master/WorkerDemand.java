package io.millrace.master;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.memory.SegmentDemand;
import io.millrace.runtime.memory.TaskManagerMemory;

/** Knows before a container is asked for whether a job's edges fit into the workers' memory. */
public final class WorkerDemand {
    private WorkerDemand() {}

    /**
     * @throws ConfigurationException with how much network memory the job needs
     */
    public static void check(JobGraph graph, ParsedConfiguration options) {
        int slots = options.get(TaskManagerOptions.NUM_TASK_SLOTS);
        int workers = (graph.requiredSlots() + slots - 1) / slots;
        String refusal =
                SegmentDemand.refusal(
                        graph,
                        slots,
                        workers,
                        TaskManagerMemory.of(options).network().getBytes(),
                        Math.toIntExact(
                                options.get(TaskManagerOptions.MEMORY_SEGMENT_SIZE).getBytes()));
        if (refusal != null) {
            throw new ConfigurationException(refusal);
        }
    }
}
