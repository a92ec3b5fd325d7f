package io.millrace.runtime.operator;

import io.millrace.api.Configuration;
import io.millrace.api.ExecutionConfig;
import io.millrace.api.function.Function;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.RichFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.source.SourceSplit;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.transform.TwoInputSpec;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointSettings;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.exchange.RecordSize;
import io.millrace.runtime.exchange.RecordWriter;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.generate.ClassCopy;
import io.millrace.runtime.graph.ChainSpec;
import io.millrace.runtime.graph.ChainSpec.Body;
import io.millrace.runtime.graph.ChainSpec.ChainedOperator;
import io.millrace.runtime.graph.EngineStates;
import io.millrace.runtime.graph.JobVertex.Alignment;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.KeysAhead;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredValue;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Puts the operators of one subtask together: from the last to the first, each with its output.
 *
 * <p>The one place where an operator's class is chosen. Each operator of the plan gets a
 * {@linkplain ClassCopy class of its own}, and so does each output and each loop that is run for
 * each record: a call site that all chains of the JVM shared would soon have met too many classes
 * for the JIT compiler to inline any of them.
 */
public final class ChainBuilder {
    /** Keys that nobody can change, and that are equal exactly if their bytes in a store are. */
    private static final Set<Class<?>> ONE_OBJECT_A_KEY =
            Set.of(
                    String.class,
                    Long.class,
                    Integer.class,
                    Short.class,
                    Byte.class,
                    Character.class,
                    Boolean.class);

    private static final String LATE_RECORDS_DROPPED = "numLateRecordsDropped";

    private final ChainSpec spec;
    private final SubtaskContext subtask;
    private final Map<Integer, RecordWriter> writers;
    private final OperatorPorts ports;
    private final Operator[] operators;
    private final Downstream[] downstream;
    private final List<KeyedStateStore> stores = new ArrayList<>();

    /** Of the operator that is being made. */
    private List<UserFunction> functions;

    /** Of the operator that is being made; null if it has none. */
    private KeyedStateStore store;

    /** Of the operator that is being made; null if it does nothing by event time. */
    private KeyedWatermark watermark;

    /** Of the operator that is being made; null if it has none. */
    private BroadcastStates broadcast;

    /** Of the operator that is being made. */
    private SideOutputs sides;

    /**
     * @param writers by the number of their edge
     */
    public ChainBuilder(
            ChainSpec spec,
            SubtaskContext subtask,
            Map<Integer, RecordWriter> writers,
            OperatorPorts ports) {
        this.spec = spec;
        this.subtask = subtask;
        this.writers = writers;
        this.ports = ports;
        this.operators = new Operator[spec.operators().size()];
        this.downstream = new Downstream[spec.operators().size()];
    }

    /** Whether keys of the type are equal exactly if their bytes are, and cannot be changed. */
    static boolean hasOneObjectAKey(TypeInformation<?> keyType) {
        return ONE_OBJECT_A_KEY.contains(keyType.getTypeClass());
    }

    /**
     * @throws RuntimeException what the constructors throw; stores are given back
     */
    public OperatorChain build() {
        try {
            return assemble();
        } catch (RuntimeException | Error e) {
            stores.forEach(KeyedStateStore::close);
            throw e;
        }
    }

