package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.InFlight;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Deals what lay in channels at a checkpoint out to the subtasks that read the edges now.
 *
 * <p>Both what was received and what was not sent yet goes to the reader, which reads it before its
 * channels: a writer has nothing to send again, and nothing needs buffers or credit.
 *
 * <p>Invariant: while the number of readers is unchanged each channel goes to its reader. Else one
 * of a keyed edge, or of one with a partitioner, goes to all readers, who take of it the records
 * that would be written to them now; any other goes to one of them.
 *
 * <p>Threads: stateless.
 */
public final class ChannelAssignment {
    private final CheckpointMetadata metadata;

    ChannelAssignment(CheckpointMetadata metadata) {
        this.metadata = metadata;
    }

    /** A part of a channel, and how many subtasks were at the ends of its edge. */
    private record Part(Slice slice, int writers, int readers) {
        int reader() {
            return slice.part().lastGroup();
        }
    }

    /** What lay in the channels of all edges that a subtask reads. */
    public List<InFlight> of(JobGraph graph, int vertex, int subtask) {
        List<InFlight> edges = new ArrayList<>();
        for (JobEdge edge : graph.inputsOf(vertex)) {
            List<Part> parts = parts(edge.name());
            if (parts.isEmpty()) {
                continue;
            }
            List<Slice> own = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                if (isFor(parts.get(i), i, edge, graph, subtask)) {
                    own.add(parts.get(i).slice());
                }
            }
            edges.add(new InFlight(edge.id(), parts.get(0).writers(), parts.get(0).readers(), own));
        }
        return edges;
    }

    private static boolean isFor(Part part, int number, JobEdge edge, JobGraph graph, int subtask) {
        int readers = graph.vertex(edge.target()).parallelism();
        if (part.readers() == readers) {
            return part.reader() == subtask;
        }
        return switch (edge.partitioning()) {
            case "HASH", "CUSTOM" -> true;
            case "GLOBAL" -> subtask == 0;
            default -> number % readers == subtask;
        };
    }

    /** Edges in which records lay, and which a job does not have. */
    static List<String> unread(CheckpointMetadata metadata, JobGraph graph) {
        Set<String> edges = new TreeSet<>();
        for (Vertex vertex : metadata.vertices()) {
            for (Subtask subtask : vertex.subtasks()) {
                for (OperatorState operator : subtask.operators()) {
                    operator.parts().stream()
                            .filter(part -> part.kind().isInFlight())
                            .forEach(part -> edges.add(part.name()));
                }
            }
        }
        graph.edges().forEach(edge -> edges.remove(edge.name()));
        return List.copyOf(edges);
    }

    /** All that lay in the channels of an edge: first what was received, then what was not sent. */
    private List<Part> parts(String edge) {
        List<Part> received = new ArrayList<>();
        List<Part> unsent = new ArrayList<>();
        for (Vertex vertex : metadata.vertices()) {
            for (Subtask subtask : vertex.subtasks()) {
                for (OperatorState operator : subtask.operators()) {
                    for (StatePart part : operator.parts()) {
                        if (!part.kind().isInFlight() || !part.name().equals(edge)) {
                            continue;
                        }
                        Slice slice = new Slice(metadata.fileOf(subtask), part, 0, 0);
                        if (part.kind() == StatePart.Kind.RECEIVED) {
                            received.add(new Part(slice, part.elements(), vertex.parallelism()));
                        } else {
                            unsent.add(new Part(slice, vertex.parallelism(), part.elements()));
                        }
                    }
                }
            }
        }
        received.addAll(unsent);
        return received;
    }
}
