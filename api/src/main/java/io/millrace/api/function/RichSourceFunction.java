package io.millrace.api.function;

/** A source function with a life cycle that runs in one subtask only. */
public abstract class RichSourceFunction<T> extends AbstractRichFunction
        implements SourceFunction<T> {
    private static final long serialVersionUID = 1L;
}