    private OperatorChain assemble() {
        List<OperatorChain.Member> members = new ArrayList<>();
        Source source = null;
        for (int i = operators.length - 1; i >= 0; i--) {
            ChainedOperator operator = spec.operators().get(i);
            Output output =
                    outputOf(
                            operator,
                            operator.outputType(),
                            operator.chained(),
                            operator.edges(),
                            0);
            sides = sidesOf(operator);
            downstream[i] = downstreamOf(operator);
            store = null;
            watermark = null;
            broadcast = null;
            functions = new ArrayList<>();
            if (operator.body() instanceof Body.Source body) {
                source =
                        body.spec() instanceof SourceSpec.Splits<?> splits
                                ? splits(operator, splits, downstream[i], output)
                                : source(operator, body.spec(), output);
            } else if (operator.body() instanceof Body.Elements elements) {
                source = elements(operator, elements, output);
            } else {
                operators[i] = operator(operator, output);
                members.add(
                        0,
                        new OperatorChain.Member(
                                operator.name(),
                                operator.uid(),
                                operators[i],
                                keyedCheckpoints(),
                                watermark,
                                List.copyOf(functions)));
            }
        }
        Downstream behindSource = downstream[0];
        Downstream head =
                source != null
                        ? behindSource
                        : new Downstream(
                                List.of(new Downstream.Reader(operators[0], behindSource)),
                                List.of());
        return new OperatorChain(
                spec.head().name(),
                spec.head().uid(),
                source,
                source == null ? loops(spec.head(), operators[0]) : List.of(),
                head,
                members,
                stores,
                writers.values().stream().map(RecordWriter::edge).toList());
    }

    private KeyedCheckpoints keyedCheckpoints() {
        if (store == null) {
            return null;
        }
        boolean incremental =
                ParsedConfiguration.of(Configuration.fromMap(subtask.deployment().configuration()))
                        .get(CheckpointOptions.INCREMENTAL);
        return new KeyedCheckpoints(
                store,
                incremental ? KeyedCheckpoints.Growth.INCREMENTAL : KeyedCheckpoints.Growth.FULL);
    }

    private List<BatchLoop> loops(ChainedOperator head, Operator operator) {
        if (operator instanceof TwoInputOperator two) {
            Body.TwoInputs body = (Body.TwoInputs) head.body();
            return List.of(
                    loop(head, operator, 0, selector(body.firstKey())),
                    loop(
                            head,
                            copy(SecondInput.class, head).newInstance(Output.class, two),
                            1,
                            selector(body.secondKey())));
        }
        return List.of(
                loop(
                        head,
                        operator,
                        0,
                        head.body() instanceof Body.Operator body ? selectorOf(body) : null));
    }

    private static KeySelector<?, ?> selector(Partitioning.Hash<?, ?> key) {
        return key == null ? null : key.key();
    }

    private static KeySelector<?, ?> selectorOf(Body.Operator body) {
        if (body.spec() instanceof OperatorSpec.KeyedReduce<?, ?> reduce) {
            return reduce.key();
        }
        return body.spec() instanceof OperatorSpec.KeyedAggregate<?, ?> aggregate
                ? aggregate.key()
                : selector(body.key());
    }

    /** The loop of a head, whose store is that of the operator made last. */
    private BatchLoop loop(
            ChainedOperator operator, Output head, int input, KeySelector<?, ?> selector) {
        KeysAhead ahead = store == null || selector == null ? null : store.keysAhead();
        return ahead == null
                ? loop(operator, head, input)
                : copy(KeyedBatchLoop.class, operator, input)
                        .newInstance(BatchLoop.class, head, selector, ahead);
    }

    private SideOutputs sidesOf(ChainedOperator operator) {
        Map<String, Output> byTag = new HashMap<>();
        int branch = operator.chained().size() + operator.edges().size();
        for (ChainSpec.SideOutput side : operator.sides()) {
            byTag.put(
                    side.tag(),
                    outputOf(operator, side.type(), side.chained(), side.edges(), branch));
            branch += side.chained().size() + side.edges().size();
        }
        return new SideOutputs(byTag);
    }

    private Downstream downstreamOf(ChainedOperator operator) {
        List<Downstream.Reader> readers = new ArrayList<>();
        List<Consumer<StreamEvent>> leaving = new ArrayList<>();
        operator.chained().forEach(next -> readers.add(reader(next)));
        operator.edges().forEach(edge -> leaving.add(writers.get(edge.edge()).edge()::event));
        for (ChainSpec.SideOutput side : operator.sides()) {
            side.chained().forEach(next -> readers.add(reader(next)));
            side.edges().forEach(edge -> leaving.add(writers.get(edge.edge()).edge()::event));
        }
        return new Downstream(readers, leaving);
    }

