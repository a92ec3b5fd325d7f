package io.millrace.api.state;

/** The aggregate of all that was added, for each key. */
public interface AggregatingState<IN, OUT> extends MergingState<IN, OUT> {}
