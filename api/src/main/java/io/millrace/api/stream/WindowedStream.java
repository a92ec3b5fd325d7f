package io.millrace.api.stream;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.function.WindowFunction;
import io.millrace.api.time.Time;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.transform.WindowContents;
import io.millrace.api.transform.WindowResult;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.window.Evictor;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;
import java.time.Duration;

/**
 * A keyed stream whose records are put into windows of their key.
 *
 * @param <T> type of the records
 * @param <K> type of the keys
 * @param <W> the windows
 */
public class WindowedStream<T, K, W extends Window> {
    private final WindowBuilder<T, K, W> builder;

    WindowedStream(KeyedStream<T, K> stream, WindowAssigner<? super T, W> assigner) {
        this.builder = new WindowBuilder<>(stream, assigner, "Window");
    }

    /** Says when windows fire, instead of the assigner's own trigger. */
    public WindowedStream<T, K, W> trigger(Trigger<? super T, ? super W> trigger) {
        builder.trigger(trigger);
        return this;
    }

    /** Takes records out of windows when they fire; all records are kept until then. */
    public WindowedStream<T, K, W> evictor(Evictor<? super T, ? super W> evictor) {
        builder.evictor(evictor);
        return this;
    }

    /**
     * How long after the watermark has passed a window its records still count: each makes it fire
     * again. 0 unless set.
     */
    public WindowedStream<T, K, W> allowedLateness(Time lateness) {
        builder.allowedLatenessMillis(lateness.toMilliseconds());
        return this;
    }

    /** As {@link #allowedLateness(Time)}. */
    public WindowedStream<T, K, W> allowedLateness(Duration lateness) {
        builder.allowedLatenessMillis(Time.millisOf(lateness, "The allowed lateness"));
        return this;
    }

    /** Records that come too late for their windows go there; they are dropped otherwise. */
    public WindowedStream<T, K, W> sideOutputLateData(OutputTag<T> outputTag) {
        builder.lateTag(outputTag);
        return this;
    }

    // ------------------------------------------------------------------ aggregates

    /** Combines the records of a window, two at a time. */
    public SingleOutputStreamOperator<T> reduce(ReduceFunction<T> function) {
        return builder.operator(
                builder.reduced(function), new WindowResult.Contents<>(), builder.type());
    }

    /** The function is called with the one combination of all records. */
    public <R> SingleOutputStreamOperator<R> reduce(
            ReduceFunction<T> reduceFunction, WindowFunction<T, R, K, W> function) {
        return reduce(
                reduceFunction,
                function,
                builder.outputOf(function, WindowFunction.class, builder.type()));
    }

    public <R> SingleOutputStreamOperator<R> reduce(
            ReduceFunction<T> reduceFunction,
            WindowFunction<T, R, K, W> function,
            TypeInformation<R> resultType) {
        return builder.operator(
                builder.reduced(reduceFunction),
                new WindowResult.Applied<>(builder.checked(function)),
                resultType);
    }

    /** The function is called with the one combination of all records. */
    public <R> SingleOutputStreamOperator<R> reduce(
            ReduceFunction<T> reduceFunction, ProcessWindowFunction<T, R, K, W> function) {
        return reduce(
                reduceFunction,
                function,
                builder.outputOf(function, ProcessWindowFunction.class, builder.type()));
    }

    public <R> SingleOutputStreamOperator<R> reduce(
            ReduceFunction<T> reduceFunction,
            ProcessWindowFunction<T, R, K, W> function,
            TypeInformation<R> resultType) {
        return builder.operator(
                builder.reduced(reduceFunction),
                new WindowResult.Processed<>(builder.checked(function)),
                resultType);
    }

    /** Aggregates the records of a window in an accumulator. */
    public <ACC, R> SingleOutputStreamOperator<R> aggregate(AggregateFunction<T, ACC, R> function) {
        TypeInformation<ACC> accumulatorType = builder.accumulatorOf(function);
        return aggregate(function, accumulatorType, builder.resultOf(function, accumulatorType));
    }

    public <ACC, R> SingleOutputStreamOperator<R> aggregate(
            AggregateFunction<T, ACC, R> function,
            TypeInformation<ACC> accumulatorType,
            TypeInformation<R> resultType) {
        return builder.operator(
                builder.aggregated(function, accumulatorType),
                new WindowResult.Contents<>(),
                resultType);
    }

    /** The function is called with the one result of the aggregation. */
    public <ACC, V, R> SingleOutputStreamOperator<R> aggregate(
            AggregateFunction<T, ACC, V> aggregateFunction,
            WindowFunction<V, R, K, W> windowFunction) {
        TypeInformation<ACC> accumulatorType = builder.accumulatorOf(aggregateFunction);
        TypeInformation<V> aggregateType = builder.resultOf(aggregateFunction, accumulatorType);
        return aggregate(
                aggregateFunction,
                windowFunction,
                accumulatorType,
                builder.outputOf(windowFunction, WindowFunction.class, aggregateType));
    }

    public <ACC, V, R> SingleOutputStreamOperator<R> aggregate(
            AggregateFunction<T, ACC, V> aggregateFunction,
            WindowFunction<V, R, K, W> windowFunction,
            TypeInformation<ACC> accumulatorType,
            TypeInformation<R> resultType) {
        return builder.operator(
                builder.aggregated(aggregateFunction, accumulatorType),
                new WindowResult.Applied<>(builder.checked(windowFunction)),
                resultType);
    }

