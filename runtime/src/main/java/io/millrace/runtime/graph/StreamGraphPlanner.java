package io.millrace.runtime.graph;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.function.OutputTag;
import io.millrace.api.source.Boundedness;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorTransformation;
import io.millrace.api.transform.PartitionTransformation;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SideOutputTransformation;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.transform.SourceTransformation;
import io.millrace.api.transform.Transformation;
import io.millrace.api.transform.TwoInputTransformation;
import io.millrace.api.transform.UnionTransformation;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.serializer.KeyGroups;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks a program from its leaves to its sources and makes the stream graph of it.
 *
 * <p>Errors: {@link InvalidProgramException} for what cannot be run as it is written.
 */
public final class StreamGraphPlanner {
    /** Number of key groups cannot exceed it. */
    public static final int MAX_PARALLELISM = 32_768;

    static final String DEFAULT_SLOT_SHARING_GROUP = "default";

    private final Pipeline pipeline;
    private final int defaultParallelism;
    private final Map<Integer, StreamGraph.Node> nodes = new LinkedHashMap<>();
    private final List<StreamGraph.Edge> edges = new ArrayList<>();
    private final Map<Integer, List<Way>> ways = new HashMap<>();
    private final List<Transformation<?>> order = new ArrayList<>();

    /**
     * Records of a node on their way.
     *
     * @param side output that they come from, or null for the main one
     * @param partitioning asked for, or null if none was
     */
    private record Way(int source, OutputTag<?> side, Partitioning<?> partitioning) {}

    private StreamGraphPlanner(Pipeline pipeline, int defaultParallelism) {
        this.pipeline = pipeline;
        this.defaultParallelism = defaultParallelism;
    }

    /**
     * @param defaultParallelism of operators for which neither they nor the program set one
     */
    public static StreamGraph plan(Pipeline pipeline, int defaultParallelism) {
        return plan(pipeline, defaultParallelism, Map.of());
    }

    /**
     * @param restoredKeyGroups maximum parallelism of operators for which the program sets none, by
     *     the uid under which their state was stored
     */
    static StreamGraph plan(
            Pipeline pipeline, int defaultParallelism, Map<String, Integer> restoredKeyGroups) {
        return new StreamGraphPlanner(pipeline, defaultParallelism).plan(restoredKeyGroups);
    }

    private StreamGraph plan(Map<String, Integer> restoredKeyGroups) {
        RuntimeExecutionMode mode = mode();
        for (Transformation<?> leaf : pipeline.leaves()) {
            waysFrom(leaf, mode);
        }
        List<StreamGraph.Node> sorted = new ArrayList<>();
        for (Transformation<?> transformation : order) {
            StreamGraph.Node node = nodes.get(transformation.id());
            if (node != null) {
                sorted.add(withKeyGroups(node, transformation, sorted.size(), restoredKeyGroups));
            }
        }
        return new StreamGraph(pipeline.jobName(), sorted, edges, mode);
    }

    private StreamGraph.Node withKeyGroups(
            StreamGraph.Node node,
            Transformation<?> transformation,
            int place,
            Map<String, Integer> restoredKeyGroups) {
        Integer restored = restoredKeyGroups.get(node.stateUid(place));
        boolean unset =
                transformation.maxParallelism() == Transformation.UNSET
                        && pipeline.maxParallelism() == Transformation.UNSET;
        return restored == null || !unset || restored < node.parallelism()
                ? node
                : node.withMaxParallelism(restored);
    }