    private Downstream.Reader reader(ChainSpec.Reader reader) {
        return new Downstream.Reader(operators[reader.place()], downstream[reader.place()]);
    }

    /**
     * Edges first: what is written to one is a copy of its own, which no chained function can
     * change any more.
     *
     * @param firstBranch number of the output's first branch among all of the operator's
     */
    private Output outputOf(
            ChainedOperator operator,
            TypeInformation<?> type,
            List<ChainSpec.Reader> chained,
            List<ChainSpec.EdgeOutput> edges,
            int firstBranch) {
        List<Output> outputs = new ArrayList<>();
        for (ChainSpec.EdgeOutput edge : edges) {
            outputs.add(
                    copy(EdgeOutput.class, operator, firstBranch + outputs.size())
                            .newInstance(Output.class, operator.name(), writers.get(edge.edge())));
        }
        for (ChainSpec.Reader reader : chained) {
            Output direct = operators[reader.place()];
            outputs.add(
                    reader.copies()
                            ? copying(operator, type, firstBranch + outputs.size(), direct)
                            : direct);
        }
        if (outputs.isEmpty()) {
            return new DiscardingOutput();
        }
        Output all = outputs.get(outputs.size() - 1);
        for (int i = outputs.size() - 2; i >= 0; i--) {
            all =
                    copy(ForkedOutput.class, operator, firstBranch + i)
                            .newInstance(Output.class, outputs.get(i), all);
        }
        return all;
    }

    /**
     * A place of the plan that has a class of its own.
     *
     * @param operator number of the operator in the job
     * @param branch number of the operator's output, 0 if it is the operator itself
     */
    private record Place(int operator, String name, int branch) {

        /** Shows in stack traces. */
        @Override
        public String toString() {
            return name;
        }
    }

    /** The class that takes the place of an engine's class in this operator of the plan. */
    private ClassCopy copy(Class<?> original, ChainedOperator operator, int branch) {
        return subtask.classes().copy(MethodHandles.lookup(), original, place(operator, branch));
    }

    private static Place place(ChainedOperator operator, int branch) {
        return new Place(operator.id(), operator.name(), branch);
    }

    private ClassCopy copy(Class<?> original, ChainedOperator operator) {
        return copy(original, operator, 0);
    }

    private BatchLoop loop(ChainedOperator operator, Output head, int input) {
        return copy(ChainBatchLoop.class, operator, input).newInstance(BatchLoop.class, head);
    }

    private Output copying(
            ChainedOperator operator, TypeInformation<?> type, int branch, Output output) {
        return copy(CopyingOutput.class, operator, branch)
                .newInstance(Output.class, operator.name(), serializer(type), output);
    }

    @SuppressWarnings("unchecked") // values of the type are all the serializer ever sees
    private TypeSerializer<Object> serializer(TypeInformation<?> type) {
        return (TypeSerializer<Object>) Serializers.compile(type, subtask.classes());
    }

    /** The chain opens and closes it with the operator that is being made. */
    private <F extends Function> F user(ChainedOperator operator, F function) {
        functions.add(userFunction(operator, function));
        return function;
    }

    private UserFunction userFunction(ChainedOperator operator, Function function) {
        return new UserFunction(
                function,
                operator.name(),
                new SubtaskRuntimeContext(operator.name(), subtask, functionStates(operator)),
                subtask.classes(),
                broadcast);
    }

