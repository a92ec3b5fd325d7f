package io.millrace.api.function;

/** A source function with a life cycle that may run in several subtasks. */
public abstract class RichParallelSourceFunction<T> extends AbstractRichFunction
        implements ParallelSourceFunction<T> {
    private static final long serialVersionUID = 1L;
}
