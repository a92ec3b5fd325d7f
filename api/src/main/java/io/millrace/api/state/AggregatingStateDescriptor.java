package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.type.TypeInformation;

/** Describes an {@link AggregatingState}, which holds an accumulator. */
public class AggregatingStateDescriptor<IN, ACC, OUT>
        extends StateDescriptor<AggregatingState<IN, OUT>, ACC> {
    private static final long serialVersionUID = 1L;

    private final AggregateFunction<IN, ACC, OUT> aggregateFunction;

    public AggregatingStateDescriptor(
            String name,
            AggregateFunction<IN, ACC, OUT> aggregateFunction,
            Class<ACC> accumulatorType) {
        this(name, aggregateFunction, typeOf(accumulatorType));
    }

    public AggregatingStateDescriptor(
            String name,
            AggregateFunction<IN, ACC, OUT> aggregateFunction,
            TypeInformation<ACC> accumulatorType) {
        super(name, accumulatorType, null);
        this.aggregateFunction = requireNonNull(aggregateFunction, "aggregateFunction");
        ReducingStateDescriptor.refuseRich(name, aggregateFunction);
    }

    public AggregateFunction<IN, ACC, OUT> getAggregateFunction() {
        return aggregateFunction;
    }

    @Override
    public Type getType() {
        return Type.AGGREGATING;
    }
}
