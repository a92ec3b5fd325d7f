package io.millrace.runtime.schedule;

import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.SlotSharing.Offer;
import io.millrace.runtime.schedule.SlotSharing.SharedSlot;
import io.millrace.runtime.schedule.SlotSharing.SubtaskId;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.SubtaskMetrics;
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
 * A job graph with all its subtasks and the attempts of the present start of each region.
 *
 * <p>Invariant: (epoch, counter) is used once, by one start of one region.
 *
 * <p>Threads: owned by the master's loop.
 */
public final class ExecutionGraph {
    private final JobGraph graph;
    private final String applicationId;
    private final int epoch;
    private final List<SharedSlot> slots;
    private final List<Region> regions;
    private final Map<Integer, Region> regionOf = new HashMap<>();
    private final Map<SubtaskId, List<FileSplit>> splits = new HashMap<>();
    private int starts;

    public ExecutionGraph(JobGraph graph, String applicationId, int epoch) {
        this.graph = graph;
        this.applicationId = applicationId;
        this.epoch = epoch;
        this.slots = SlotSharing.slotsOf(graph);
        this.regions = Region.of(graph);
        for (Region region : regions) {
            region.vertices().forEach(vertex -> regionOf.put(vertex.id(), region));
        }
    }

    public JobGraph graph() {
        return graph;
    }

    public List<SharedSlot> slots() {
        return slots;
    }

    public List<Region> regions() {
        return regions;
    }

    /** The region of a vertex, or null if the job has no such vertex. */
    public Region regionOf(int vertex) {
        return regionOf.get(vertex);
    }

    /** The region of an attempt, or null if it is none of this job. */
    public Region regionOf(AttemptId attempt) {
        return attempt.job().equals(graph.jobId()) ? regionOf.get(attempt.vertex()) : null;
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
     * Finds slots for regions that are to start. A shared slot that attempts of other regions use
     * stays where it is.
     *
     * @param offers all slots that may be used, those in use among them
     * @return a worker's slot for each shared slot that the regions need, by its number; empty if
     *     the offers do not suffice
     */
    public Map<Integer, WorkerSlot> assign(Collection<Region> starting, List<Offer> offers) {
        Map<Integer, WorkerSlot> used = new LinkedHashMap<>();
        List<SharedSlot> free = new ArrayList<>();
        for (SharedSlot slot : slots) {
            WorkerSlot at = null;
            boolean needed = false;
            for (SubtaskId subtask : slot.subtasks()) {
                Region region = regionOf.get(subtask.vertex());
                Execution execution = region.execution(subtask);
                needed |= starting.contains(region);
                if (execution != null && execution.isLive()) {
                    at = execution.slot();
                }
            }
            if (at != null) {
                used.put(slot.index(), at);
            } else if (needed) {
                free.add(slot);
            }
        }
        List<WorkerSlot> assigned = SlotSharing.assign(free, offers, used.values());
        if (assigned.size() < free.size()) {
            return Map.of();
        }
        for (int i = 0; i < free.size(); i++) {
            used.put(free.get(i).index(), assigned.get(i));
        }
        return used;
    }

    /**
     * Begins a start of a region: a new attempt of every subtask, in a new generation.
     *
     * @param assigned as {@link #assign} gives it
     */
    public void start(Region region, Map<Integer, WorkerSlot> assigned, long nowNanos) {
        int counter = starts + 1;
        Map<SubtaskId, WorkerSlot> slotOf = new HashMap<>();
        for (SharedSlot slot : slots) {
            for (SubtaskId subtask : slot.subtasks()) {
                slotOf.put(subtask, assigned.get(slot.index()));
            }
        }
        Map<SubtaskId, Execution> attempts = new LinkedHashMap<>();
        for (SubtaskId id : region.subtasks()) {
            AttemptId attempt =
                    new AttemptId(graph.jobId(), id.vertex(), id.subtask(), epoch, counter);
            String name = graph.vertex(id.vertex()).name();
            attempts.put(id, new Execution(attempt, name, slotOf.get(id), nowNanos));
        }
        region.begin(new Generation(epoch, counter), attempts);
        starts = counter;
    }

    /**
     * Takes attempts that another master has started for those of a region.
     *
     * @param taken what is known of each; a subtask may be missing
     */
    public void adopt(
            Region region, Generation generation, Collection<Adopted> taken, long nowNanos) {
        Map<SubtaskId, Adopted> bySubtask = new HashMap<>();
        taken.forEach(
                a -> bySubtask.put(new SubtaskId(a.attempt().vertex(), a.attempt().subtask()), a));
        Map<SubtaskId, Execution> attempts = new LinkedHashMap<>();
        for (SubtaskId id : region.subtasks()) {
            Adopted adopted = bySubtask.get(id);
            if (adopted != null) {
                attempts.put(
                        id,
                        new Execution(
                                adopted.attempt(),
                                graph.vertex(id.vertex()).name(),
                                adopted.slot(),
                                adopted.state(),
                                adopted.metrics(),
                                nowNanos));
            }
        }
        region.begin(generation, attempts);
    }

    /** An attempt of another master. */
    public record Adopted(
            AttemptId attempt, WorkerSlot slot, Execution.State state, SubtaskMetrics metrics) {}

    /**
     * Name of the run of a region's present start, among all of all masters; empty before the
     * first.
     */
    public String run(Region region) {
        Generation generation = region.generation();
        return generation == null
                ? ""
                : applicationId + "-" + generation.epoch() + "-" + (generation.counter() - 1);
    }

    /** Attempts of the present starts, by vertex and subtask. */
    public List<Execution> executions() {
        return graph.vertices().stream().flatMap(v -> executionsOf(v.id()).stream()).toList();
    }

    public List<Execution> executionsOf(int vertex) {
        Region region = regionOf.get(vertex);
        return IntStream.range(0, graph.vertex(vertex).parallelism())
                .mapToObj(s -> region.execution(new SubtaskId(vertex, s)))
                .filter(e -> e != null)
                .toList();
    }

    /** What is known of an attempt of the present starts, or null if it is none. */
    public Execution find(AttemptId attempt) {
        Region region = regionOf(attempt);
        Execution execution =
                region == null
                        ? null
                        : region.execution(new SubtaskId(attempt.vertex(), attempt.subtask()));
        return execution != null && execution.attempt().equals(attempt) ? execution : null;
    }

    /** Attempts that may still run somewhere. */
    public List<Execution> live() {
        return executions().stream().filter(Execution::isLive).toList();
    }

    /** Whether every subtask has finished. */
    public boolean allFinished() {
        return regions.stream().allMatch(Region::isFinished);
    }

    /**
     * What a worker needs to run an attempt.
     *
     * @param restarts of the job before
     */
    public TaskDeployment deployment(
            Execution execution,
            int restarts,
            Function<String, WorkerAddress> addressOf,
            RestoredState restored) {
        AttemptId attempt = execution.attempt();
        Region region = regionOf(attempt);
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
                region.generation(),
                restarts,
                graph.jobName(),
                vertex.name(),
                vertex.parallelism(),
                vertex.maxParallelism(),
                vertex.chain(),
                inputs,
                outputs,
                splits.getOrDefault(new SubtaskId(vertex.id(), subtask), List.of()),
                run(region),
                graph.configuration(),
                restored);
    }

    private Peer peer(int vertex, int subtask, Function<String, WorkerAddress> addressOf) {
        Execution peer = regionOf.get(vertex).execution(new SubtaskId(vertex, subtask));
        return new Peer(peer.attempt(), addressOf.apply(peer.slot().workerId()));
    }
}
