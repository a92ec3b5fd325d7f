package io.millrace.api.function;

/** A map function with a life cycle and access to its surroundings. */
public abstract class RichMapFunction<T, O> extends AbstractRichFunction
        implements MapFunction<T, O> {
    private static final long serialVersionUID = 1L;

    @Override
    public abstract O map(T value) throws Exception;
}
