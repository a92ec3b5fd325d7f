package io.millrace.api.sink;

import java.io.IOException;
import java.util.Collection;

/**
 * Makes visible what writers have prepared.
 *
 * <p>A commit must be idempotent: after a failure what a checkpoint holds is committed again,
 * whether that was done or not.
 *
 * <p>Threads: the subtask's.
 *
 * @param <CommT> what a writer hands over
 */
public interface Committer<CommT> extends AutoCloseable {

    /**
     * Commits all that is given. A request that nothing was signalled of counts as committed.
     *
     * @param committables in the order of their checkpoints
     * @throws IOException fails the subtask; the restarted one commits again
     */
    void commit(Collection<CommitRequest<CommT>> committables)
            throws IOException, InterruptedException;

    /**
     * One committable to be committed.
     *
     * @param <CommT> type of the committable
     */
    interface CommitRequest<CommT> {
        CommT getCommittable();

        /** How often it was tried before, since the subtask began; from 0. */
        int getNumberOfRetries();

        /**
         * Can never be committed, for a reason that is understood: its records are lost. It is
         * logged, and the job goes on.
         */
        void signalFailedWithKnownReason(Throwable t);

        /** Could not be committed: the subtask fails, and the restarted one commits again. */
        void signalFailedWithUnknownReason(Throwable t);

        /** To be tried again after a pause, during which records are taken. */
        void retryLater();

        /** To be tried again after a pause, with this in its place. */
        void updateAndRetryLater(CommT committable);

        /** Had been committed before. */
        void signalAlreadyCommitted();
    }
}
