package io.millrace.runtime.task;

import io.millrace.api.Configuration;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.Transformation;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointSettings;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.ChannelReplay;
import io.millrace.runtime.exchange.ChannelSelector;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.InputGate;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.Overtaking;
import io.millrace.runtime.exchange.Partial;
import io.millrace.runtime.exchange.PartialSerializer;
import io.millrace.runtime.exchange.RecordWriter;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.generate.UserObjectInputStream;
import io.millrace.runtime.graph.ChainSpec;
import io.millrace.runtime.graph.ChainSpec.ChainedOperator;
import io.millrace.runtime.metrics.SubtaskValues;
import io.millrace.runtime.operator.ChainBuilder;
import io.millrace.runtime.operator.OperatorChain;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.operator.SubtaskContext;
import io.millrace.runtime.operator.WindowCombining;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHasher;
import io.millrace.runtime.serializer.KeyHashers;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.task.TaskDeployment.Edge;
import io.millrace.runtime.task.TaskDeployment.Peer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Turns a deployment into a subtask: reads its chain with the user's class loader, opens its
 * channels, builds its operators.
 *
 * <p>Threads: stateless; the caller's thread runs constructors of the user's classes.
 */
final class SubtaskAssembly {
    private static final int MAILBOX_COMMANDS = 16;

    private final Channels channels;
    private final OperatorPorts ports;

    SubtaskAssembly(Channels channels, OperatorPorts ports) {
        this.channels = channels;
        this.ports = ports;
    }

    /**
     * @param wakeup of the subtask to be
     * @param overdrawn where it waits if one record makes too many
     * @param checkpoints what its checkpoints need
     * @throws Exception if the chain cannot be read; channels that were opened are released by
     *     whoever releases the attempt
     */
    Subtask assemble(
            TaskDeployment deployment,
            JobClasses classes,
            Wakeup wakeup,
            EdgeWriter.Overdrawn overdrawn,
            Subtask.Checkpoints checkpoints)
            throws Exception {
        ChainSpec spec = read(deployment.chain(), classes.userClassLoader());
        Mailbox<SubtaskCommand> mailbox = new Mailbox<>(MAILBOX_COMMANDS);
        SubtaskTime time = new SubtaskTime(ports, mailbox, wakeup);
        SubtaskValues values = values(deployment);
        SubtaskContext context =
                new SubtaskContext(
                        deployment,
                        classes,
                        wakeup,
                        values,
                        time,
                        (uid, event) ->
                                checkpoints.listener().operatorEvent(deployment, uid, event));
        BarrierAlarm alarm =
                new BarrierAlarm(
                        ports.alarms(),
                        () -> {
                            mailbox.raise();
                            wakeup.wake();
                        });
        Overtaking overtaking = overtaking(deployment, alarm);
        List<InFlightRecords.Output> overtaken = new ArrayList<>();
        Map<Integer, RecordWriter> writers =
                writers(deployment, spec, classes, wakeup, overdrawn, overtaken);
        OperatorChain chain = new ChainBuilder(spec, context, writers, ports).build();
        int count = deployment.inputs().stream().mapToInt(edge -> edge.peers().size()).sum();
        int[] channelEdges = new int[count];
        int[] channelInputs = new int[count];
        InputGate gate =
                count == 0
                        ? null
                        : gate(
                                deployment,
                                spec,
                                classes,
                                new InputGate(
                                        count,
                                        wakeup,
                                        alignment(deployment),
                                        checkpoints.nanoClock(),
                                        new InputGate.Overtakable(
                                                overtaking,
                                                inLineOnly(deployment, spec),
                                                () -> {
                                                    mailbox.raise();
                                                    wakeup.wake();
                                                })),
                                channelEdges,
                                channelInputs);
        return new Subtask(
                deployment,
                mailbox,
                time,
                chain,
                gate,
                channelEdges,
                channelInputs,
                values,
                checkpoints,
                new Subtask.Barriers(
                        new InFlightRecords(
                                deployment.attempt().subtask(),
                                spec.head().uid(),
                                inFlightInputs(deployment, spec, classes),
                                overtaken,
                                () -> ports.stores().localFile(context)),
                        overtaking,
                        alarm));
    }

    private Overtaking overtaking(TaskDeployment deployment, BarrierAlarm alarm) {
        return new Overtaking(
                CheckpointSettings.alignedTimeoutMillis(options(deployment)),
                ports.wallMillis(),
                alarm::wakeAt);
    }

