package io.millrace.runtime.worker;

/**
 * Finds the application master and connects to it.
 *
 * <p>Threads: called by the worker's loop; returns at once.
 */
@FunctionalInterface
public interface MasterLink {

    /**
     * Looks up the newest master's address and tries once. Answered by {@link
     * WorkerEvent.Connected} or {@link WorkerEvent.NotConnected}.
     *
     * @param minEpoch masters with a lower epoch need not be tried
     */
    void connect(int minEpoch);
}
