package io.millrace.runtime.graph;

import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.WindowContents;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The states by key that the engine's own operators ask for, with the types of their values: what a
 * program says of its state before it runs. What its functions ask for is known only then.
 */
public final class EngineStates {
    /** What {@code reduce} and the aggregates of a keyed stream have come to. */
    public static final String RESULT = "result";

    /** What windows hold that are not cut into panes. */
    public static final String WINDOW_CONTENTS = "window-contents";

    /** What panes of windows have come to. */
    public static final String WINDOW_PANES = "window-panes";

    private EngineStates() {}

    /** By the uid of the operator, and the name of the state. */
    static Map<String, Map<String, TypeInformation<?>>> of(StreamGraph graph) {
        Map<String, Map<String, TypeInformation<?>>> states = new HashMap<>();
        List<StreamGraph.Node> nodes = graph.nodes();
        for (int place = 0; place < nodes.size(); place++) {
            StreamGraph.Node node = nodes.get(place);
            if (node.body() instanceof ChainSpec.Body.Operator operator) {
                states.put(node.stateUid(place), of(node, operator.spec()));
            }
        }
        return states;
    }

    private static Map<String, TypeInformation<?>> of(
            StreamGraph.Node node, OperatorSpec<?, ?> spec) {
        if (spec instanceof OperatorSpec.KeyedReduce<?, ?>
                || spec instanceof OperatorSpec.KeyedAggregate<?, ?>) {
            return Map.of(RESULT, node.outputType());
        }
        if (!(spec instanceof OperatorSpec.WindowAggregate<?, ?, ?, ?, ?> windows)) {
            return Map.of();
        }
        TypeInformation<?> element = node.inputTypes().get(0);
        TypeInformation<?> contents =
                windows.contents() instanceof WindowContents.Aggregated<?, ?, ?> aggregated
                        ? aggregated.accumulatorType()
                        : element;
        if (WindowShape.hasPanes(windows)) {
            return Map.of(WINDOW_PANES, contents);
        }
        return Map.of(
                WINDOW_CONTENTS,
                windows.windows().evictor() == null ? contents : Types.TUPLE(element, Types.LONG));
    }
}
