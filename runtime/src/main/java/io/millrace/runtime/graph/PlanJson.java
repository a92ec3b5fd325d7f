package io.millrace.runtime.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Shows a plan as JSON.
 *
 * <p>Format: {@code {"nodes": [{"id", "type", "pact", "contents", "parallelism", "predecessors":
 * [{"id", "ship_strategy", "side", "serializer", "hand_over"}]}]}}, the fields that visualizers of
 * such plans know, the serializer of each edge, and whether the edge copies.
 */
final class PlanJson {
    private PlanJson() {}

    static String of(StreamGraph graph, Chaining chaining) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode nodes = root.putArray("nodes");
        for (StreamGraph.Node node : graph.nodes()) {
            ObjectNode json = nodes.addObject();
            json.put("id", node.id());
            json.put("type", node.name());
            json.put("pact", pact(node));
            json.put("contents", node.name());
            json.put("parallelism", node.parallelism());
            if (graph.inputsOf(node.id()).isEmpty()) {
                continue;
            }
            ArrayNode predecessors = json.putArray("predecessors");
            for (StreamGraph.Edge edge : graph.inputsOf(node.id())) {
                ObjectNode predecessor = predecessors.addObject();
                predecessor.put("id", edge.source());
                predecessor.put("ship_strategy", edge.partitioning().word());
                predecessor.put("side", "second");
                predecessor.put("serializer", graph.serializerOf(edge));
                predecessor.put("hand_over", chaining.handOver(edge).words());
            }
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of strings and numbers is always JSON", e);
        }
    }

    private static String pact(StreamGraph.Node node) {
        if (node.body() instanceof ChainSpec.Body.Source) {
            return "Data Source";
        }
        return node.body() instanceof ChainSpec.Body.Sink ? "Data Sink" : "Operator";
    }
}
