package io.millrace.runtime.loop;

/**
 * Takes events for the owner of some state, which handles them one after another.
 *
 * @param <E> what its owner understands
 */
@FunctionalInterface
public interface Inbox<E> {

    /**
     * Hands an event over; it is handled later, behind all that were put before by the same thread.
     *
     * <p>Threads: any; blocks while the queue is full, unless it is the owner's own thread. Events
     * put after the owner has ended are dropped.
     */
    void put(E event);
}
