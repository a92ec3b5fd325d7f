package io.millrace.api.function;

/**
 * Aggregates values in an accumulator.
 *
 * @param <IN> type of the values
 * @param <ACC> type of the accumulator
 * @param <OUT> type of the result
 */
public interface AggregateFunction<IN, ACC, OUT> extends Function {

    ACC createAccumulator();

    /** Returns the accumulator with the value in it; it may be the one given, changed. */
    ACC add(IN value, ACC accumulator);

    OUT getResult(ACC accumulator);

    /** Returns one accumulator for two; either may be changed and returned. */
    ACC merge(ACC a, ACC b);
}
