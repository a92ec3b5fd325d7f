package io.millrace.api.function;

/** A flat-map function with a life cycle and access to its surroundings. */
public abstract class RichFlatMapFunction<T, O> extends AbstractRichFunction
        implements FlatMapFunction<T, O> {
    private static final long serialVersionUID = 1L;

    @Override
    public abstract void flatMap(T value, Collector<O> out) throws Exception;
}
