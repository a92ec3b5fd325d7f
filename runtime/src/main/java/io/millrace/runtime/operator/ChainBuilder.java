package io.millrace.runtime.operator;

import io.millrace.api.function.Function;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.exchange.RecordSize;
import io.millrace.runtime.exchange.RecordWriter;
import io.millrace.runtime.generate.ClassCopy;
import io.millrace.runtime.graph.ChainSpec;
import io.millrace.runtime.graph.ChainSpec.Body;
import io.millrace.runtime.graph.ChainSpec.ChainedOperator;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Puts the operators of one subtask together: from the last to the first, each with its output.
 *
 * <p>The one place where an operator's class is chosen. Each operator of the plan gets a
 * {@linkplain ClassCopy class of its own}, and so does each output and each loop that is run for
 * each record: a call site that all chains of the JVM shared would soon have met too many classes
 * for the JIT compiler to inline any of them.
 */
public final class ChainBuilder {
    private final ChainSpec spec;
    private final SubtaskContext subtask;
    private final Map<Integer, RecordWriter> writers;
    private final OperatorPorts ports;
    private final Operator[] operators;

    /** Of the operator that is being made. */
    private List<UserFunction> functions;

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
    }

    public OperatorChain build() {
        List<OperatorChain.Member> members = new ArrayList<>();
        Source source = null;
        for (int i = operators.length - 1; i >= 0; i--) {
            ChainedOperator operator = spec.operators().get(i);
            Output output = outputOf(operator);
            functions = new ArrayList<>();
            if (operator.body() instanceof Body.Source body) {
                source = source(operator, body.spec(), output);
            } else if (operator.body() instanceof Body.Elements elements) {
                source = elements(operator, elements, output);
            } else {
                operators[i] = operator(operator, output);
                members.add(
                        0,
                        new OperatorChain.Member(
                                operator.name(), operators[i], List.copyOf(functions)));
            }
        }
        BatchLoop loop = source == null ? loop(spec.head(), operators[0]) : null;
        return new OperatorChain(
                spec.head().name(),
                source,
                loop,
                members,
                writers.values().stream().map(RecordWriter::edge).toList());
    }

    /**
     * Edges first: what is written to one is a copy of its own, which no chained function can
     * change any more.
     */
    private Output outputOf(ChainedOperator operator) {
        List<Output> outputs = new ArrayList<>();
        for (ChainSpec.EdgeOutput edge : operator.edges()) {
            outputs.add(
                    copy(EdgeOutput.class, operator, outputs.size())
                            .newInstance(Output.class, operator.name(), writers.get(edge.edge())));
        }
        for (ChainSpec.Reader reader : operator.chained()) {
            Output direct = operators[reader.place()];
            outputs.add(reader.copies() ? copying(operator, outputs.size(), direct) : direct);
        }
        if (outputs.isEmpty()) {
            return new DiscardingOutput();
        }
        Output all = outputs.get(outputs.size() - 1);
        for (int i = outputs.size() - 2; i >= 0; i--) {
            all =
                    copy(ForkedOutput.class, operator, i)
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

    private BatchLoop loop(ChainedOperator operator, Output head) {
        return copy(ChainBatchLoop.class, operator).newInstance(BatchLoop.class, head);
    }

    private Output copying(ChainedOperator operator, int branch, Output output) {
        return copy(CopyingOutput.class, operator, branch)
                .newInstance(
                        Output.class, operator.name(), serializer(operator.outputType()), output);
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
                function, operator.name(), new SubtaskRuntimeContext(operator.name(), subtask));
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
                loop(operator, output));
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
        Body.Operator body = (Body.Operator) operator.body();
        OperatorSpec<?, ?> what = body.spec();
        if (what instanceof OperatorSpec.Map<?, ?> map) {
            return calling(MapOperator.class, operator, map.function(), output);
        }
        if (what instanceof OperatorSpec.FlatMap<?, ?> flatMap) {
            return calling(FlatMapOperator.class, operator, flatMap.function(), output);
        }
        if (what instanceof OperatorSpec.Filter<?> filter) {
            return calling(FilterOperator.class, operator, filter.function(), output);
        }
        if (what instanceof OperatorSpec.Process<?, ?> process) {
            return calling(ProcessOperator.class, operator, process.function(), output);
        }
        if (what instanceof OperatorSpec.KeyedProcess<?, ?, ?> process) {
            return calling(
                    KeyedProcessOperator.class,
                    operator,
                    process.function(),
                    process.key(),
                    output);
        }
        if (what instanceof OperatorSpec.KeyedReduce<?, ?> reduce) {
            return calling(
                    KeyedReduceOperator.class,
                    operator,
                    reduce.function(),
                    reduce.key(),
                    body.finalResultsOnly(),
                    results(operator),
                    output);
        }
        OperatorSpec.KeyedAggregate<?, ?> aggregate = (OperatorSpec.KeyedAggregate<?, ?>) what;
        @SuppressWarnings("unchecked") // made for the records of this very stream
        FieldAccessor<Object, Object> field = (FieldAccessor<Object, Object>) aggregate.field();
        return calling(
                KeyedReduceOperator.class,
                operator,
                FieldAggregates.of(
                        aggregate.aggregate(), field, subtask.classes(), place(operator, 0)),
                aggregate.key(),
                body.finalResultsOnly(),
                results(operator),
                output);
    }

    private KeyedResults results(ChainedOperator operator) {
        return copy(HashedResults.class, operator).newInstance(KeyedResults.class);
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
        arguments.addAll(List.of(further));
        return copy(original, operator).newInstance(Operator.class, arguments.toArray());
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
        return calling(
                SinkOperator.class,
                operator,
                ((SinkSpec.Function<?>) sink).function(),
                ports.wallMillis());
    }
}
