package io.millrace.api.source;

import io.millrace.api.metric.MetricGroup;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;

/**
 * What an enumerator may ask and do.
 *
 * <p>Invariant: what it tells readers reaches each of them in its order, exactly once, also if the
 * connection or the application master is lost in between; or the reader fails.
 *
 * <p>Threads: the enumerator's, except {@link #runInCoordinatorThread}, which any may call.
 */
public interface SplitEnumeratorContext<SplitT extends SourceSplit> {

    MetricGroup metricGroup();

    /**
     * Sends something to a reader that is registered.
     *
     * @throws IllegalArgumentException if there is none
     */
    void sendEventToSourceReader(int subtaskId, SourceEvent event);

    /** Number of subtasks, each with a reader. */
    int currentParallelism();

    /** Readers that are there, by subtask. */
    Map<Integer, ReaderInfo> registeredReaders();

    /**
     * Hands splits to readers that are registered.
     *
     * @throws IllegalArgumentException if one of them is not
     */
    void assignSplits(SplitsAssignment<SplitT> newSplitAssignments);

    default void assignSplit(SplitT split, int subtask) {
        assignSplits(new SplitsAssignment<>(split, subtask));
    }

    /**
     * Tells a reader that is registered that it gets no more splits: it ends when it has read those
     * it has.
     */
    void signalNoMoreSplits(int subtask);

    /**
     * Calls something that may take long on another thread, and the handler with what came of it on
     * the enumerator's.
     *
     * @param handler gets the result, or null and what was thrown
     */
    <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler);

    /**
     * The same again and again. A call that comes while the one before still runs is left out.
     *
     * @param initialDelayMillis before the first call
     * @param periodMillis from one call to the next
     */
    <T> void callAsync(
            Callable<T> callable,
            BiConsumer<T, Throwable> handler,
            long initialDelayMillis,
            long periodMillis);

    /** Runs something on the enumerator's thread, after what was begun there; any thread. */
    void runInCoordinatorThread(Runnable runnable);
}
