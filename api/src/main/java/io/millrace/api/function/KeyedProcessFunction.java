package io.millrace.api.function;

/**
 * A process function that also knows the key of its record.
 *
 * <p>Timers and side outputs are not built yet.
 */
public abstract class KeyedProcessFunction<K, I, O> extends AbstractRichFunction {
    private static final long serialVersionUID = 1L;

    public abstract void processElement(I value, Context ctx, Collector<O> out) throws Exception;

    /** About the record at hand; valid only during the call. */
    public abstract class Context {
        /** In milliseconds, or null if the record has none. */
        public abstract Long timestamp();

        public abstract K getCurrentKey();
    }
}
