package io.millrace.api.function;

import io.millrace.api.window.Window;

/** Makes records of a window over all records. */
@FunctionalInterface
public interface AllWindowFunction<IN, OUT, W extends Window> extends Function {

    /**
     * @param values the records of the window, or the one result of its aggregation
     */
    void apply(W window, Iterable<IN> values, Collector<OUT> out) throws Exception;
}
