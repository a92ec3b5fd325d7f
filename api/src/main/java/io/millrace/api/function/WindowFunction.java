package io.millrace.api.function;

import io.millrace.api.window.Window;

/** Makes records of a window of a key. */
@FunctionalInterface
public interface WindowFunction<IN, OUT, KEY, W extends Window> extends Function {

    /**
     * @param input the records of the window, or the one result of its aggregation
     */
    void apply(KEY key, W window, Iterable<IN> input, Collector<OUT> out) throws Exception;
}