    private Source source(ChainedOperator operator, SourceSpec<?> source, Output output) {
        if (source instanceof SourceSpec.Sequence sequence) {
            return copy(SequenceSource.class, operator)
                    .newInstance(
                            Source.class,
                            sequence.from(),
                            sequence.to(),
                            subtask.subtask(),
                            subtask.parallelism(),
                            output);
        }
        if (source instanceof SourceSpec.TextFile text) {
            return copy(TextSource.class, operator)
                    .newInstance(
                            Source.class,
                            operator.name(),
                            text.charsetName(),
                            subtask.deployment().splits().stream()
                                    .filter(split -> split.operator() == operator.id())
                                    .toList(),
                            output);
        }
        @SuppressWarnings("unchecked") // it emits values of the output type, which are objects
        SourceFunction<Object> function =
                (SourceFunction<Object>) ((SourceSpec.Function<?>) source).function();
        TypeSerializer<Object> serializer = serializer(operator.outputType());
        return new FunctionSource(
                operator.name(),
                function,
                userFunction(operator, function),
                subtask,
                serializer,
                RecordSize.of(
                        operator.outputType(), serializer, subtask.classes(), place(operator, 0)),
                loop(operator, output, 0));
    }

    @SuppressWarnings("unchecked") // whatever its types are, they fit each other
    private Source splits(
            ChainedOperator operator, SourceSpec.Splits<?> spec, Downstream behind, Output output) {
        io.millrace.api.source.Source<Object, SourceSplit, ?> source =
                (io.millrace.api.source.Source<Object, SourceSplit, ?>) spec.source();
        CoordinatorLink link = new CoordinatorLink(operator.name(), operator.uid(), subtask);
        SplitOutputs outputs =
                new SplitOutputs(
                        operator.name(),
                        (WatermarkStrategy<Object>) spec.strategy(),
                        output,
                        copy(SplitRecords.class, operator));
        Map<String, String> configuration = subtask.deployment().configuration();
        ActivityClock activity = new ActivityClock(new WallActivity(subtask.time()));
        SplitMarks marks = new SplitMarks(behind, activity);
        Alignment aligned = Alignment.of(spec.strategy().getAlignmentParameters());
        ReaderAlignment alignment =
                new ReaderAlignment(
                        operator.name(),
                        aligned,
                        ParsedConfiguration.of(Configuration.fromMap(configuration))
                                .get(JobOptions.ALLOW_UNALIGNED_SOURCE_SPLITS),
                        marks,
                        activity,
                        subtask.time(),
                        link::tellWatermark);
        if (aligned.isEnabled()) {
            link.metricGroup().gauge("watermarkAlignmentDrift", alignment::driftMillis);
        }
        SourceRecords records =
                copy(ReaderRecords.class, operator)
                        .newInstance(
                                SourceRecords.class,
                                outputs,
                                marks,
                                ExecutionConfig.fromMap(configuration).getAutoWatermarkInterval(),
                                subtask.time());
        ReaderStart start = () -> source.createReader(link);
        return copy(SplitSource.class, operator)
                .newInstance(
                        Source.class,
                        operator.name(),
                        start,
                        source.getSplitSerializer(),
                        link,
                        subtask.classes().userClassLoader(),
                        records,
                        records,
                        alignment,
                        subtask.wakeup());
    }

    private Source elements(ChainedOperator operator, Body.Elements elements, Output output) {
        return copy(ElementsSource.class, operator)
                .newInstance(
                        Source.class,
                        elements.count(),
                        elements.values(),
                        serializer(operator.outputType()),
                        output);
    }

