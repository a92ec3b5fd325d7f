package io.millrace.runtime.operator;

import io.millrace.api.function.Function;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.graph.ChainSpec;
import io.millrace.runtime.graph.ChainSpec.Body;
import io.millrace.runtime.graph.ChainSpec.ChainedOperator;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Puts the operators of one subtask together: from the last to the first, each with its output.
 *
 * <p>The one place where an operator's class is chosen, so that a generated class can take its
 * place.
 */
public final class ChainBuilder {
    private final ChainSpec spec;
    private final SubtaskContext subtask;
    private final Map<Integer, EdgeWriter> writers;
    private final OperatorPorts ports;
    private final Operator[] operators;
    private Source source;

    /**
     * @param writers by the number of their edge
     */
    public ChainBuilder(
            ChainSpec spec,
            SubtaskContext subtask,
            Map<Integer, EdgeWriter> writers,
            OperatorPorts ports) {
        this.spec = spec;
        this.subtask = subtask;
        this.writers = writers;
        this.ports = ports;
        this.operators = new Operator[spec.operators().size()];
    }

    public OperatorChain build() {
        Output sourceOutput = null;
        for (int i = operators.length - 1; i >= 0; i--) {
            ChainedOperator operator = spec.operators().get(i);
            Output output = outputOf(operator);
            if (operator.body() instanceof Body.Source body) {
                source = source(operator, body.spec());
                sourceOutput = output;
            } else if (operator.body() instanceof Body.Elements elements) {
                source =
                        new ElementsSource(
                                elements.count(),
                                elements.values(),
                                serializer(operator.outputType()));
                sourceOutput = output;
            } else {
                operators[i] = operator(operator, output);
            }
        }
        List<OperatorChain.Named> chain = new ArrayList<>();
        for (int i = 0; i < operators.length; i++) {
            if (operators[i] != null) {
                chain.add(new OperatorChain.Named(spec.operators().get(i).name(), operators[i]));
            }
        }
        return new OperatorChain(
                spec.head().name(), source, sourceOutput, chain, List.copyOf(writers.values()));
    }

    private Output outputOf(ChainedOperator operator) {
        List<Output> outputs = new ArrayList<>();
        int branches = operator.chained().size() + operator.edges().size();
        for (int next : operator.chained()) {
            Output direct = operators[next];
            outputs.add(
                    copies(operator, spec.operators().get(next), branches)
                            ? copying(serializer(operator.outputType()), direct)
                            : direct);
        }
        for (ChainSpec.EdgeOutput edge : operator.edges()) {
            outputs.add(new EdgeOutput(operator.name(), writers.get(edge.edge())));
        }
        if (outputs.isEmpty()) {
            return (value, timestamp) -> {};
        }
        if (outputs.size() == 1) {
            return outputs.get(0);
        }
        Output[] all = outputs.toArray(Output[]::new);
        return (value, timestamp) -> {
            for (Output output : all) {
                output.process(value, timestamp);
            }
        };
    }

    /**
     * Between two functions of the user's a mutable record is copied, or a function could change
     * what the other keeps; and before each function that is not the only one to get it.
     */
    private boolean copies(ChainedOperator from, ChainedOperator to, int branches) {
        return !spec.objectReuse()
                && (from.body().runsUserCode() || branches > 1)
                && to.body().runsUserCode()
                && !from.outputType().isImmutable();
    }

    private static Output copying(TypeSerializer<Object> serializer, Output output) {
        return (value, timestamp) -> output.process(serializer.copy(value), timestamp);
    }

    @SuppressWarnings("unchecked") // values of the type are all the serializer ever sees
    private TypeSerializer<Object> serializer(TypeInformation<?> type) {
        return (TypeSerializer<Object>) Serializers.compile(type, subtask.classes());
    }

