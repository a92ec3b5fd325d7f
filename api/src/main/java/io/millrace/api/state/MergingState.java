package io.millrace.api.state;

/** State of several windows that can become that of one. */
public interface MergingState<IN, OUT> extends AppendingState<IN, OUT> {}