    private RuntimeExecutionMode mode() {
        List<SourceTransformation<?>> unbounded = new ArrayList<>();
        for (Transformation<?> leaf : pipeline.leaves()) {
            collectUnbounded(leaf, unbounded);
        }
        return switch (pipeline.mode()) {
            case STREAMING -> RuntimeExecutionMode.STREAMING;
            case AUTOMATIC ->
                    unbounded.isEmpty()
                            ? RuntimeExecutionMode.BATCH
                            : RuntimeExecutionMode.STREAMING;
            case BATCH -> {
                if (!unbounded.isEmpty()) {
                    throw new InvalidProgramException(
                            "execution.runtime-mode is BATCH, but source '"
                                    + unbounded.get(0).name()
                                    + "' may never end, or says nothing about its end, as source"
                                    + " functions do. Use STREAMING, or a bounded source such as"
                                    + " fromSequence or readTextFile.");
                }
                yield RuntimeExecutionMode.BATCH;
            }
        };
    }

    private static void collectUnbounded(
            Transformation<?> at, List<SourceTransformation<?>> unbounded) {
        if (at instanceof SourceTransformation<?> source
                && (source.spec() instanceof SourceSpec.Function<?>
                        || source.spec() instanceof SourceSpec.Splits<?> splits
                                && splits.source().getBoundedness() != Boundedness.BOUNDED)) {
            unbounded.add(source);
        }
        at.inputs().forEach(input -> collectUnbounded(input, unbounded));
    }

    /** The ways that leave a transformation, each from a node. */
    private List<Way> waysFrom(Transformation<?> at, RuntimeExecutionMode mode) {
        List<Way> known = ways.get(at.id());
        if (known != null) {
            return known;
        }
        List<Way> result = new ArrayList<>();
        if (at instanceof PartitionTransformation<?> partition) {
            for (Way way : waysFrom(partition.input(), mode)) {
                result.add(new Way(way.source(), way.side(), partition.partitioning()));
            }
        } else if (at instanceof UnionTransformation<?> union) {
            for (Transformation<?> input : union.inputs()) {
                result.addAll(waysFrom(input, mode));
            }
        } else if (at instanceof SideOutputTransformation<?> side) {
            for (Way way : waysFrom(side.inputs().get(0), mode)) {
                result.add(new Way(way.source(), side.tag(), null));
            }
        } else {
            List<List<Way>> inputs = new ArrayList<>();
            at.inputs().forEach(input -> inputs.add(waysFrom(input, mode)));
            List<Way> all = inputs.stream().flatMap(List::stream).toList();
            StreamGraph.Node node = node(at, all, mode);
            nodes.put(at.id(), node);
            for (int input = 0; input < inputs.size(); input++) {
                for (Way way : inputs.get(input)) {
                    edges.add(
                            new StreamGraph.Edge(
                                    edges.size(),
                                    way.source(),
                                    node.id(),
                                    input,
                                    way.side(),
                                    partitioning(way, node)));
                }
            }
            result.add(new Way(node.id(), null, null));
        }
        order.add(at);
        ways.put(at.id(), result);
        return result;
    }

    private StreamGraph.Node node(
            Transformation<?> at, List<Way> inputs, RuntimeExecutionMode mode) {
        int parallelism = parallelism(at);
        int maxParallelism = maxParallelism(at, parallelism);
        ChainSpec.Body body;
        List<TypeInformation<?>> inputTypes = new ArrayList<>();
        at.inputs().forEach(input -> inputTypes.add(input.outputType()));
        String name = at.name();
        if (at instanceof SourceTransformation<?> source) {
            name = "Source: " + name;
            body = new ChainSpec.Body.Source(source.spec());
        } else if (at instanceof SinkTransformation<?> sink) {
            name = "Sink: " + name;
            body = new ChainSpec.Body.Sink(sink.spec());
        } else if (at instanceof TwoInputTransformation<?, ?, ?> two) {
            body = new ChainSpec.Body.TwoInputs(two.spec(), two.firstKey(), two.secondKey());
        } else {
            OperatorTransformation<?, ?> operator = (OperatorTransformation<?, ?>) at;
            body =
                    new ChainSpec.Body.Operator(
                            operator.spec(),
                            mode == RuntimeExecutionMode.BATCH && isKeyedAggregate(operator.spec()),
                            operator.key());
        }
        return new StreamGraph.Node(
                at.id(),
                name,
                at.uid(),
                body,
                inputTypes,
                at.outputType(),
                parallelism,
                maxParallelism,
                at.chaining(),
                slotSharingGroup(at, inputs),
                at.bufferTimeoutMillis());
    }

