package io.millrace.api.state;

/** The combination of all that was added, for each key. */
public interface ReducingState<T> extends MergingState<T, T> {}