    private Operator operator(ChainedOperator operator, Output output) {
        if (operator.body() instanceof Body.Sink sink) {
            return sink(operator, sink.spec());
        }
        if (operator.body() instanceof Body.TwoInputs two) {
            return twoInputs(operator, two, output);
        }
        Body.Operator body = (Body.Operator) operator.body();
        OperatorSpec<?, ?> what = body.spec();
        if (what instanceof OperatorSpec.Map<?, ?> map) {
            return plain(MapOperator.class, operator, map.function(), body.key(), output);
        }
        if (what instanceof OperatorSpec.FlatMap<?, ?> flatMap) {
            return plain(FlatMapOperator.class, operator, flatMap.function(), body.key(), output);
        }
        if (what instanceof OperatorSpec.Filter<?> filter) {
            return plain(FilterOperator.class, operator, filter.function(), body.key(), output);
        }
        if (what instanceof OperatorSpec.AssignTimestamps<?> timestamps) {
            return copy(TimestampsOperator.class, operator)
                    .newInstance(
                            Operator.class,
                            operator.name(),
                            timestamps.strategy(),
                            ExecutionConfig.fromMap(subtask.deployment().configuration())
                                    .getAutoWatermarkInterval(),
                            subtask.time(),
                            downstream[spec.operators().indexOf(operator)],
                            output);
        }
        if (what instanceof OperatorSpec.Process<?, ?> process) {
            if (body.key() != null) {
                return onKeys(
                        ProcessOnKeysOperator.class,
                        operator,
                        process.function(),
                        body.key(),
                        null,
                        output);
            }
            NoTimers timers = new NoTimers(operator.name(), subtask.time());
            return calling(
                    ProcessOperator.class,
                    operator,
                    process.function(),
                    timers,
                    new Call(timers, sides, null),
                    output);
        }
        if (what instanceof OperatorSpec.KeyedProcess<?, ?, ?> process) {
            return onKeys(
                    KeyedProcessOperator.class,
                    operator,
                    process.function(),
                    body.key(),
                    null,
                    output);
        }
        if (what instanceof OperatorSpec.WindowAggregate<?, ?, ?, ?, ?> windows) {
            return windows(operator, windows, body.key(), output);
        }
        if (what instanceof OperatorSpec.KeyedReduce<?, ?> reduce) {
            return combining(
                    operator, reduce.function(), reduce.key(), reduce.keyType(), body, output);
        }
        OperatorSpec.KeyedAggregate<?, ?> aggregate = (OperatorSpec.KeyedAggregate<?, ?>) what;
        @SuppressWarnings("unchecked") // made for the records of this very stream
        FieldAccessor<Object, Object> field = (FieldAccessor<Object, Object>) aggregate.field();
        return combining(
                operator,
                FieldAggregates.of(
                        aggregate.aggregate(), field, subtask.classes(), place(operator, 0)),
                aggregate.key(),
                aggregate.keyType(),
                body,
                output);
    }

    private Operator combining(
            ChainedOperator operator,
            Function function,
            KeySelector<?, ?> key,
            TypeInformation<?> keyType,
            Body.Operator body,
            Output output) {
        KeyedStateStore made = store(operator, keyType);
        @SuppressWarnings("unchecked") // what reduces records gives records
        StoredValue<Object> stored =
                (StoredValue<Object>)
                        made.value(
                                EngineStates.RESULT,
                                Namespace.none(),
                                operator.outputType(),
                                StateTtl.NONE);
        boolean keeps = hasOneObjectAKey(keyType);
        TypeSerializer<Object> serializer = serializer(operator.outputType());
        return calling(
                KeyedReduceOperator.class,
                operator,
                function,
                key,
                body.finalResultsOnly(),
                keeps
                        ? copy(RecentResults.class, operator)
                                .newInstance(
                                        KeyedResults.class,
                                        made,
                                        stored,
                                        RecordSize.of(
                                                operator.outputType(),
                                                serializer,
                                                subtask.classes(),
                                                place(operator, 0)))
                        : new StoredResults(made, stored),
                keeps && !serializer.isImmutable() ? serializer : null,
                made,
                stored,
                output);
    }

    /** The operator's store, of which there is one. */
    private KeyedStateStore store(ChainedOperator operator, TypeInformation<?> keyType) {
        store = ports.stores().open(subtask, operator.name(), keyType);
        stores.add(store);
        return store;
    }

    /** Those of an operator whose timers have no namespace. */
    private KeyedTimers timers(KeyedStateStore made) {
        return new KeyedTimers(made, Namespace.none(), subtask.time(), watermarkOf(made));
    }

    private KeyedWatermark watermarkOf(KeyedStateStore made) {
        watermark = new KeyedWatermark(made);
        return watermark;
    }

    /** For the functions of the operator that is being made. */
    private io.millrace.api.state.KeyedStateStore functionStates(ChainedOperator operator) {
        return store == null
                ? new NoKeyedState(operator.name())
                : new FunctionStates(store, Namespace.none(), "");
    }

