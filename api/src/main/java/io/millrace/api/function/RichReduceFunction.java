package io.millrace.api.function;

/** A reduce function with a life cycle and access to its surroundings. */
public abstract class RichReduceFunction<T> extends AbstractRichFunction
        implements ReduceFunction<T> {
    private static final long serialVersionUID = 1L;

    @Override
    public abstract T reduce(T value1, T value2) throws Exception;
}
