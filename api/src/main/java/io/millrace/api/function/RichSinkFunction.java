package io.millrace.api.function;

/** A sink function with a life cycle and access to its surroundings. */
public abstract class RichSinkFunction<I> extends AbstractRichFunction implements SinkFunction<I> {
    private static final long serialVersionUID = 1L;
}
