package io.millrace.runtime.graph;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A program ready to be run: chains of operators and the edges between them.
 *
 * <p>Shape: vertices in topological order, {@code vertices.get(i).id() == i}; edges likewise
 * numbered by their place. Contains only engine types; what is the user's is bytes.
 *
 * @param jobId 32 hexadecimal digits
 * @param configuration every option in force for the job, by key
 */
public record JobGraph(
        String jobId,
        String jobName,
        List<JobVertex> vertices,
        List<JobEdge> edges,
        Map<String, String> configuration)
        implements Serializable {
    public JobGraph {
        vertices = List.copyOf(vertices);
        edges = List.copyOf(edges);
        configuration = Map.copyOf(configuration);
    }

    public JobVertex vertex(int id) {
        return vertices.get(id);
    }

    public List<JobEdge> inputsOf(int vertex) {
        return edges.stream().filter(e -> e.target() == vertex).toList();
    }

    public List<JobEdge> outputsOf(int vertex) {
        return edges.stream().filter(e -> e.source() == vertex).toList();
    }

    /**
     * Slots that all subtasks need: for each slot sharing group as many as its highest parallelism.
     */
    public int requiredSlots() {
        return vertices.stream()
                .collect(
                        Collectors.toMap(
                                JobVertex::slotSharingGroup, JobVertex::parallelism, Math::max))
                .values()
                .stream()
                .mapToInt(Integer::intValue)
                .sum();
    }
}
