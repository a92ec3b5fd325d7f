package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointStatistics.State;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.loop.Clock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The figures of the last checkpoints, and of the last savepoints, which are rare and not to be
 * crowded out.
 *
 * <p>Threads: owned by the master's loop.
 */
final class CheckpointHistory {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointHistory.class);

    /** So many of each that are over. */
    private static final int KEPT = 10;

    private final JobGraph graph;
    private final Clock clock;

    /** The newest first. */
    private final Deque<CheckpointStatistics> over = new ArrayDeque<>();

    CheckpointHistory(JobGraph graph, Clock clock) {
        this.graph = graph;
        this.clock = clock;
    }

    /** One is over. */
    void add(PendingCheckpoint checkpoint, State how, long totalBytes, String failure) {
        CheckpointStatistics figures =
                checkpoint.statistics(how, clock.nanoTime(), totalBytes, graph, failure);
        over.addFirst(figures);
        over.stream()
                .filter(other -> other.kind().isSavepoint() == figures.kind().isSavepoint())
                .skip(KEPT)
                .findFirst()
                .ifPresent(over::remove);
        if (how == State.COMPLETE) {
            LOG.info(
                    "Checkpoint {} of job '{}' is complete after {} ms: {} subtasks, {} bytes,"
                            + " {} of them overtaken in channels; slowest {}",
                    checkpoint.id(),
                    graph.jobName(),
                    figures.durationMillis(),
                    figures.answered(),
                    figures.totalBytes(),
                    figures.inFlightBytes(),
                    figures.slowest() == null ? "no subtask" : figures.slowest());
        }
    }

    /**
     * Those on their way, and the last that are over; the newest first.
     *
     * @param pending the newest first
     */
    List<CheckpointStatistics> with(Collection<PendingCheckpoint> pending) {
        long now = clock.nanoTime();
        return Stream.concat(
                        pending.stream()
                                .map(p -> p.statistics(State.IN_PROGRESS, now, 0, graph, "")),
                        over.stream())
                .toList();
    }
}
