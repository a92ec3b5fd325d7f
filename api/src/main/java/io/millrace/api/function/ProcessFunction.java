package io.millrace.api.function;

/**
 * Any number of records out for each record in, with access to its timestamp.
 *
 * <p>Timers and side outputs are not built yet.
 */
public abstract class ProcessFunction<I, O> extends AbstractRichFunction {
    private static final long serialVersionUID = 1L;

    public abstract void processElement(I value, Context ctx, Collector<O> out) throws Exception;

    /** About the record at hand; valid only during the call. */
    public abstract class Context {
        /** In milliseconds, or null if the record has none. */
        public abstract Long timestamp();
    }
}
