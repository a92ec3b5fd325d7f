package io.millrace.runtime.graph;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.source.Source;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Chains what can be chained and makes the job graph of a stream graph. */
public final class JobGraphPlanner {
    private final StreamGraph graph;
    private final Settings settings;
    private final Chaining chaining;
    private final Map<Integer, List<Integer>> chains = new LinkedHashMap<>();
    private final Map<Integer, Integer> headOf = new HashMap<>();
    private final Map<Integer, String> edgeNames = new HashMap<>();

    /**
     * @param jobId 32 hexadecimal digits
     * @param localCombine whether records may be combined before they are sent to windows
     * @param configuration every option in force for the job
     */
    public record Settings(
            String jobId,
            boolean chaining,
            boolean objectReuse,
            boolean localCombine,
            Map<String, String> configuration) {}

    private JobGraphPlanner(StreamGraph graph, Settings settings) {
        this.graph = graph;
        this.settings = settings;
        this.chaining = new Chaining(graph, settings.chaining(), settings.objectReuse());
    }

    public static JobGraph plan(StreamGraph graph, Settings settings) {
        return new JobGraphPlanner(graph, settings).plan();
    }

    private JobGraph plan() {
        refuseDoubleUids();
        for (StreamGraph.Node node : graph.nodes()) {
            List<StreamGraph.Edge> inputs = graph.inputsOf(node.id());
            int head =
                    inputs.size() == 1 && isChained(inputs.get(0))
                            ? headOf.get(inputs.get(0).source())
                            : node.id();
            headOf.put(node.id(), head);
            chains.computeIfAbsent(head, h -> new ArrayList<>()).add(node.id());
        }
        Map<Integer, Integer> vertexOfHead = new HashMap<>();
        chains.keySet().forEach(head -> vertexOfHead.put(head, vertexOfHead.size()));
        Map<StreamGraph.Edge, Integer> edgeNumbers = new HashMap<>();
        List<JobEdge> edges = new ArrayList<>();
        for (StreamGraph.Edge edge : graph.edges()) {
            if (isChained(edge)) {
                continue;
            }
            int number = edges.size();
            edgeNumbers.put(edge, number);
            edgeNames.put(number, edgeName(edge));
            edges.add(
                    new JobEdge(
                            number,
                            vertexOfHead.get(headOf.get(edge.source())),
                            vertexOfHead.get(headOf.get(edge.target())),
                            edge.input(),
                            pattern(edge.partitioning()),
                            edge.partitioning().word(),
                            edgeNames.get(number)));
        }
        List<JobVertex> vertices = new ArrayList<>();
        chains.forEach(
                (head, members) -> vertices.add(vertex(vertices.size(), members, edgeNumbers)));
        return new JobGraph(
                settings.jobId(), graph.jobName(), vertices, edges, settings.configuration());
    }

    /** Two edges between the same two operators are told apart by their order. */
    private String edgeName(StreamGraph.Edge edge) {
        String name =
                uid(graph.node(edge.source()))
                        + (edge.side() == null ? "" : "/" + edge.side().getId())
                        + " -> "
                        + uid(graph.node(edge.target()))
                        + (edge.input() == 0 ? "" : ":" + edge.input());
        String unique = name;
        for (int i = 2; edgeNames.containsValue(unique); i++) {
            unique = name + " (" + i + ")";
        }
        return unique;
    }

    private String uid(StreamGraph.Node node) {
        return node.stateUid(graph.nodes().indexOf(node));
    }

    private void refuseDoubleUids() {
        Map<String, String> seen = new HashMap<>();
        for (StreamGraph.Node node : graph.nodes()) {
            if (node.uid() == null) {
                continue;
            }
            String other = seen.put(node.uid(), node.name());
            if (other != null) {
                throw new InvalidProgramException(
                        "uid \""
                                + node.uid()
                                + "\" is given to two operators, '"
                                + other
                                + "' and '"
                                + node.name()
                                + "'; give each its own.");
            }
        }
    }