    /** An operator that knows nothing of keys; its function may if it is rich. */
    private Operator plain(
            Class<? extends Operator> original,
            ChainedOperator operator,
            Function function,
            Partitioning.Hash<?, ?> key,
            Output output) {
        if (key == null || !(function instanceof RichFunction)) {
            return calling(original, operator, function, output);
        }
        KeyedStateStore made = store(operator, key.keyType());
        return copy(KeyedInputOperator.class, operator)
                .newInstance(
                        Operator.class,
                        operator.name(),
                        key.key(),
                        made,
                        calling(original, operator, function, output));
    }

    /**
     * An operator with state and timers of keys.
     *
     * @param second null for an operator with one input
     */
    private Operator onKeys(
            Class<? extends Operator> original,
            ChainedOperator operator,
            Function function,
            Partitioning.Hash<?, ?> first,
            Partitioning.Hash<?, ?> second,
            Output output) {
        KeyedStateStore made = store(operator, first.keyType());
        KeyedTimers timers = timers(made);
        Call call = new Call(timers, sides, made);
        return second == null
                ? calling(original, operator, function, first.key(), made, timers, call, output)
                : calling(
                        original,
                        operator,
                        function,
                        first.key(),
                        second.key(),
                        made,
                        timers,
                        call,
                        output);
    }

    private Operator windows(
            ChainedOperator operator,
            OperatorSpec.WindowAggregate<?, ?, ?, ?, ?> what,
            Partitioning.Hash<?, ?> key,
            Output output) {
        KeyedStateStore made = store(operator, key.keyType());
        FunctionStates globalStates = new FunctionStates(made, Namespace.none(), "");
        Function function = WindowAssembly.functionOf(what.result());
        if (function != null) {
            user(operator, function);
        }
        WindowAssembly assembly =
                new WindowAssembly(
                        what,
                        operator.inputTypes().get(0),
                        made,
                        subtask.time(),
                        watermarkOf(made),
                        globalStates,
                        sides,
                        subtask.values().group(operator.name()).counter(LATE_RECORDS_DROPPED),
                        subtask.classes(),
                        place(operator, 0));
        PaneParts panes = assembly.panes();
        return panes != null
                ? copy(PaneOperator.class, operator)
                        .newInstance(Operator.class, operator.name(), key.key(), panes, output)
                : copy(WindowOperator.class, operator)
                        .newInstance(
                                Operator.class,
                                operator.name(),
                                key.key(),
                                assembly.parts(),
                                output);
    }

    private Operator twoInputs(ChainedOperator operator, Body.TwoInputs body, Output output) {
        TwoInputSpec<?, ?, ?> what = body.spec();
        boolean keyed = body.firstKey() != null && body.secondKey() != null;
        if (what instanceof TwoInputSpec.CoMap<?, ?, ?> map) {
            return coFunction(CoMapOperator.class, operator, map.function(), body, output);
        }
        if (what instanceof TwoInputSpec.CoFlatMap<?, ?, ?> flatMap) {
            return coFunction(CoFlatMapOperator.class, operator, flatMap.function(), body, output);
        }
        if (what instanceof TwoInputSpec.KeyedCoProcess<?, ?, ?, ?> process) {
            return onKeys(
                    KeyedCoProcessOperator.class,
                    operator,
                    process.function(),
                    body.firstKey(),
                    body.secondKey(),
                    output);
        }
        if (what instanceof TwoInputSpec.CoProcess<?, ?, ?> process) {
            if (keyed) {
                return onKeys(
                        CoProcessOnKeysOperator.class,
                        operator,
                        process.function(),
                        body.firstKey(),
                        body.secondKey(),
                        output);
            }
            NoTimers timers = new NoTimers(operator.name(), subtask.time());
            return calling(
                    CoProcessOperator.class,
                    operator,
                    process.function(),
                    timers,
                    new Call(timers, sides, null),
                    output);
        }
        if (what instanceof TwoInputSpec.BroadcastProcess<?, ?, ?> process) {
            NoTimers timers = new NoTimers(operator.name(), subtask.time());
            broadcast = new BroadcastStates(operator.name(), process.states());
            return calling(
                    BroadcastProcessOperator.class,
                    operator,
                    process.function(),
                    timers,
                    new Call(timers, sides, null),
                    broadcast,
                    output);
        }
        TwoInputSpec.KeyedBroadcastProcess<?, ?, ?, ?> process =
                (TwoInputSpec.KeyedBroadcastProcess<?, ?, ?, ?>) what;
        KeyedStateStore made = store(operator, body.firstKey().keyType());
        KeyedTimers timers = timers(made);
        broadcast = new BroadcastStates(operator.name(), process.states());
        return calling(
                KeyedBroadcastProcessOperator.class,
                operator,
                process.function(),
                body.firstKey().key(),
                made,
                timers,
                new Call(timers, sides, made),
                broadcast,
                output);
    }

