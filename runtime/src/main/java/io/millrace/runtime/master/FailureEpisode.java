package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;

/**
 * Finds the root among the failures between a first one and the end of all attempts. One cause has
 * many effects, and an effect may be heard of first: when a task fails, or its worker dies, its
 * peers see broken channels.
 *
 * <p>Threads: owned by the master's loop.
 */
final class FailureEpisode {
    private Failure root;
    private int rootRank = Integer.MAX_VALUE;
    private int failures;

    void taskFailed(Failure failure) {
        add(failure, failure.category() == Category.CLUSTER ? 2 : 0);
    }

    void workerLost(Failure failure) {
        add(failure, 1);
    }

    private void add(Failure failure, int rank) {
        failures++;
        if (rank < rootRank) {
            rootRank = rank;
            root = failure;
        }
    }

    /** The first of those that explain most. */
    Failure root() {
        return root;
    }

    int failures() {
        return failures;
    }
}
