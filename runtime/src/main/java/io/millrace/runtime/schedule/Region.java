package io.millrace.runtime.schedule;

import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.schedule.SlotSharing.SubtaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Vertices that edges connect, directly or over others, with the attempts of their present start:
 * the smallest part of a job that can be started alone, as no record passes its border.
 *
 * <p>Invariant: all attempts have one generation.
 *
 * <p>Threads: owned by the master's loop.
 */
public final class Region {
    private final int index;
    private final List<JobVertex> vertices;
    private final Map<SubtaskId, Execution> executions = new LinkedHashMap<>();
    private Generation generation;

    Region(int index, List<JobVertex> vertices) {
        this.index = index;
        this.vertices = List.copyOf(vertices);
    }

    /** The regions of a graph, in the order of their first vertices: the same in every process. */
    static List<Region> of(JobGraph graph) {
        Map<Integer, Integer> first = new HashMap<>();
        graph.vertices().forEach(vertex -> first.put(vertex.id(), vertex.id()));
        for (JobEdge edge : graph.edges()) {
            int one = first.get(edge.source());
            int other = first.get(edge.target());
            first.replaceAll(
                    (vertex, of) -> of == Math.max(one, other) ? Math.min(one, other) : of);
        }
        Map<Integer, List<JobVertex>> byFirst = new TreeMap<>();
        for (JobVertex vertex : graph.vertices()) {
            byFirst.computeIfAbsent(first.get(vertex.id()), v -> new ArrayList<>()).add(vertex);
        }
        List<Region> regions = new ArrayList<>();
        for (List<JobVertex> connected : byFirst.values()) {
            regions.add(new Region(regions.size(), connected));
        }
        return List.copyOf(regions);
    }

    /** Counts the regions of the job, from 0. */
    public int index() {
        return index;
    }

    public List<JobVertex> vertices() {
        return vertices;
    }

    /** All of its subtasks, by vertex and number. */
    public List<SubtaskId> subtasks() {
        List<SubtaskId> subtasks = new ArrayList<>();
        for (JobVertex vertex : vertices) {
            for (int s = 0; s < vertex.parallelism(); s++) {
                subtasks.add(new SubtaskId(vertex.id(), s));
            }
        }
        return subtasks;
    }

    /** What its vertices write. */
    public List<FileOutput> outputs() {
        return vertices.stream().flatMap(v -> v.outputs().stream()).toList();
    }

    /** Of the present start, or null before the first. */
    public Generation generation() {
        return generation;
    }

    /**
     * Attempts of the present start, by vertex and subtask; one that was taken over from another
     * master may lack some.
     */
    public Collection<Execution> executions() {
        return executions.values();
    }

    /** Of a subtask, or null. */
    Execution execution(SubtaskId subtask) {
        return executions.get(subtask);
    }

    /** Attempts that may still run somewhere. */
    public List<Execution> live() {
        return executions.values().stream().filter(Execution::isLive).toList();
    }

    /** Whether every subtask has finished. */
    public boolean isFinished() {
        return generation != null
                && executions.size() == subtasks().size()
                && executions.values().stream()
                        .allMatch(e -> e.state() == Execution.State.FINISHED);
    }

    /** Whether no attempt is still on its way to run. */
    public boolean isStarted() {
        return generation != null
                && executions.values().stream()
                        .noneMatch(e -> e.state() == Execution.State.DEPLOYING);
    }

    /** Replaces all attempts. */
    void begin(Generation next, Map<SubtaskId, Execution> attempts) {
        if (!live().isEmpty()) {
            throw new IllegalStateException(
                    "Attempts of generation " + generation + " may still run: " + live());
        }
        generation = next;
        executions.clear();
        executions.putAll(attempts);
    }

    /** Names it in texts by its vertices. */
    @Override
    public String toString() {
        List<String> names = vertices.stream().map(JobVertex::name).toList();
        return "region " + index + " (" + String.join(", ", names) + ")";
    }
}