    private static BitSet inLineOnly(TaskDeployment deployment, ChainSpec spec) {
        BitSet channels = new BitSet();
        int at = 0;
        for (Edge edge : deployment.inputs()) {
            int end = at + edge.peers().size();
            if (!ChainSpec.mayBeOvertaken(spec.input(edge.edge()).partitioning())) {
                channels.set(at, end);
            }
            at = end;
        }
        return channels;
    }

    private static List<InFlightRecords.Input> inFlightInputs(
            TaskDeployment deployment, ChainSpec spec, JobClasses classes) {
        List<InFlightRecords.Input> inputs = new ArrayList<>();
        int at = 0;
        for (Edge edge : deployment.inputs()) {
            ChainSpec.EdgeInput input = spec.input(edge.edge());
            TypeInformation<?> type = spec.head().inputTypes().get(edge.input());
            TypeSerializer<Object> serializer = inputSerializer(spec, edge, classes);
            inputs.add(
                    new InFlightRecords.Input(
                            edge.edge(),
                            input.name(),
                            at,
                            subtasks(edge),
                            deployment.parallelism(),
                            serializer,
                            typeText(type, serializer),
                            ownRecords(input.partitioning(), deployment, classes)));
            at += edge.peers().size();
        }
        return inputs;
    }

    /** What records on their way are written as: combined ones have a form of their own. */
    private static String typeText(TypeInformation<?> type, TypeSerializer<Object> serializer) {
        return serializer instanceof PartialSerializer ? type + ", combined" : type.toString();
    }

    private static int[] subtasks(Edge edge) {
        return edge.peers().stream().mapToInt(peer -> peer.attempt().subtask()).toArray();
    }

    /** Which records of an edge are written to this subtask now. */
    private static ChannelReplay.Choice ownRecords(
            Partitioning<?> partitioning, TaskDeployment deployment, JobClasses classes) {
        if (deployment.restored().edges().isEmpty()) {
            return ChannelReplay.Choice.ALL;
        }
        int subtask = deployment.attempt().subtask();
        if (partitioning instanceof Partitioning.Hash<?, ?> hash) {
            return ownKeys(hash, deployment, classes);
        }
        if (partitioning instanceof Partitioning.Custom<?, ?> custom) {
            ChannelSelector selector =
                    ChannelSelector.byPartitioner(
                            custom.partitioner(), custom.key(), deployment.parallelism());
            return value -> selector.select(value) == subtask;
        }
        return ChannelReplay.Choice.ALL;
    }

    private static <T, K> ChannelReplay.Choice ownKeys(
            Partitioning.Hash<T, K> hash, TaskDeployment deployment, JobClasses classes) {
        KeyHasher<K> hasher = KeyHashers.forType(hash.keyType(), classes);
        KeyGroupRange own =
                KeyGroupRange.of(
                        deployment.attempt().subtask(),
                        deployment.maxParallelism(),
                        deployment.parallelism());
        return value -> {
            @SuppressWarnings("unchecked") // the graph was built from a stream of T
            K key =
                    value instanceof Partial partial
                            ? (K) partial.key()
                            : hash.key().getKey((T) value);
            return own.contains(KeyGroups.of(hasher.hash(key), deployment.maxParallelism()));
        };
    }

    private static SubtaskValues values(TaskDeployment deployment) {
        ParsedConfiguration configuration =
                ParsedConfiguration.of(Configuration.fromMap(deployment.configuration()));
        return new SubtaskValues(
                configuration.get(JobOptions.ACCUMULATORS_MAX_SIZE).getBytes(),
                JobOptions.ACCUMULATORS_MAX_SIZE.key());
    }

    private static ChainSpec read(byte[] bytes, ClassLoader loader)
            throws IOException, ClassNotFoundException {
        try (UserObjectInputStream in =
                new UserObjectInputStream(new ByteArrayInputStream(bytes), loader)) {
            return ChainSpec.read(in);
        }
    }

