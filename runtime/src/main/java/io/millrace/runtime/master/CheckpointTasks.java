package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointTask;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The subtasks of a job as its checkpoints see them.
 *
 * <p>Threads: stateless.
 */
final class CheckpointTasks {
    private CheckpointTasks() {}

    /** All of the present start. */
    static List<CheckpointTask> of(ExecutionGraph graph) {
        Map<Integer, Boolean> finished = new HashMap<>();
        for (JobVertex vertex : graph.graph().vertices()) {
            finished.put(
                    vertex.id(),
                    graph.executionsOf(vertex.id()).stream().allMatch(CheckpointTasks::isFinished));
        }
        List<CheckpointTask> tasks = new ArrayList<>();
        for (Execution execution : graph.executions()) {
            tasks.add(
                    new CheckpointTask(
                            execution.attempt(),
                            execution.slot().workerId(),
                            haveWritersFinished(graph, execution, finished),
                            switch (execution.state()) {
                                case RUNNING -> CheckpointTask.Phase.RUNNING;
                                case FINISHED -> CheckpointTask.Phase.FINISHED;
                                default -> CheckpointTask.Phase.NOT_RUNNING;
                            }));
        }
        return tasks;
    }

    private static boolean isFinished(Execution execution) {
        return execution.state() == Execution.State.FINISHED;
    }

    /** Also true of one that reads no other. */
    private static boolean haveWritersFinished(
            ExecutionGraph graph, Execution execution, Map<Integer, Boolean> finished) {
        int vertex = execution.attempt().vertex();
        for (JobEdge edge : graph.graph().inputsOf(vertex)) {
            if (finished.get(edge.source())) {
                continue;
            }
            List<Execution> writers = graph.executionsOf(edge.source());
            for (int writer = 0; writer < writers.size(); writer++) {
                if (!isFinished(writers.get(writer))
                        && edge.connects(
                                writer,
                                writers.size(),
                                execution.attempt().subtask(),
                                graph.graph().vertex(vertex).parallelism())) {
                    return false;
                }
            }
        }
        return true;
    }
}
