package io.millrace.api.function;

import io.millrace.api.Configuration;

/**
 * A function with a life cycle and access to its surroundings.
 *
 * <p>Shape: {@code setRuntimeContext}, {@code open(OpenContext)}, records, {@code close}. The
 * engine calls only {@link #open(OpenContext)}; a function overrides that one or the older {@link
 * #open(Configuration)}, which it calls, and never both.
 *
 * <p>Threads: all calls come from the subtask's thread.
 */
public interface RichFunction extends Function {

    /**
     * Called once in each subtask before the first record, unless {@link #open(OpenContext)} is
     * overridden.
     *
     * @param parameters always empty; parameters reach functions by their fields or by {@link
     *     io.millrace.api.ExecutionConfig#setGlobalJobParameters}
     */
    void open(Configuration parameters) throws Exception;

    /** Called once in each subtask before the first record. */
    default void open(OpenContext openContext) throws Exception {
        open(new Configuration());
    }

    /** Called once in each subtask after the last record, also after a failure. */
    void close() throws Exception;

    RuntimeContext getRuntimeContext();

    void setRuntimeContext(RuntimeContext context);
}
