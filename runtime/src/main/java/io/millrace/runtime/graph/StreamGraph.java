package io.millrace.runtime.graph;

import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.function.OutputTag;
import io.millrace.api.transform.ChainingStrategy;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.Transformation;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.serializer.Serializers;
import java.util.List;

/**
 * A program with every operator and every way between two of them, before anything is chained.
 *
 * <p>Shape: nodes in topological order; partitionings and unions have become edges.
 *
 * @param mode STREAMING or BATCH, decided
 */
public record StreamGraph(
        String jobName, List<Node> nodes, List<Edge> edges, RuntimeExecutionMode mode) {
    public StreamGraph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /**
     * One operator.
     *
     * @param id of its transformation
     * @param inputTypes one for each logical input; none for a source
     * @param bufferTimeoutMillis of the edges that leave it; {@link
     *     Transformation#BUFFER_TIMEOUT_UNSET} for the job's
     */
    public record Node(
            int id,
            String name,
            String uid,
            ChainSpec.Body body,
            List<TypeInformation<?>> inputTypes,
            TypeInformation<?> outputType,
            int parallelism,
            int maxParallelism,
            ChainingStrategy chaining,
            String slotSharingGroup,
            long bufferTimeoutMillis) {

        /**
         * The name under which its state is stored: one that has no uid is found again by its place
         * in the program.
         *
         * @param place among the nodes of the graph
         */
        String stateUid(int place) {
            return uid != null ? uid : "#" + place;
        }

        Node withMaxParallelism(int changed) {
            return new Node(
                    id,
                    name,
                    uid,
                    body,
                    inputTypes,
                    outputType,
                    parallelism,
                    changed,
                    chaining,
                    slotSharingGroup,
                    bufferTimeoutMillis);
        }
    }

    /**
     * A way from one operator to another.
     *
     * @param number place among the edges; two edges may lead from one operator to another
     * @param source id of a node
     * @param target id of a node
     * @param input logical input of the target, from 0
     * @param side output of the source that it carries, or null for the main one
     */
    public record Edge(
            int number,
            int source,
            int target,
            int input,
            OutputTag<?> side,
            Partitioning<?> partitioning) {}

    /** Type of the records that an edge carries. */
    public TypeInformation<?> typeOf(Edge edge) {
        return edge.side() == null ? node(edge.source()).outputType() : edge.side().getTypeInfo();
    }

    public Node node(int id) {
        return nodes.stream()
                .filter(node -> node.id() == id)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node " + id));
    }

    /** How the records of an edge become bytes, as {@link Serializers#describe} says it. */
    public String serializerOf(Edge edge) {
        return Serializers.describe(node(edge.source()).outputType());
    }

    public List<Edge> inputsOf(int node) {
        return edges.stream().filter(edge -> edge.target() == node).toList();
    }

    public List<Edge> outputsOf(int node) {
        return edges.stream().filter(edge -> edge.source() == node).toList();
    }
}
