package io.millrace.api.function;

import io.millrace.api.window.Window;

/** An all-window function with a life cycle and access to its surroundings. */
public abstract class RichAllWindowFunction<IN, OUT, W extends Window> extends AbstractRichFunction
        implements AllWindowFunction<IN, OUT, W> {
    private static final long serialVersionUID = 1L;
}
