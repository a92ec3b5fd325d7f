package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.time.Time;
import io.millrace.api.time.TimeCharacteristic;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.transform.PartitionTransformation;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.window.CountEvictor;
import io.millrace.api.window.CountTrigger;
import io.millrace.api.window.GlobalWindow;
import io.millrace.api.window.GlobalWindows;
import io.millrace.api.window.PurgingTrigger;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.SlidingProcessingTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.TumblingProcessingTimeWindows;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;

/**
 * A stream whose records with an equal key go to the same subtask.
 *
 * <p>In STREAMING mode reduce and the aggregates emit the key's result so far for each record; in
 * BATCH mode one result a key, at the end of the bounded input.
 *
 * @param <T> type of the records
 * @param <K> type of the keys
 */
public class KeyedStream<T, K> extends DataStream<T> {
    private final KeySelector<T, K> keySelector;
    private final TypeInformation<K> keyType;

    KeyedStream(
            StreamExecutionEnvironment environment,
            PartitionTransformation<T> transformation,
            KeySelector<T, K> keySelector,
            TypeInformation<K> keyType) {
        super(environment, transformation);
        this.keySelector = requireNonNull(keySelector, "keySelector");
        this.keyType = requireNonNull(keyType, "keyType");
    }

    public KeySelector<T, K> getKeySelector() {
        return keySelector;
    }

    public TypeInformation<K> getKeyType() {
        return keyType;
    }

    public <R> SingleOutputStreamOperator<R> process(KeyedProcessFunction<K, T, R> function) {
        return process(
                function,
                TypeExtractor.outputOf(
                        requireNonNull(function, "function"),
                        KeyedProcessFunction.class,
                        2,
                        getType()));
    }

    public <R> SingleOutputStreamOperator<R> process(
            KeyedProcessFunction<K, T, R> function, TypeInformation<R> outputType) {
        return operator(
                "Keyed Process",
                outputType,
                checked("Keyed Process", function),
                f -> new OperatorSpec.KeyedProcess<>(keySelector, keyType, f));
    }

    /** Combines the records of each key, two at a time. */
    public SingleOutputStreamOperator<T> reduce(ReduceFunction<T> function) {
        return operator(
                "Keyed Reduce",
                getType(),
                checked("Keyed Reduce", function),
                f -> new OperatorSpec.KeyedReduce<>(keySelector, keyType, f));
    }

    /** The sum of a numeric field; the other fields are those of the key's first record. */
    public SingleOutputStreamOperator<T> sum(int positionToSum) {
        return aggregate("sum", Aggregate.SUM, field("sum", positionToSum));
    }

    public SingleOutputStreamOperator<T> sum(String field) {
        return aggregate("sum", Aggregate.SUM, field("sum", field));
    }

    /** The least value of a field; the other fields are those of the key's first record. */
    public SingleOutputStreamOperator<T> min(int positionToMin) {
        return aggregate("min", Aggregate.MIN, field("min", positionToMin));
    }

    public SingleOutputStreamOperator<T> min(String field) {
        return aggregate("min", Aggregate.MIN, field("min", field));
    }

    /** The greatest value of a field; the other fields are those of the key's first record. */
    public SingleOutputStreamOperator<T> max(int positionToMax) {
        return aggregate("max", Aggregate.MAX, field("max", positionToMax));
    }

    public SingleOutputStreamOperator<T> max(String field) {
        return aggregate("max", Aggregate.MAX, field("max", field));
    }

    /** The record with the least value of a field; of several, the first. */
    public SingleOutputStreamOperator<T> minBy(int positionToMinBy) {
        return minBy(positionToMinBy, true);
    }

    public SingleOutputStreamOperator<T> minBy(String field) {
        return minBy(field, true);
    }

    /**
     * The record with the least value of a field.
     *
     * @param first of several records with the least value the first, else the last
     */
    public SingleOutputStreamOperator<T> minBy(int positionToMinBy, boolean first) {
        return aggregate(
                "minBy",
                first ? Aggregate.MIN_BY : Aggregate.MIN_BY_LAST,
                field("minBy", positionToMinBy));
    }