    private boolean isChained(StreamGraph.Edge edge) {
        return chaining.handOver(edge).isChained();
    }

    private static JobEdge.Pattern pattern(Partitioning<?> partitioning) {
        return partitioning instanceof Partitioning.Forward<?>
                        || partitioning instanceof Partitioning.Rescale<?>
                ? JobEdge.Pattern.POINTWISE
                : JobEdge.Pattern.ALL_TO_ALL;
    }

    /** Who reads one output of an operator. */
    private static final class Readers {
        final TypeInformation<?> type;
        final List<ChainSpec.Reader> chained = new ArrayList<>();
        final List<ChainSpec.EdgeOutput> leaving = new ArrayList<>();

        Readers(TypeInformation<?> type) {
            this.type = type;
        }
    }

    private JobVertex vertex(
            int id, List<Integer> members, Map<StreamGraph.Edge, Integer> edgeNumbers) {
        List<ChainSpec.ChainedOperator> operators = new ArrayList<>();
        List<JobVertex.FileInput> inputs = new ArrayList<>();
        List<JobVertex.FileOutput> outputs = new ArrayList<>();
        List<JobVertex.Coordinator> coordinators = new ArrayList<>();
        Set<Integer> within = new HashSet<>(members);
        for (int member : members) {
            StreamGraph.Node node = graph.node(member);
            // by the name of the side output, the main one under null
            Map<String, Readers> readers = new LinkedHashMap<>();
            readers.put(null, new Readers(node.outputType()));
            for (StreamGraph.Edge edge : graph.outputsOf(member)) {
                Readers of =
                        readers.computeIfAbsent(
                                edge.side() == null ? null : edge.side().getId(),
                                tag -> new Readers(edge.side().getTypeInfo()));
                Integer number = edgeNumbers.get(edge);
                if (number != null) {
                    int groups = graph.node(edge.target()).maxParallelism();
                    of.leaving.add(
                            new ChainSpec.EdgeOutput(
                                    number,
                                    edgeNames.get(number),
                                    edge.partitioning(),
                                    groups,
                                    node.bufferTimeoutMillis(),
                                    combinesFor(edge)));
                } else if (within.contains(edge.target())) {
                    of.chained.add(
                            new ChainSpec.Reader(
                                    members.indexOf(edge.target()),
                                    chaining.handOver(edge) == HandOver.CHAINED_COPY));
                }
            }
            Readers main = readers.remove(null);
            List<ChainSpec.SideOutput> sides = new ArrayList<>();
            readers.forEach(
                    (tag, of) ->
                            sides.add(
                                    new ChainSpec.SideOutput(
                                            tag, of.type, of.chained, of.leaving)));
            operators.add(
                    new ChainSpec.ChainedOperator(
                            node.id(),
                            node.name(),
                            uid(node),
                            body(node),
                            node.inputTypes(),
                            node.outputType(),
                            main.chained,
                            main.leaving,
                            sides));
            if (node.body() instanceof ChainSpec.Body.Source source
                    && source.spec() instanceof SourceSpec.TextFile text) {
                inputs.add(new JobVertex.FileInput(node.id(), text.path()));
            }
            if (node.body() instanceof ChainSpec.Body.Source source
                    && source.spec() instanceof SourceSpec.Splits<?> splits) {
                coordinators.add(
                        new JobVertex.Coordinator(
                                uid(node),
                                node.name(),
                                serialize(node.name(), splits.source()),
                                JobVertex.Alignment.of(
                                        splits.strategy().getAlignmentParameters())));
            }
            if (node.body() instanceof ChainSpec.Body.Sink sink
                    && sink.spec() instanceof SinkSpec.TextFile<?> text) {
                outputs.add(new JobVertex.FileOutput(node.id(), text.path(), text.overwrite()));
            }
        }
        StreamGraph.Node head = graph.node(members.get(0));
        Set<Integer> combined = new HashSet<>();
        for (StreamGraph.Edge edge : graph.edges()) {
            if (edge.target() == members.get(0)
                    && edgeNumbers.containsKey(edge)
                    && combinesFor(edge) != null) {
                combined.add(edgeNumbers.get(edge));
            }
        }
        List<ChainSpec.EdgeInput> read = new ArrayList<>();
        for (StreamGraph.Edge edge : graph.inputsOf(head.id())) {
            Integer number = edgeNumbers.get(edge);
            read.add(new ChainSpec.EdgeInput(number, edgeNames.get(number), edge.partitioning()));
        }
        ChainSpec spec = new ChainSpec(operators, combined, read);
        return new JobVertex(
                id,
                name(operators, 0),
                head.parallelism(),
                head.maxParallelism(),
                head.slotSharingGroup(),
                serialize(spec),
                inputs,
                outputs,
                operators.stream().map(OperatorDescription::of).toList(),
                coordinators);
    }

