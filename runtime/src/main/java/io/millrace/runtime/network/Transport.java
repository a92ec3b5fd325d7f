package io.millrace.runtime.network;

import io.millrace.runtime.worker.WorkerAddress;

/**
 * Makes connections to other workers for {@link RemoteChannels}, and keeps time for it.
 *
 * <p>Threads: any.
 */
interface Transport {

    /**
     * Tries until the deadline to connect to a worker; the answer is {@link
     * RemoteChannels#connected} or {@link RemoteChannels#connectFailed}.
     */
    void dial(WorkerAddress peer, long timeoutMillis);

    /** Runs something later, once. */
    void schedule(long delayMillis, Runnable command);
}
