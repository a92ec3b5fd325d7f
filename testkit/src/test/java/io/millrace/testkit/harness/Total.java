package io.millrace.testkit.harness;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.tuple.Tuple2;

/** Adds up the second fields. */
final class Total implements AggregateFunction<Tuple2<Integer, Long>, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
        return 0L;
    }

    @Override
    public Long add(Tuple2<Integer, Long> value, Long accumulator) {
        return accumulator + value.f1;
    }

    @Override
    public Long getResult(Long accumulator) {
        return accumulator;
    }

    @Override
    public Long merge(Long a, Long b) {
        return a + b;
    }
}
