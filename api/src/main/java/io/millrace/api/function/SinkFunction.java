package io.millrace.api.function;

/** Takes the records that leave the job. */
public interface SinkFunction<I> extends Function {

    /** Called for each record. */
    default void invoke(I value, Context context) throws Exception {
        throw new UnsupportedOperationException(
                getClass().getName()
                        + " implements neither invoke(value, context) nor invoke(value)");
    }

    /** About the record at hand. */
    interface Context {
        long currentProcessingTime();

        long currentWatermark();

        /** In milliseconds, or null if the record has none. */
        Long timestamp();
    }
}
