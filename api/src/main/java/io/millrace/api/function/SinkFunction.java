package io.millrace.api.function;

/**
 * Takes the records that leave the job.
 *
 * <p>Shape: implements {@link #invoke(Object, Context)}, or the older {@link #invoke(Object)},
 * which it calls.
 *
 * <p>Threads: all calls come from the subtask's thread.
 */
public interface SinkFunction<I> extends Function {

    /** Called for each record, unless {@link #invoke(Object, Context)} is implemented. */
    default void invoke(I value) throws Exception {
        throw new UnsupportedOperationException(
                getClass().getName()
                        + " implements neither invoke(value, context) nor invoke(value)");
    }

    /** Called for each record. */
    default void invoke(I value, Context context) throws Exception {
        invoke(value);
    }

    /**
     * The input has ended: writes out what is buffered. A last checkpoint follows, if checkpoints
     * are taken; not called when the job is stopped without draining it.
     */
    default void finish() throws Exception {}

    /** About the record at hand; valid only during the call. */
    interface Context {
        /** In milliseconds since 1970. */
        long currentProcessingTime();

        /** In milliseconds; {@code Long.MIN_VALUE} before the first one. */
        long currentWatermark();

        /** In milliseconds, or null if the record has none. */
        Long timestamp();
    }
}
