package io.millrace.api.function;

/** A filter function with a life cycle and access to its surroundings. */
public abstract class RichFilterFunction<T> extends AbstractRichFunction
        implements FilterFunction<T> {
    private static final long serialVersionUID = 1L;

    @Override
    public abstract boolean filter(T value) throws Exception;
}
