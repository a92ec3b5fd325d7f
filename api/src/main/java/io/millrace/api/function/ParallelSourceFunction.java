package io.millrace.api.function;

/**
 * A source function that may run in several subtasks; each runs a copy of its own and divides the
 * work by {@link RuntimeContext#getIndexOfThisSubtask}.
 */
public interface ParallelSourceFunction<T> extends SourceFunction<T> {}
