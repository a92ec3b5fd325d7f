package io.millrace.runtime.operator;

/**
 * One operator in a chain, in one subtask.
 *
 * <p>Order of calls: {@code open}, any number of {@code process} and {@code watermark}, {@code
 * finish} until it returns true, {@code close}. After a failure or a cancel only {@code close}
 * follows.
 *
 * <p>Threads: owned by the subtask.
 */
public interface Operator extends Output {

    default void open() throws Exception {}

    /** No record with a timestamp at or below this one is expected any more. */
    default void watermark(long timestampMillis) {}

    /**
     * The input has ended: emits what is left, about {@code maxRecords} of it at a time.
     *
     * @return whether all was emitted; otherwise it is called again
     */
    default boolean finish(int maxRecords) throws Exception {
        return true;
    }

    /** Gives everything back; called once, also if {@code open} failed. */
    default void close() throws Exception {}
}
