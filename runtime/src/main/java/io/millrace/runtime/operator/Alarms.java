package io.millrace.runtime.operator;

/**
 * Rings at a time of the wall clock.
 *
 * <p>Threads: {@link #at} by any; rings on a thread of its own, or on the simulation's.
 */
@FunctionalInterface
public interface Alarms {

    /**
     * Rings once, at or soon after the time; at once if it has passed.
     *
     * @param wallMillis milliseconds since 1970
     * @param ring must be short and never block
     */
    Alarm at(long wallMillis, Runnable ring);

    /** One that was set. */
    @FunctionalInterface
    interface Alarm {
        /** It may ring all the same if it is about to. */
        void cancel();
    }
}
