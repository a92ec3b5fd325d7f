package io.millrace.runtime.schedule;

import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.SlotSharing.SharedSlot;
import io.millrace.runtime.schedule.SlotSharing.SubtaskId;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.task.TaskDeployment.Edge;
import io.millrace.runtime.task.TaskDeployment.Peer;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A job graph with all its subtasks and the attempts of the present start.
 *
 * <p>Invariant: all attempts of a start have one generation; (epoch, counter) is used once.
 *
 * <p>Threads: owned by the master's loop.
 */
public final class ExecutionGraph {
    private final JobGraph graph;
    private final String applicationId;
    private final int epoch;
    private final List<SharedSlot> slots;
    private final Map<SubtaskId, Execution> current = new LinkedHashMap<>();
    private final Map<SubtaskId, List<FileSplit>> splits = new HashMap<>();
    private Generation generation;
    private int starts;

    public ExecutionGraph(JobGraph graph, String applicationId, int epoch) {
        this.graph = graph;
        this.applicationId = applicationId;
        this.epoch = epoch;
        this.slots = SlotSharing.slotsOf(graph);
    }

    public JobGraph graph() {
        return graph;
    }

    public List<SharedSlot> slots() {
        return slots;
    }

    /** Deals the input out; once, before the first start. */
    public void assignSplits(List<FileSplit> all) {
        for (JobVertex vertex : graph.vertices()) {
            List<FileSplit> own =
                    all.stream()
                            .filter(
                                    split ->
                                            vertex.inputs().stream()
                                                    .anyMatch(
                                                            in ->
                                                                    in.operator()
                                                                            == split.operator()))
                            .toList();
            List<List<FileSplit>> dealt = SplitAssignment.evenly(own, vertex.parallelism());
            for (int s = 0; s < vertex.parallelism(); s++) {
                splits.put(new SubtaskId(vertex.id(), s), List.copyOf(dealt.get(s)));
            }
        }
    }

    /**
     * Begins a start: a new attempt of every subtask, in a new generation.
     *
     * @param assigned a worker's slot for each of {@link #slots()}
     */
    public void start(List<WorkerSlot> assigned, long nowNanos) {
        if (current.values().stream().anyMatch(Execution::isLive)) {
            throw new IllegalStateException(
                    "Attempts of generation " + generation + " may still run: " + live());
        }
        starts++;
        generation = new Generation(epoch, starts);
        Map<SubtaskId, WorkerSlot> slotOf = new HashMap<>();
        for (SharedSlot slot : slots) {
            for (SubtaskId subtask : slot.subtasks()) {
                slotOf.put(subtask, assigned.get(slot.index()));
            }
        }
        current.clear();
        for (JobVertex vertex : graph.vertices()) {
            for (int s = 0; s < vertex.parallelism(); s++) {
                SubtaskId id = new SubtaskId(vertex.id(), s);
                AttemptId attempt = new AttemptId(graph.jobId(), vertex.id(), s, epoch, starts);
                current.put(id, new Execution(attempt, vertex.name(), slotOf.get(id), nowNanos));
            }
        }
    }

    /** How often the job was started by this master. */
    public int starts() {
        return starts;
    }

    /** Of the present start, or null before the first. */
    public Generation generation() {
        return generation;
    }

    /** Name of the present start's run, or null before the first. */
    public String run() {
        return starts == 0 ? null : applicationId + "-" + epoch + "-" + (starts - 1);
    }

    /** Attempts of the present start, by vertex and subtask. */
    public Collection<Execution> executions() {
        return current.values();
    }

    public List<Execution> executionsOf(int vertex) {
        return IntStream.range(0, graph.vertex(vertex).parallelism())
                .mapToObj(s -> current.get(new SubtaskId(vertex, s)))
                .filter(e -> e != null)
                .toList();
    }

    /** What is known of an attempt of the present start, or null if it is none. */
    public Execution find(AttemptId attempt) {
        Execution execution = current.get(new SubtaskId(attempt.vertex(), attempt.subtask()));
        return execution != null && execution.attempt().equals(attempt) ? execution : null;
    }

    /** Attempts that may still run somewhere. */
    public List<Execution> live() {
        return current.values().stream().filter(Execution::isLive).toList();
    }

    /** Whether every subtask has finished. */
    public boolean allFinished() {
        return starts > 0
                && current.values().stream().allMatch(e -> e.state() == Execution.State.FINISHED);
    }

    /** What a worker needs to run an attempt. */
    public TaskDeployment deployment(
            Execution execution,
            Function<String, WorkerAddress> addressOf,
            RestoredState restored) {
        AttemptId attempt = execution.attempt();
        JobVertex vertex = graph.vertex(attempt.vertex());
        int subtask = attempt.subtask();
        List<Edge> inputs = new ArrayList<>();
        for (JobEdge edge : graph.inputsOf(vertex.id())) {
            int writers = graph.vertex(edge.source()).parallelism();
            List<Peer> peers = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                if (edge.connects(writer, writers, subtask, vertex.parallelism())) {
                    peers.add(peer(edge.source(), writer, addressOf));
                }
            }
            inputs.add(new Edge(edge.id(), edge.input(), peers));
        }
        List<Edge> outputs = new ArrayList<>();
        for (JobEdge edge : graph.outputsOf(vertex.id())) {
            int readers = graph.vertex(edge.target()).parallelism();
            List<Peer> peers = new ArrayList<>();
            int end = edge.endReader(subtask, vertex.parallelism(), readers);
            for (int reader = edge.firstReader(subtask, vertex.parallelism(), readers);
                    reader < end;
                    reader++) {
                peers.add(peer(edge.target(), reader, addressOf));
            }
            outputs.add(new Edge(edge.id(), edge.input(), peers));
        }
        return new TaskDeployment(
                attempt,
                generation,
                starts - 1,
                graph.jobName(),
                vertex.name(),
                vertex.parallelism(),
                vertex.maxParallelism(),
                vertex.chain(),
                inputs,
                outputs,
                splits.getOrDefault(new SubtaskId(vertex.id(), subtask), List.of()),
                run(),
                graph.configuration(),
                restored);
    }

    private Peer peer(int vertex, int subtask, Function<String, WorkerAddress> addressOf) {
        Execution peer = current.get(new SubtaskId(vertex, subtask));
        return new Peer(peer.attempt(), addressOf.apply(peer.slot().workerId()));
    }
}
