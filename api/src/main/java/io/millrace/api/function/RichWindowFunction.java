package io.millrace.api.function;

import io.millrace.api.window.Window;

/** A window function with a life cycle and access to its surroundings. */
public abstract class RichWindowFunction<IN, OUT, KEY, W extends Window>
        extends AbstractRichFunction implements WindowFunction<IN, OUT, KEY, W> {
    private static final long serialVersionUID = 1L;
}