    /** The function is called with the one result of the aggregation. */
    public <ACC, V, R> SingleOutputStreamOperator<R> aggregate(
            AggregateFunction<T, ACC, V> aggregateFunction,
            ProcessWindowFunction<V, R, K, W> windowFunction) {
        TypeInformation<ACC> accumulatorType = builder.accumulatorOf(aggregateFunction);
        TypeInformation<V> aggregateType = builder.resultOf(aggregateFunction, accumulatorType);
        return aggregate(
                aggregateFunction,
                windowFunction,
                accumulatorType,
                aggregateType,
                builder.outputOf(windowFunction, ProcessWindowFunction.class, aggregateType));
    }

    /**
     * @param aggregateType of what the aggregation results in, which is never kept
     */
    public <ACC, V, R> SingleOutputStreamOperator<R> aggregate(
            AggregateFunction<T, ACC, V> aggregateFunction,
            ProcessWindowFunction<V, R, K, W> windowFunction,
            TypeInformation<ACC> accumulatorType,
            TypeInformation<V> aggregateType,
            TypeInformation<R> resultType) {
        return builder.operator(
                builder.aggregated(aggregateFunction, accumulatorType),
                new WindowResult.Processed<>(builder.checked(windowFunction)),
                resultType);
    }

    /** The sum of a numeric field; the other fields are those of the first record. */
    public SingleOutputStreamOperator<T> sum(int position) {
        return builder.aggregate("sum", Aggregate.SUM, position);
    }

    public SingleOutputStreamOperator<T> sum(String field) {
        return builder.aggregate("sum", Aggregate.SUM, field);
    }

    /** The least value of a field; the other fields are those of the first record. */
    public SingleOutputStreamOperator<T> min(int position) {
        return builder.aggregate("min", Aggregate.MIN, position);
    }

    public SingleOutputStreamOperator<T> min(String field) {
        return builder.aggregate("min", Aggregate.MIN, field);
    }

    /** The greatest value of a field; the other fields are those of the first record. */
    public SingleOutputStreamOperator<T> max(int position) {
        return builder.aggregate("max", Aggregate.MAX, position);
    }

    public SingleOutputStreamOperator<T> max(String field) {
        return builder.aggregate("max", Aggregate.MAX, field);
    }

    /** The record with the least value of a field; of several, the first. */
    public SingleOutputStreamOperator<T> minBy(int position) {
        return minBy(position, true);
    }

    public SingleOutputStreamOperator<T> minBy(String field) {
        return minBy(field, true);
    }

    /**
     * The record with the least value of a field.
     *
     * @param first of several records with the least value the first, else the last
     */
    public SingleOutputStreamOperator<T> minBy(int position, boolean first) {
        return builder.aggregate(
                "minBy", first ? Aggregate.MIN_BY : Aggregate.MIN_BY_LAST, position);
    }

    /**
     * The record with the least value of a field.
     *
     * @param first of several records with the least value the first, else the last
     */
    public SingleOutputStreamOperator<T> minBy(String field, boolean first) {
        return builder.aggregate("minBy", first ? Aggregate.MIN_BY : Aggregate.MIN_BY_LAST, field);
    }

    /** The record with the greatest value of a field; of several, the first. */
    public SingleOutputStreamOperator<T> maxBy(int position) {
        return maxBy(position, true);
    }

    public SingleOutputStreamOperator<T> maxBy(String field) {
        return maxBy(field, true);
    }

    /**
     * The record with the greatest value of a field.
     *
     * @param first of several records with the greatest value the first, else the last
     */
    public SingleOutputStreamOperator<T> maxBy(int position, boolean first) {
        return builder.aggregate(
                "maxBy", first ? Aggregate.MAX_BY : Aggregate.MAX_BY_LAST, position);
    }

    /**
     * The record with the greatest value of a field.
     *
     * @param first of several records with the greatest value the first, else the last
     */
    public SingleOutputStreamOperator<T> maxBy(String field, boolean first) {
        return builder.aggregate("maxBy", first ? Aggregate.MAX_BY : Aggregate.MAX_BY_LAST, field);
    }

    // ------------------------------------------------------------------ all records

    /** The function is called with all records of a window. */
    public <R> SingleOutputStreamOperator<R> apply(WindowFunction<T, R, K, W> function) {
        return apply(function, builder.outputOf(function, WindowFunction.class, builder.type()));
    }

    public <R> SingleOutputStreamOperator<R> apply(
            WindowFunction<T, R, K, W> function, TypeInformation<R> resultType) {
        return builder.operator(
                new WindowContents.Elements<>(),
                new WindowResult.Applied<>(builder.checked(function)),
                resultType);
    }

    /** The same as reduce with these functions, under the name that older programs use. */
    public <R> SingleOutputStreamOperator<R> apply(
            ReduceFunction<T> reduceFunction, WindowFunction<T, R, K, W> function) {
        return reduce(reduceFunction, function);
    }

    /** The function is called with all records of a window. */
    public <R> SingleOutputStreamOperator<R> process(ProcessWindowFunction<T, R, K, W> function) {
        return process(
                function, builder.outputOf(function, ProcessWindowFunction.class, builder.type()));
    }

    public <R> SingleOutputStreamOperator<R> process(
            ProcessWindowFunction<T, R, K, W> function, TypeInformation<R> resultType) {
        return builder.operator(
                new WindowContents.Elements<>(),
                new WindowResult.Processed<>(builder.checked(function)),
                resultType);
    }
}