    /**
     * The record with the least value of a field.
     *
     * @param first of several records with the least value the first, else the last
     */
    public SingleOutputStreamOperator<T> minBy(String field, boolean first) {
        return aggregate(
                "minBy", first ? Aggregate.MIN_BY : Aggregate.MIN_BY_LAST, field("minBy", field));
    }

    /** The record with the greatest value of a field; of several, the first. */
    public SingleOutputStreamOperator<T> maxBy(int positionToMaxBy) {
        return maxBy(positionToMaxBy, true);
    }

    public SingleOutputStreamOperator<T> maxBy(String field) {
        return maxBy(field, true);
    }

    /**
     * The record with the greatest value of a field.
     *
     * @param first of several records with the greatest value the first, else the last
     */
    public SingleOutputStreamOperator<T> maxBy(int positionToMaxBy, boolean first) {
        return aggregate(
                "maxBy",
                first ? Aggregate.MAX_BY : Aggregate.MAX_BY_LAST,
                field("maxBy", positionToMaxBy));
    }

    /**
     * The record with the greatest value of a field.
     *
     * @param first of several records with the greatest value the first, else the last
     */
    public SingleOutputStreamOperator<T> maxBy(String field, boolean first) {
        return aggregate(
                "maxBy", first ? Aggregate.MAX_BY : Aggregate.MAX_BY_LAST, field("maxBy", field));
    }

    private SingleOutputStreamOperator<T> aggregate(
            String method, Aggregate aggregate, FieldAccessor<T, ?> field) {
        return operator(
                "Keyed Aggregation",
                getType(),
                FieldAggregation.checked(method, aggregate, field, getType()),
                f -> new OperatorSpec.KeyedAggregate<>(keySelector, keyType, aggregate, f));
    }

    // ------------------------------------------------------------------ windows

    /** Windows of each key. */
    public <W extends Window> WindowedStream<T, K, W> window(
            WindowAssigner<? super T, W> assigner) {
        return new WindowedStream<>(this, assigner);
    }

    /** Tumbling windows by the environment's time characteristic; for older programs. */
    public WindowedStream<T, K, TimeWindow> timeWindow(Time size) {
        return window(tumbling(environment, size));
    }

    /** Sliding windows by the environment's time characteristic; for older programs. */
    public WindowedStream<T, K, TimeWindow> timeWindow(Time size, Time slide) {
        return window(sliding(environment, size, slide));
    }

    static WindowAssigner<Object, TimeWindow> tumbling(
            StreamExecutionEnvironment environment, Time size) {
        return byProcessingTime(environment)
                ? TumblingProcessingTimeWindows.of(size)
                : TumblingEventTimeWindows.of(size);
    }

    static WindowAssigner<Object, TimeWindow> sliding(
            StreamExecutionEnvironment environment, Time size, Time slide) {
        return byProcessingTime(environment)
                ? SlidingProcessingTimeWindows.of(size, slide)
                : SlidingEventTimeWindows.of(size, slide);
    }

    private static boolean byProcessingTime(StreamExecutionEnvironment environment) {
        return environment.getStreamTimeCharacteristic() == TimeCharacteristic.ProcessingTime;
    }

    /** Windows of so many records each. */
    public WindowedStream<T, K, GlobalWindow> countWindow(long size) {
        return window(GlobalWindows.create()).trigger(PurgingTrigger.of(CountTrigger.of(size)));
    }

    /** The newest {@code size} records of a key, whenever {@code slide} more have come. */
    public WindowedStream<T, K, GlobalWindow> countWindow(long size, long slide) {
        return window(GlobalWindows.create())
                .evictor(CountEvictor.of(size))
                .trigger(CountTrigger.of(slide));
    }

    @Override
    Partitioning.Hash<T, ?> key() {
        return new Partitioning.Hash<>(keySelector, keyType);
    }

    @Override
    DataStream<T> partitioned(Partitioning<T> partitioning) {
        throw new InvalidProgramException(
                "A keyed stream cannot be divided by "
                        + partitioning.word()
                        + ": its records go where their key says. Call it before keyBy(), or after"
                        + " the next operator.");
    }
}
