package io.millrace.api.function;

import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.window.Window;

/**
 * Makes records of a window of a key, with access to time, state and side outputs.
 *
 * <p>Threads: all calls come from the subtask's thread.
 */
public abstract class ProcessWindowFunction<IN, OUT, KEY, W extends Window>
        extends AbstractRichFunction {
    private static final long serialVersionUID = 1L;

    /**
     * Called each time the window fires.
     *
     * @param elements the records of the window, or the one result of its aggregation
     */
    public abstract void process(
            KEY key, Context context, Iterable<IN> elements, Collector<OUT> out) throws Exception;

    /** Called when the window is dropped: clears what the function put into its state. */
    public void clear(Context context) throws Exception {}

    /** About the window at hand; valid only during the call. */
    public abstract class Context {
        public abstract W window();

        /** In milliseconds since 1970. */
        public abstract long currentProcessingTime();

        /** In milliseconds; {@code Long.MIN_VALUE} before the first one. */
        public abstract long currentWatermark();

        /** State of the key and window; to be cleared in {@link #clear}. */
        public abstract KeyedStateStore windowState();

        /** State of the key, shared by all its windows. */
        public abstract KeyedStateStore globalState();

        /** Emits into a side output. */
        public abstract <X> void output(OutputTag<X> outputTag, X value);
    }
}