    private Map<Integer, RecordWriter> writers(
            TaskDeployment deployment,
            ChainSpec spec,
            JobClasses classes,
            Wakeup wakeup,
            EdgeWriter.Overdrawn overdrawn,
            List<InFlightRecords.Output> overtaken) {
        long jobTimeoutMillis = bufferTimeoutMillis(deployment);
        Map<Integer, RecordWriter> writers = new LinkedHashMap<>();
        for (ChainedOperator operator : spec.operators()) {
            for (ChainSpec.EdgeOutput output : operator.edges()) {
                writers.put(
                        output.edge(),
                        writer(
                                output,
                                operator,
                                operator.outputType(),
                                deployment,
                                classes,
                                wakeup,
                                overdrawn,
                                jobTimeoutMillis,
                                overtaken));
            }
            for (ChainSpec.SideOutput side : operator.sides()) {
                for (ChainSpec.EdgeOutput output : side.edges()) {
                    writers.put(
                            output.edge(),
                            writer(
                                    output,
                                    operator,
                                    side.type(),
                                    deployment,
                                    classes,
                                    wakeup,
                                    overdrawn,
                                    jobTimeoutMillis,
                                    overtaken));
                }
            }
        }
        return writers;
    }

    private RecordWriter writer(
            ChainSpec.EdgeOutput output,
            ChainedOperator operator,
            TypeInformation<?> type,
            TaskDeployment deployment,
            JobClasses classes,
            Wakeup wakeup,
            EdgeWriter.Overdrawn overdrawn,
            long jobTimeoutMillis,
            List<InFlightRecords.Output> overtaken) {
        Edge edge = edge(deployment.outputs(), output.edge());
        WindowCombining combining = combining(output, type, operator.name(), classes);
        TypeSerializer<Object> serializer =
                combining == null
                        ? serializer(type, classes)
                        : combined(
                                type,
                                ((Partitioning.Hash<?, ?>) output.partitioning()).keyType(),
                                combining,
                                classes);
        List<OutputChannel> opened = new ArrayList<>();
        for (Peer reader : edge.peers()) {
            opened.add(
                    channels.openOutput(
                            new ChannelId(deployment.attempt(), edge.edge(), reader.attempt()),
                            reader.worker(),
                            serializer,
                            wakeup));
        }
        EdgeWriter writer =
                new EdgeWriter(
                        edge.edge(),
                        opened,
                        output.bufferTimeoutMillis() == Transformation.BUFFER_TIMEOUT_UNSET
                                ? jobTimeoutMillis
                                : output.bufferTimeoutMillis(),
                        overdrawn);
        if (ChainSpec.mayBeOvertaken(output.partitioning())) {
            overtaken.add(
                    new InFlightRecords.Output(
                            writer,
                            output.name(),
                            operator.uid(),
                            subtasks(edge),
                            serializer,
                            typeText(type, serializer)));
        }
        return records(writer, operator, type, output, deployment, classes, combining);
    }

    private static long bufferTimeoutMillis(TaskDeployment deployment) {
        ParsedConfiguration configuration = options(deployment);
        return configuration.get(JobOptions.BUFFER_TIMEOUT_ENABLED)
                ? configuration.get(JobOptions.BUFFER_TIMEOUT).toMillis()
                : -1;
    }

    private static InputGate.Alignment alignment(TaskDeployment deployment) {
        return options(deployment).get(CheckpointOptions.MODE)
                        == CheckpointOptions.Mode.EXACTLY_ONCE
                ? InputGate.Alignment.ALIGNED
                : InputGate.Alignment.NONE;
    }

    private static ParsedConfiguration options(TaskDeployment deployment) {
        return ParsedConfiguration.of(Configuration.fromMap(deployment.configuration()));
    }

    private InputGate gate(
            TaskDeployment deployment,
            ChainSpec spec,
            JobClasses classes,
            InputGate gate,
            int[] channelEdges,
            int[] channelInputs) {
        int at = 0;
        for (Edge edge : deployment.inputs()) {
            TypeSerializer<Object> serializer = inputSerializer(spec, edge, classes);
            for (Peer writer : edge.peers()) {
                channelEdges[at] = edge.edge();
                channelInputs[at] = edge.input();
                gate.attach(
                        at,
                        channels.openInput(
                                new ChannelId(writer.attempt(), edge.edge(), deployment.attempt()),
                                writer.worker(),
                                serializer,
                                gate.wakeup(at)));
                at++;
            }
        }
        return gate;
    }

