package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import io.millrace.runtime.checkpoint.FallBack;
import io.millrace.runtime.checkpoint.RecoverySettings;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.checkpoint.StateMapping;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The savepoint or checkpoint that the user has told a job to begin with. The job goes back to it
 * after a failure for as long as it has no checkpoint of its own; the path is on record with the
 * graph, so that this is true of the next master, too.
 *
 * <p>Threads: owned by the master's loop.
 */
final class StartingState {
    static final StartingState NOTHING = new StartingState(null, null);
    private static final Logger LOG = LoggerFactory.getLogger(StartingState.class);

    private final JobGraph graph;
    private final RecoverySettings settings;
    private StoredCheckpoint stored;
    private StateAssignment assignment;

    /** Why a job that an earlier master had begun cannot begin from it again; or null. */
    private Failure missing;

    private StartingState(JobGraph graph, RecoverySettings settings) {
        this.graph = graph;
        this.settings = settings;
    }

    static StartingState of(JobGraph graph, ParsedConfiguration options) {
        return RecoverySettings.of(options)
                .map(settings -> new StartingState(graph, settings))
                .orElse(NOTHING);
    }

    /**
     * Whether it has to be found before the job starts.
     *
     * @param completed checkpoints that earlier masters have completed
     */
    boolean isNeeded(Collection<Long> completed) {
        return settings != null && completed.isEmpty();
    }

    /** As the user wrote it, or as it was found. */
    String path() {
        return settings == null ? "" : settings.path();
    }

    /** Where the job has it as its own, to be removed in time; null if it has not. */
    String claimedPath() {
        return settings != null && settings.claimed() ? settings.path() : null;
    }

    /** Id of the checkpoint that was found, 0 before. */
    long checkpointId() {
        return stored == null ? 0 : stored.metadata().id();
    }

    /**
     * Takes what was found.
     *
     * @return why the job cannot begin from it, or null if it can; of the category CLUSTER if it
     *     may be looked for again
     */
    Failure found(Result<StoredCheckpoint> result) {
        String who = "Job '" + graph.jobName() + "'";
        if (result instanceof Result.Damaged<StoredCheckpoint> damaged) {
            return Failure.of(Category.CONFIG, who, damaged.sentence());
        }
        if (result instanceof Result.Failed<StoredCheckpoint> failed) {
            return Failure.of(
                    Category.CLUSTER,
                    who,
                    "The savepoint or checkpoint at "
                            + path()
                            + " (-s, execution.state-recovery.path) cannot be looked at: "
                            + failed.cause());
        }
        StoredCheckpoint found = ((Result.Done<StoredCheckpoint>) result).value();
        List<String> refusals =
                StateMapping.of(found, graph, settings.ignoreUnclaimed()).refusals();
        if (!refusals.isEmpty()) {
            return Failure.of(
                    Category.CONFIG,
                    who,
                    "The job cannot begin from "
                            + found.place()
                            + ". "
                            + String.join(" ", refusals));
        }
        stored = found;
        assignment = found.assignment().withEventTimeAnew(eventTimeAnew());
        LOG.info(
                "Job '{}' begins from checkpoint {} of job '{}' in {}",
                graph.jobName(),
                found.metadata().id(),
                found.metadata().jobName(),
                found.place());
        return null;
    }

    /**
     * It cannot be begun from any more. What runs does not need it: it is on record or in the
     * subtasks what they have made of it.
     *
     * @param refusal as {@link #found} has told it
     */
    void missing(Failure refusal) {
        LOG.warn("{} The job goes on as far as it runs.", sentence(refusal));
        missing =
                Failure.of(
                        Category.STATE,
                        "Job '" + graph.jobName() + "'",
                        sentence(refusal)
                                + " The job begins from "
                                + path()
                                + " (-s, execution.state-recovery.path) as long as it has no"
                                + " checkpoint of its own: begin from another one.");
    }

    private static String sentence(Failure refusal) {
        String message = refusal.cause().message();
        return message.endsWith(".") ? message : message + ".";
    }

    /**
     * Why nothing of the job can start now, or null if it can.
     *
     * @param own null if the job takes no checkpoints
     */
    Failure startRefusal(CheckpointCoordinator own) {
        return own == null || own.newestId() == 0 ? missing : null;
    }

    private Set<Integer> eventTimeAnew() {
        return settings.eventTimeAnew()
                ? graph.vertices().stream().map(JobVertex::id).collect(Collectors.toSet())
                : StateMapping.withNewSources(stored.metadata(), graph);
    }

    /**
     * What the job starts from now: its own newest checkpoint, else this; null if with nothing.
     *
     * @param own null if the job takes no checkpoints
     */
    StateAssignment newest(CheckpointCoordinator own) {
        StateAssignment newest = own == null ? null : own.newest();
        return newest != null || stored == null ? newest : assignment;
    }

    /**
     * Decides where a job goes on after a failure that may come from what it had begun from.
     *
     * @param restored what it had begun from, or null
     * @param own null if the job takes no checkpoints
     * @return the failure that the job ends with; null if it may start again
     */
    Failure afterDamage(Failure failure, StateAssignment restored, CheckpointCoordinator own) {
        String damage = FallBack.damage(failure);
        if (damage == null || restored == null) {
            return null;
        }
        if (stored != null && restored.checkpointId() == checkpointId()) {
            return Failure.of(
                    Category.STATE,
                    "Job '" + graph.jobName() + "'",
                    damage
                            + ". The job began from "
                            + stored.place()
                            + " and has no checkpoint of its own yet: begin from another one.");
        }
        return own == null ? null : own.unreadable(restored.checkpointId(), damage);
    }
}
