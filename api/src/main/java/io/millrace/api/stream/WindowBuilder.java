package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.Limits;
import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.Function;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.function.RichFunction;
import io.millrace.api.function.SerializationCheck;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.transform.WindowContents;
import io.millrace.api.transform.WindowResult;
import io.millrace.api.transform.WindowSpec;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.FieldAccessors;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.window.Evictor;
import io.millrace.api.window.MergingWindowAssigner;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;
import java.util.Map;

/** Collects what a program says about windows until it says what to do with their records. */
final class WindowBuilder<T, K, W extends Window> {
    private final KeyedStream<T, K> stream;
    private final WindowAssigner<? super T, W> assigner;
    private final String name;
    private Trigger<? super T, ? super W> trigger;
    private Evictor<? super T, ? super W> evictor;
    private long allowedLatenessMillis;
    private OutputTag<T> lateTag;

    /** The key of windows over all records, which one subtask handles. */
    static final class OneKey<T> implements KeySelector<T, Byte> {
        private static final long serialVersionUID = 1L;

        @Override
        public Byte getKey(T value) {
            return 0;
        }
    }

    /**
     * @param name of the operator to be
     */
    WindowBuilder(KeyedStream<T, K> stream, WindowAssigner<? super T, W> assigner, String name) {
        this.stream = stream;
        this.assigner =
                SerializationCheck.check(
                        "The window assigner", requireNonNull(assigner, "assigner"), name);
        this.name = name;
        this.trigger = assigner.getDefaultTrigger();
    }

    TypeInformation<T> type() {
        return stream.getType();
    }

    void trigger(Trigger<? super T, ? super W> trigger) {
        requireNonNull(trigger, "trigger");
        if (assigner instanceof MergingWindowAssigner && !trigger.canMerge()) {
            throw new InvalidProgramException(
                    "Trigger "
                            + trigger
                            + " cannot be used with "
                            + assigner
                            + ": these windows merge, and the trigger cannot. Override canMerge()"
                            + " and onMerge(), or use another trigger.");
        }
        this.trigger = SerializationCheck.check("The trigger", trigger, name);
    }

    void evictor(Evictor<? super T, ? super W> evictor) {
        this.evictor =
                SerializationCheck.check("The evictor", requireNonNull(evictor, "evictor"), name);
    }

    void allowedLatenessMillis(long millis) {
        this.allowedLatenessMillis =
                Limits.notNegativeMillis(millis, "The allowed lateness of windows");
    }

    void lateTag(OutputTag<T> tag) {
        requireNonNull(tag, "outputTag");
        if (!tag.getTypeInfo().equals(type())) {
            throw new InvalidProgramException(
                    "Late records of '"
                            + stream.getTransformation().name()
                            + "' are of type "
                            + type()
                            + " and cannot go into side output "
                            + tag
                            + ".");
        }
        this.lateTag = tag;
    }

    <F extends Function> F checked(F function) {
        return DataStream.checked(name, function);
    }

    <R> TypeInformation<R> outputOf(
            Function function, Class<?> baseType, TypeInformation<?> inputType) {
        return TypeExtractor.outputOf(requireNonNull(function, "function"), baseType, 1, inputType);
    }

    <A> TypeInformation<A> accumulatorOf(AggregateFunction<T, A, ?> function) {
        return TypeExtractor.outputOf(
                requireNonNull(function, "function"), AggregateFunction.class, 1, type());
    }

    <A, R> TypeInformation<R> resultOf(
            AggregateFunction<T, A, R> function, TypeInformation<A> accumulatorType) {
        return TypeExtractor.typeArgumentOf(
                function, AggregateFunction.class, 2, Map.of(0, type(), 1, accumulatorType));
    }

    WindowContents<T, T> reduced(ReduceFunction<T> function) {
        refuseRich(function, "reduce", "ReduceFunction");
        return new WindowContents.Reduced<>(checked(function));
    }

    <A, R> WindowContents<T, R> aggregated(
            AggregateFunction<T, A, R> function, TypeInformation<A> accumulatorType) {
        refuseRich(function, "aggregate", "AggregateFunction");
        return new WindowContents.Aggregated<>(
                checked(function), requireNonNull(accumulatorType, "accumulatorType"));
    }

    private void refuseRich(Function function, String method, String kind) {
        if (function instanceof RichFunction) {
            throw new InvalidProgramException(
                    method
                            + "() of windows of '"
                            + stream.getTransformation().name()
                            + "' was given "
                            + function.getClass().getName()
                            + ", a rich function, which nobody opens there. Use a plain "
                            + kind
                            + ", and a ProcessWindowFunction beside it for what needs the runtime"
                            + " context.");
        }
    }

    SingleOutputStreamOperator<T> aggregate(String method, Aggregate aggregate, int position) {
        return aggregate(method, aggregate, FieldAccessors.at(type(), position));
    }

    SingleOutputStreamOperator<T> aggregate(String method, Aggregate aggregate, String field) {
        return aggregate(method, aggregate, FieldAccessors.named(type(), field));
    }

    private SingleOutputStreamOperator<T> aggregate(
            String method, Aggregate aggregate, FieldAccessor<T, ?> field) {
        return operator(
                new WindowContents.FieldAggregated<>(
                        aggregate, FieldAggregation.checked(method, aggregate, field, type())),
                new WindowResult.Contents<>(),
                type());
    }

    <R, O> SingleOutputStreamOperator<O> operator(
            WindowContents<T, R> contents,
            WindowResult<R, O, K, W> result,
            TypeInformation<O> outputType) {
        WindowSpec<T, W> windows =
                new WindowSpec<>(assigner, trigger, evictor, allowedLatenessMillis, lateTag);
        SingleOutputStreamOperator<O> operator =
                stream.operator(
                        name,
                        outputType,
                        windows,
                        w -> new OperatorSpec.WindowAggregate<>(w, contents, result));
        return stream.getKeySelector() instanceof OneKey ? operator.forceNonParallel() : operator;
    }
}