    private static TypeSerializer<Object> inputSerializer(
            ChainSpec spec, Edge edge, JobClasses classes) {
        TypeInformation<?> type = spec.head().inputTypes().get(edge.input());
        if (spec.combinedEdges().contains(edge.edge())) {
            ChainSpec.Body.Operator body = (ChainSpec.Body.Operator) spec.head().body();
            TypeInformation<?> keyType = body.key().keyType();
            WindowCombining combining =
                    WindowCombining.of(
                            body.spec(),
                            type,
                            keyType,
                            classes,
                            new Place(edge.edge(), spec.head().name()));
            if (combining != null) {
                return combined(type, keyType, combining, classes);
            }
        }
        return serializer(type, classes);
    }

    /** Null if what reads the edge does not want its records combined. */
    private static WindowCombining combining(
            ChainSpec.EdgeOutput output,
            TypeInformation<?> type,
            String operator,
            JobClasses classes) {
        return output.combinesFor() == null
                ? null
                : WindowCombining.of(
                        output.combinesFor(),
                        type,
                        ((Partitioning.Hash<?, ?>) output.partitioning()).keyType(),
                        classes,
                        new Place(output.edge(), operator));
    }

    private static TypeSerializer<Object> combined(
            TypeInformation<?> type,
            TypeInformation<?> keyType,
            WindowCombining combining,
            JobClasses classes) {
        return new PartialSerializer(
                serializer(type, classes),
                serializer(keyType, classes),
                serializer(combining.contentsType(), classes));
    }

    private static Edge edge(List<Edge> edges, int number) {
        return edges.stream()
                .filter(edge -> edge.edge() == number)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("The deployment lacks edge " + number));
    }

    @SuppressWarnings("unchecked") // values of the type are all the serializer ever sees
    private static TypeSerializer<Object> serializer(TypeInformation<?> type, JobClasses classes) {
        return (TypeSerializer<Object>) Serializers.compile(type, classes);
    }

    /** An edge of the plan, for the class that writes its records. */
    private record Place(int edge, String operator) {
        @Override
        public String toString() {
            return operator;
        }
    }

    private static RecordWriter records(
            EdgeWriter writer,
            ChainedOperator operator,
            TypeInformation<?> type,
            ChainSpec.EdgeOutput output,
            TaskDeployment deployment,
            JobClasses classes,
            WindowCombining combining) {
        Place place = new Place(output.edge(), operator.name());
        TypeSerializer<Object> serializer = serializer(type, classes);
        if (output.partitioning() instanceof Partitioning.Hash<?, ?> hash) {
            return byKey(
                    writer,
                    place,
                    operator.outputType(),
                    serializer,
                    hash,
                    output.readerMaxParallelism(),
                    classes,
                    combining);
        }
        return writer.bySelector(
                classes,
                place,
                operator.outputType(),
                serializer,
                selector(output.partitioning(), deployment, writer.channels().size()));
    }

    private static <T, K> RecordWriter byKey(
            EdgeWriter writer,
            Place place,
            TypeInformation<?> type,
            TypeSerializer<Object> serializer,
            Partitioning.Hash<T, K> hash,
            int maxParallelism,
            JobClasses classes,
            WindowCombining combining) {
        KeyHasher<K> hasher = KeyHashers.forType(hash.keyType(), classes);
        // a writer that flushes each record has nothing to combine
        if (combining != null && writer.leavesTheWorker() && writer.bufferTimeoutMillis() != 0) {
            return writer.byKeyCombined(
                    classes,
                    place,
                    type,
                    serializer,
                    hash.key(),
                    hasher,
                    maxParallelism,
                    combining);
        }
        return writer.byKey(classes, place, type, serializer, hash.key(), hasher, maxParallelism);
    }

    private static ChannelSelector selector(
            Partitioning<?> partitioning, TaskDeployment deployment, int readers) {
        int writer = deployment.attempt().subtask();
        if (partitioning instanceof Partitioning.Custom<?, ?> custom) {
            return ChannelSelector.byPartitioner(custom.partitioner(), custom.key(), readers);
        }
        if (partitioning instanceof Partitioning.Broadcast<?>) {
            return ChannelSelector.all();
        }
        if (partitioning instanceof Partitioning.Global<?>) {
            return ChannelSelector.first();
        }
        if (partitioning instanceof Partitioning.Shuffle<?>) {
            long seed =
                    Objects.hash(deployment.attempt().job(), deployment.attempt().vertex(), writer);
            return ChannelSelector.random(readers, seed);
        }
        if (readers == 1) {
            return ChannelSelector.first();
        }
        return ChannelSelector.roundRobin(readers, writer);
    }
}
