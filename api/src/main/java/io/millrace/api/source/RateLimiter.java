package io.millrace.api.source;

import java.util.concurrent.CompletableFuture;

/**
 * Says how much one reader may emit now.
 *
 * <p>Threads: the reader's; the future may be completed by any.
 */
public interface RateLimiter {

    /**
     * Takes permits for records that may be emitted at once.
     *
     * @param most at least 1
     * @return 0 if there are none now
     */
    int acquire(int most);

    /** Completed when {@link #acquire} may find something. */
    CompletableFuture<Void> available();

    /** A checkpoint, and with it every earlier one, is complete. */
    default void notifyCheckpointComplete(long checkpointId) {}
}