    private <F extends Function> UserFunction<F> user(ChainedOperator operator, Object function) {
        @SuppressWarnings("unchecked") // the spec's record says which interface it is
        F typed = (F) function;
        return new UserFunction<>(
                typed, operator.name(), new SubtaskRuntimeContext(operator.name(), subtask));
    }

    private Source source(ChainedOperator operator, SourceSpec<?> source) {
        if (source instanceof SourceSpec.Sequence sequence) {
            return new SequenceSource(
                    sequence.from(), sequence.to(), subtask.subtask(), subtask.parallelism());
        }
        if (source instanceof SourceSpec.TextFile text) {
            return new TextSource(
                    operator.name(),
                    text.charsetName(),
                    subtask.deployment().splits().stream()
                            .filter(split -> split.operator() == operator.id())
                            .toList());
        }
        return new FunctionSource(
                user(operator, ((SourceSpec.Function<?>) source).function()),
                subtask,
                serializer(operator.outputType()));
    }

    private Operator operator(ChainedOperator operator, Output output) {
        if (operator.body() instanceof Body.Sink sink) {
            return sink(operator, sink.spec());
        }
        Body.Operator body = (Body.Operator) operator.body();
        OperatorSpec<?, ?> what = body.spec();
        if (what instanceof OperatorSpec.Map<?, ?> map) {
            return new FunctionOperators.Map(user(operator, map.function()), output);
        }
        if (what instanceof OperatorSpec.FlatMap<?, ?> flatMap) {
            return new FunctionOperators.FlatMap(user(operator, flatMap.function()), output);
        }
        if (what instanceof OperatorSpec.Filter<?> filter) {
            return new FunctionOperators.Filter(user(operator, filter.function()), output);
        }
        if (what instanceof OperatorSpec.Process<?, ?> process) {
            return new FunctionOperators.Process(user(operator, process.function()), output);
        }
        if (what instanceof OperatorSpec.KeyedProcess<?, ?, ?> process) {
            return new FunctionOperators.KeyedProcess(
                    user(operator, process.function()), key(process.key()), output);
        }
        if (what instanceof OperatorSpec.KeyedReduce<?, ?> reduce) {
            return new KeyedReduceOperator(
                    user(operator, reduce.function()),
                    key(reduce.key()),
                    body.finalResultsOnly(),
                    output);
        }
        OperatorSpec.KeyedAggregate<?, ?> aggregate = (OperatorSpec.KeyedAggregate<?, ?>) what;
        @SuppressWarnings("unchecked") // made for the records of this very stream
        FieldAccessor<Object, Object> field = (FieldAccessor<Object, Object>) aggregate.field();
        ReduceFunction<Object> function = FieldAggregates.of(aggregate.aggregate(), field);
        return new KeyedReduceOperator(
                user(operator, function), key(aggregate.key()), body.finalResultsOnly(), output);
    }

    private Operator sink(ChainedOperator operator, SinkSpec<?> sink) {
        if (sink instanceof SinkSpec.Print<?> print) {
            return new PrintOperator(
                    operator.name(),
                    print.prefix(),
                    print.standardError(),
                    subtask.subtask(),
                    subtask.parallelism());
        }
        if (sink instanceof SinkSpec.TextFile<?> text) {
            return new TextSink(operator.name(), text.path(), subtask);
        }
        return new FunctionOperators.Sink(
                user(operator, ((SinkSpec.Function<?>) sink).function()), ports.wallMillis());
    }

    @SuppressWarnings("unchecked") // the stream was keyed with it
    private static KeySelector<Object, Object> key(KeySelector<?, ?> selector) {
        return (KeySelector<Object, Object>) selector;
    }

    /**
     * Serializes in the writer; what its key selector throws is the fault of the operator before
     * the edge.
     */
    private record EdgeOutput(String operator, EdgeWriter writer) implements Output {
        @Override
        public void process(Object value, long timestampMillis) {
            try {
                writer.emit(value, timestampMillis);
            } catch (Exception e) {
                throw OperatorFailure.onRecord(operator, value, e);
            }
        }
    }
}