    private static boolean isKeyedAggregate(OperatorSpec<?, ?> spec) {
        return spec instanceof OperatorSpec.KeyedReduce<?, ?>
                || spec instanceof OperatorSpec.KeyedAggregate<?, ?>;
    }

    private int parallelism(Transformation<?> at) {
        if (at instanceof SourceTransformation<?> source && runsAlone(source.spec())) {
            if (at.parallelism() > 1) {
                throw new InvalidProgramException(
                        "Source '"
                                + at.name()
                                + "' cannot run with parallelism "
                                + at.parallelism()
                                + ": it is not parallel, the limit is 1. Leave setParallelism out,"
                                + " or use a ParallelSourceFunction or fromSequence.");
            }
            return 1;
        }
        int parallelism =
                at.parallelism() != Transformation.UNSET
                        ? at.parallelism()
                        : pipeline.parallelism() != Transformation.UNSET
                                ? pipeline.parallelism()
                                : defaultParallelism;
        if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
            throw new InvalidProgramException(
                    "Parallelism of '"
                            + at.name()
                            + "' is "
                            + parallelism
                            + "; it must be between 1 and "
                            + MAX_PARALLELISM
                            + " (setParallelism, -p or parallelism.default).");
        }
        return parallelism;
    }

    private static boolean runsAlone(SourceSpec<?> spec) {
        return spec instanceof SourceSpec.Elements<?>
                || spec instanceof SourceSpec.Function<?> function && !function.parallel();
    }

    private int maxParallelism(Transformation<?> at, int parallelism) {
        int set =
                at.maxParallelism() != Transformation.UNSET
                        ? at.maxParallelism()
                        : pipeline.maxParallelism();
        if (set == Transformation.UNSET) {
            return KeyGroups.defaultMaxParallelism(parallelism);
        }
        if (set < parallelism || set > MAX_PARALLELISM) {
            throw new InvalidProgramException(
                    "Maximum parallelism of '"
                            + at.name()
                            + "' is "
                            + set
                            + "; it must be at least its parallelism, "
                            + parallelism
                            + ", and at most "
                            + MAX_PARALLELISM
                            + " (setMaxParallelism or pipeline.max-parallelism).");
        }
        return set;
    }

    /**
     * An operator that names none goes with its inputs if they agree, else to the default group.
     */
    private String slotSharingGroup(Transformation<?> at, List<Way> inputs) {
        if (at.slotSharingGroup() != null) {
            return at.slotSharingGroup();
        }
        List<String> groups =
                inputs.stream()
                        .map(way -> nodes.get(way.source()).slotSharingGroup())
                        .distinct()
                        .toList();
        return groups.size() == 1 ? groups.get(0) : DEFAULT_SLOT_SHARING_GROUP;
    }

    private Partitioning<?> partitioning(Way way, StreamGraph.Node target) {
        StreamGraph.Node source = nodes.get(way.source());
        boolean sameParallelism = source.parallelism() == target.parallelism();
        if (way.partitioning() == null) {
            return sameParallelism ? new Partitioning.Forward<>() : new Partitioning.Rebalance<>();
        }
        if (way.partitioning() instanceof Partitioning.Forward<?> && !sameParallelism) {
            throw new InvalidProgramException(
                    "forward() from '"
                            + source.name()
                            + "' (parallelism "
                            + source.parallelism()
                            + ") to '"
                            + target.name()
                            + "' (parallelism "
                            + target.parallelism()
                            + ") is not possible: both sides must have the same parallelism. Use"
                            + " rebalance() or rescale().");
        }
        return way.partitioning();
    }
}
