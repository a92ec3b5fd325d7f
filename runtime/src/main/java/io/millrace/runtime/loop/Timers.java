package io.millrace.runtime.loop;

import java.time.Duration;

/**
 * Hands events to the owner of some state after a while.
 *
 * <p>Threads: called by the owner's thread.
 *
 * @param <E> what its owner understands
 */
public interface Timers<E> {

    /** The event is handled after the delay, not before. */
    Timer schedule(Duration delay, E event);

    /** One event to come. */
    @FunctionalInterface
    interface Timer {
        /** The event is not handled any more; without effect if it was. */
        void cancel();
    }
}