    private Operator coFunction(
            Class<? extends Operator> original,
            ChainedOperator operator,
            Function function,
            Body.TwoInputs body,
            Output output) {
        boolean keyed = function instanceof RichFunction && body.firstKey() != null;
        return calling(
                original,
                operator,
                function,
                keyed ? body.firstKey().key() : null,
                keyed ? body.secondKey().key() : null,
                keyed ? store(operator, body.firstKey().keyType()) : null,
                output);
    }

    /**
     * An operator that calls a function of the user's.
     *
     * @param further arguments of its constructor, behind its name and the function
     */
    private Operator calling(
            Class<? extends Operator> original,
            ChainedOperator operator,
            Function function,
            Object... further) {
        List<Object> arguments = new ArrayList<>();
        arguments.add(operator.name());
        arguments.add(user(operator, function));
        arguments.addAll(Arrays.asList(further));
        return copy(original, operator).newInstance(Operator.class, arguments.toArray());
    }

    private ParsedConfiguration options() {
        return ParsedConfiguration.of(Configuration.fromMap(subtask.deployment().configuration()));
    }

    private Operator sink(ChainedOperator operator, SinkSpec<?> sink) {
        if (sink instanceof SinkSpec.Print<?> print) {
            return copy(PrintOperator.class, operator)
                    .newInstance(
                            Operator.class,
                            operator.name(),
                            print.prefix(),
                            print.standardError(),
                            subtask.subtask(),
                            subtask.parallelism());
        }
        if (sink instanceof SinkSpec.TextFile<?> text) {
            return copy(TextSink.class, operator)
                    .newInstance(Operator.class, operator.name(), text.path(), subtask);
        }
        if (sink instanceof SinkSpec.Collect<?>) {
            return copy(CollectOperator.class, operator)
                    .newInstance(
                            Operator.class,
                            operator.name(),
                            ports.collected(),
                            serializer(operator.outputType()),
                            subtask.deployment().attempt(),
                            subtask.deployment().restart());
        }
        if (sink instanceof SinkSpec.To<?> to) {
            return copy(SinkWriterOperator.class, operator)
                    .newInstance(
                            Operator.class,
                            operator.name(),
                            to.sink(),
                            new SubtaskRuntimeContext(
                                    operator.name(), subtask, functionStates(operator)),
                            operator.uid(),
                            subtask.deployment().attempt().epoch()
                                    + "."
                                    + subtask.deployment().attempt().counter(),
                            subtask.time(),
                            commits(),
                            options().get(JobOptions.COMMITTER_RETRIES));
        }
        return calling(
                SinkOperator.class,
                operator,
                ((SinkSpec.Function<?>) sink).function(),
                ports.wallMillis(),
                commits());
    }

    private SinkWriterOperator.End commits() {
        return CheckpointSettings.arePeriodic(subtask.deployment().configuration())
                ? SinkWriterOperator.End.WAITS_FOR_LAST_CHECKPOINT
                : SinkWriterOperator.End.COMMITS_AT_END_OF_INPUT;
    }
}
