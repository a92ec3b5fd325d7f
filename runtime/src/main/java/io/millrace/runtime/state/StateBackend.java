package io.millrace.runtime.state;

import io.millrace.runtime.config.ParsedConfiguration;

/**
 * A way of keeping keyed state that is no part of the runtime: found by {@link
 * java.util.ServiceLoader} on the class path of a worker.
 *
 * <p>There is one instance for a worker; what its stores share belongs to it, from the first store
 * that is opened to the last that is closed.
 *
 * <p>All backends write snapshots as {@link SnapshotFormat} has them, so that each can restore
 * those of the others.
 *
 * <p>Threads: any.
 */
public interface StateBackend {

    /** What {@code state.backend.type} calls it, in small letters. */
    String name();

    /**
     * An empty store, which the caller closes.
     *
     * @param job for the backend's own options
     * @throws StateException if it cannot be opened, with the cure
     */
    KeyedStateStore open(KeyedStateSettings settings, ParsedConfiguration job);
}
