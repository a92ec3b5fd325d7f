package io.millrace.api.transform;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeInformation;
import java.io.Serializable;

/**
 * What is kept of the records of a window until it fires.
 *
 * @param <I> type of the records
 * @param <R> type of what the window's function is called with
 */
public sealed interface WindowContents<I, R> extends Serializable {

    /** All of them. */
    record Elements<I>() implements WindowContents<I, I> {}

    /** Their combination. */
    record Reduced<I>(ReduceFunction<I> function) implements WindowContents<I, I> {}

    /** A built-in aggregate of one field. */
    record FieldAggregated<I>(OperatorSpec.Aggregate aggregate, FieldAccessor<I, ?> field)
            implements WindowContents<I, I> {}

    /** An accumulator. */
    record Aggregated<I, A, R>(
            AggregateFunction<I, A, R> function, TypeInformation<A> accumulatorType)
            implements WindowContents<I, R> {}
}