    private static byte[] serialize(String name, Source<?, ?, ?> source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source);
        } catch (IOException e) {
            throw new InvalidProgramException(
                    "'" + name + "' cannot be sent to the application master: " + e, e);
        }
        return bytes.toByteArray();
    }

    /** The windows that an edge leads to; null if its records are not combined. */
    private OperatorSpec<?, ?> combinesFor(StreamGraph.Edge edge) {
        return settings.localCombine()
                        && edge.partitioning() instanceof Partitioning.Hash
                        && graph.node(edge.target()).body() instanceof ChainSpec.Body.Operator body
                        && WindowShape.hidesCombining(body.spec())
                ? body.spec()
                : null;
    }

    /** The node's body in the form in which it travels. */
    private static ChainSpec.Body body(StreamGraph.Node node) {
        return node.body() instanceof ChainSpec.Body.Source source
                        && source.spec() instanceof SourceSpec.Elements<?> elements
                ? elements(node, elements.values())
                : node.body();
    }

    private static ChainSpec.Body elements(StreamGraph.Node node, List<?> values) {
        @SuppressWarnings("unchecked") // the API has checked that the values are of the type
        TypeSerializer<Object> serializer =
                (TypeSerializer<Object>)
                        Serializers.compile(
                                node.outputType(),
                                new JobClasses(Thread.currentThread().getContextClassLoader()));
        RecordOutput out = new RecordOutput(64);
        for (int i = 0; i < values.size(); i++) {
            try {
                serializer.serialize(values.get(i), out);
            } catch (IOException | RuntimeException e) {
                throw new InvalidProgramException(
                        "Value "
                                + i
                                + " of source '"
                                + node.name()
                                + "' cannot be written as "
                                + node.outputType()
                                + ": "
                                + e,
                        e);
            }
        }
        return new ChainSpec.Body.Elements(values.size(), Arrays.copyOf(out.bytes(), out.length()));
    }

    /** {@code a -> b}, {@code a -> (b -> c, d)}. */
    private static String name(List<ChainSpec.ChainedOperator> operators, int at) {
        ChainSpec.ChainedOperator operator = operators.get(at);
        List<String> names =
                Stream.concat(
                                operator.chained().stream(),
                                operator.sides().stream().flatMap(side -> side.chained().stream()))
                        .map(next -> name(operators, next.place()))
                        .toList();
        return switch (names.size()) {
            case 0 -> operator.name();
            case 1 -> operator.name() + " -> " + names.get(0);
            default -> operator.name() + " -> (" + String.join(", ", names) + ")";
        };
    }

    private static byte[] serialize(ChainSpec spec) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            spec.write(out);
        } catch (IOException e) {
            throw new InvalidProgramException(
                    "The operators "
                            + spec.operators().stream()
                                    .map(ChainSpec.ChainedOperator::name)
                                    .toList()
                            + " cannot be sent to the workers: "
                            + e
                            + ". Functions and what they hold must be serializable; mark other"
                            + " fields transient and make them in open().",
                    e);
        }
        return bytes.toByteArray();
    }
}
