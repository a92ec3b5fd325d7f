package io.millrace.api.transform;

import io.millrace.api.function.FilterFunction;
import io.millrace.api.function.FlatMapFunction;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.window.Window;
import java.io.Serializable;

/**
 * What an operator with one input does.
 *
 * @param <I> type of the records that come in
 * @param <O> type of the records that go out
 */
public sealed interface OperatorSpec<I, O> extends Serializable {

    /** One record out for each record in. */
    record Map<I, O>(MapFunction<I, O> function) implements OperatorSpec<I, O> {}

    /** Any number of records out for each record in. */
    record FlatMap<I, O>(FlatMapFunction<I, O> function) implements OperatorSpec<I, O> {}

    /** Keeps the records for which the function says true. */
    record Filter<T>(FilterFunction<T> function) implements OperatorSpec<T, T> {}

    /** A process function that need not know of keys. */
    record Process<I, O>(ProcessFunction<I, O> function) implements OperatorSpec<I, O> {}

    /** A process function on a keyed stream. */
    record KeyedProcess<K, I, O>(
            KeySelector<I, K> key,
            TypeInformation<K> keyType,
            KeyedProcessFunction<K, I, O> function)
            implements OperatorSpec<I, O> {}

    /**
     * Combines the records of a key, two at a time. In STREAMING mode the result so far goes out
     * for each record, in BATCH mode one result a key at the end of the input.
     */
    record KeyedReduce<K, T>(
            KeySelector<T, K> key, TypeInformation<K> keyType, ReduceFunction<T> function)
            implements OperatorSpec<T, T> {}

    /** A built-in aggregate of one field for each key; emits as {@link KeyedReduce} does. */
    record KeyedAggregate<K, T>(
            KeySelector<T, K> key,
            TypeInformation<K> keyType,
            Aggregate aggregate,
            FieldAccessor<T, ?> field)
            implements OperatorSpec<T, T> {}

    /** Gives the records timestamps, and emits watermarks. */
    record AssignTimestamps<T>(WatermarkStrategy<T> strategy) implements OperatorSpec<T, T> {}

    /** Windows of each key. */
    record WindowAggregate<I, R, O, K, W extends Window>(
            WindowSpec<I, W> windows,
            WindowContents<I, R> contents,
            WindowResult<R, O, K, W> result)
            implements OperatorSpec<I, O> {}

    /** The built-in aggregates. */
    enum Aggregate {
        SUM,
        MIN,
        MAX,
        /** The whole first record that has the least field. */
        MIN_BY,
        /** The whole last record that has the least field. */
        MIN_BY_LAST,
        /** The whole first record that has the greatest field. */
        MAX_BY,
        /** The whole last record that has the greatest field. */
        MAX_BY_LAST
    }
}
