package io.millrace.runtime.operator;

/**
 * The wall clock as the operators of one subtask know it.
 *
 * <p>Unit: milliseconds since 1970.
 *
 * <p>Threads: owned by the subtask.
 */
public interface ProcessingTime {

    long nowMillis();

    /**
     * Has {@link Operator#processingTime} of all operators called, between two records, once the
     * clock has reached the time. Of several times asked for, each is kept only as far as an
     * operator asks again when it is called before.
     */
    void wakeAt(long millis);
}
