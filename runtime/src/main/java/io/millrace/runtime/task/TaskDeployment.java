package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.List;
import java.util.Map;

/**
 * All that a worker needs to run one attempt of a subtask.
 *
 * @param generation of the start that this attempt belongs to
 * @param restart how often the job was started before, from 0
 * @param chain the serialized operators
 * @param inputs edges that are read, each with its writers in the order of their subtasks
 * @param outputs edges that are written, each with its readers in the order of their subtasks
 * @param splits parts of files that the sources of this subtask read, in that order
 * @param run names this run of the job among all: {@code application-attempt-restart}; part of the
 *     path of output that is not yet visible
 * @param configuration every option in force for the job, by key
 * @param restored what the subtask begins with
 */
public record TaskDeployment(
        AttemptId attempt,
        Generation generation,
        int restart,
        String jobName,
        String vertexName,
        int parallelism,
        int maxParallelism,
        byte[] chain,
        List<Edge> inputs,
        List<Edge> outputs,
        List<FileSplit> splits,
        String run,
        Map<String, String> configuration,
        RestoredState restored) {

    public TaskDeployment {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        splits = List.copyOf(splits);
        configuration = Map.copyOf(configuration);
    }

    /** One that begins with nothing. */
    public TaskDeployment(
            AttemptId attempt,
            Generation generation,
            int restart,
            String jobName,
            String vertexName,
            int parallelism,
            int maxParallelism,
            byte[] chain,
            List<Edge> inputs,
            List<Edge> outputs,
            List<FileSplit> splits,
            String run,
            Map<String, String> configuration) {
        this(
                attempt,
                generation,
                restart,
                jobName,
                vertexName,
                parallelism,
                maxParallelism,
                chain,
                inputs,
                outputs,
                splits,
                run,
                configuration,
                RestoredState.NONE);
    }

    /** The same that begins with something else. */
    public TaskDeployment with(RestoredState other) {
        return new TaskDeployment(
                attempt,
                generation,
                restart,
                jobName,
                vertexName,
                parallelism,
                maxParallelism,
                chain,
                inputs,
                outputs,
                splits,
                run,
                configuration,
                other);
    }

    /**
     * One end of an edge.
     *
     * @param edge number of the job graph's edge
     * @param input logical input of the reading chain's first operator
     * @param peers the attempts at the other end
     */
    public record Edge(int edge, int input, List<Peer> peers) {
        public Edge {
            peers = List.copyOf(peers);
        }
    }

    /** An attempt and the worker it runs on. */
    public record Peer(AttemptId attempt, WorkerAddress worker) {}
}
