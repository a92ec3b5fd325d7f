package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import io.millrace.runtime.checkpoint.CheckpointStorage.Retained;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.graph.JobGraph;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The complete checkpoints of a job: the newest, which it goes on from, those that are retained
 * with it, and the others until they are removed.
 *
 * <p>Of what earlier masters have completed the newest is read and gets its name, should it not
 * have it; and of those before it as many are read as are to be retained. One that cannot be read
 * is damaged, and whether the job may go back behind it is decided by {@link FallBack}.
 *
 * <p>A checkpoint is forgotten on record only when its files are gone: until then a master that
 * takes over removes it again.
 *
 * <p>Threads: owned by the master's loop.
 */
final class RetainedCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(RetainedCheckpoints.class);

    private final CheckpointSettings settings;
    private final CheckpointPorts ports;
    private final JobGraph graph;

    /** Null if the job takes no checkpoints by itself. */
    private final CheckpointFolder folder;

    private final RepeatedCalls calls;

    /** Those that are retained, and the newest of all. */
    private final TreeMap<Long, CheckpointMetadata> complete = new TreeMap<>();

    /** Complete ones whose metadata nobody needs here, until they are removed. */
    private final TreeSet<Long> older = new TreeSet<>();

    /** Complete ones that cannot be read, until they are removed. */
    private final TreeSet<Long> damaged = new TreeSet<>();

    /** A foreign one that the job has claimed, as a path, until it is removed. */
    private String claimed;

    RetainedCheckpoints(
            CheckpointSettings settings,
            CheckpointPorts ports,
            JobGraph graph,
            CheckpointFolder folder,
            RepeatedCalls calls) {
        this.settings = settings;
        this.ports = ports;
        this.graph = graph;
        this.folder = folder;
        this.calls = calls;
    }

    // ------------------------------------------------------------------ what earlier masters left

    /**
     * Takes over what earlier masters have completed and makes sure that the job's folder is there.
     *
     * @param completed ids of complete checkpoints
     * @param then called when the newest of them is known and has its name; not called if it is
     *     damaged, or the folder cannot be made
     */
    void recover(Collection<Long> completed, Runnable then) {
        older.addAll(completed);
        if (!settings.isPeriodic() && completed.isEmpty()) {
            then.run();
            return;
        }
        calls.prepare(
                folder,
                () -> {
                    if (older.isEmpty()) {
                        then.run();
                    } else {
                        readNewest(then);
                    }
                },
                refusal ->
                        ports.listener()
                                .damaged(
                                        Failure.of(
                                                Category.CONFIG,
                                                "Job '" + graph.jobName() + "'",
                                                refusal
                                                        + ". Let its user write there, or set"
                                                        + " execution.checkpointing.dir to another"
                                                        + " folder.")));
    }

    private void readNewest(Runnable then) {
        long newest = older.last();
        calls.read(
                folder,
                newest,
                metadata -> {
                    older.remove(newest);
                    complete.put(newest, metadata);
                    LOG.info(
                            "Checkpoint {}, completed by the master of epoch {}, is the newest of"
                                    + " job '{}'",
                            newest,
                            metadata.epoch(),
                            graph.jobName());
                    readRetained(() -> publishNewest(newest, then));
                },
                damage -> {
                    Failure end = unreadable(newest, damage);
                    if (end == null) {
                        readNewest(then);
                    } else {
                        ports.listener().damaged(end);
                    }
                });
    }

    /** Reads as many of those before the newest as are to be retained; what is damaged goes. */
    private void readRetained(Runnable then) {
        if (older.isEmpty() || complete.size() >= settings.retained()) {
            then.run();
            return;
        }
        long next = older.last();
        older.remove(next);
        calls.read(
                folder,
                next,
                metadata -> {
                    complete.put(next, metadata);
                    readRetained(then);
                },
                damage -> {
                    LOG.warn(
                            "Checkpoint {} of job '{}' is not retained any more: {}",
                            next,
                            graph.jobName(),
                            damage);
                    damaged.add(next);
                    readRetained(then);
                });
    }

    private void publishNewest(long newest, Runnable then) {
        calls.publish(
                folder,
                newest,
                () -> {
                    removeOthers();
                    then.run();
                },
                gone ->
                        ports.listener()
                                .damaged(
                                        Failure.of(
                                                Category.STATE,
                                                "Job '" + graph.jobName() + "'",
                                                gone)));
    }

    /**
     * Takes the savepoint or checkpoint that the job has begun from as the job's own, older than
     * all others: it is removed when enough newer ones are retained, or all are.
     *
     * @param path null if it stays another's
     */
    void claim(String path) {
        claimed = path;
    }

    // ------------------------------------------------------------------ which there are

    /** Deals the newest out; null if there is none. */
    StateAssignment newest() {
        return complete.isEmpty()
                ? null
                : new StateAssignment(complete.lastEntry().getValue(), folder);
    }

    /** Id of the newest, 0 if there is none. */
    long newestId() {
        return complete.isEmpty() ? 0 : complete.lastKey();
    }

    /** One is complete, and newer than all others. */
    void add(CheckpointMetadata metadata) {
        complete.put(metadata.id(), metadata);
    }

    /** One that is complete was removed by somebody before anybody was told of it. */
    void withdraw(long id) {
        complete.remove(id);
        ports.ledger().forget(id);
    }

    /**
     * Takes note that one cannot be read.
     *
     * @param damage as a sentence
     * @return the failure that the job ends with; null if it goes on from the one before
     */
    Failure unreadable(long id, String damage) {
        if (!complete.containsKey(id) && !older.contains(id)) {
            return null; // another one has said so
        }
        // what was complete and is to be removed may be gone in part: nobody goes back to that
        Long before = complete.containsKey(id) ? complete.lowerKey(id) : older.lower(id);
        Failure end =
                FallBack.refusal(graph, settings, folder, damage, id, before == null ? 0 : before);
        if (end == null) {
            LOG.warn(
                    "Checkpoint {} of job '{}' cannot be read, and the job goes back to {}, since"
                            + " nothing outside of it has been done meanwhile: {}",
                    id,
                    graph.jobName(),
                    before,
                    damage);
            complete.remove(id);
            older.remove(id);
            damaged.add(id);
        }
        return end;
    }

    /**
     * A shared file that a checkpoint refers to although it may be gone; null if there is none.
     *
     * @param next that is not complete yet
     */
    String missing(CheckpointMetadata next) {
        if (next.sharedFiles().isEmpty()) {
            return null;
        }
        return complete.isEmpty()
                ? new Retained(Set.of(), Set.of(), 0).missing(next)
                : Retained.of(complete.values()).missing(next);
    }

    // ------------------------------------------------------------------ which go

    /** Removes those beyond the number retained, and what was given up before. */
    void removeOthers() {
        if (complete.size() >= settings.retained()) {
            removeClaimed(() -> {});
        }
        List<Long> dropped = new ArrayList<>(older);
        dropped.addAll(damaged);
        older.clear();
        damaged.clear();
        while (complete.size() > settings.retained()) {
            dropped.add(complete.pollFirstEntry().getKey());
        }
        ports.storage()
                .retain(
                        folder,
                        Retained.of(complete.values()),
                        ports.loop()
                                .answer(
                                        "older checkpoints removed",
                                        result -> removed(dropped, result)));
    }

    private void removed(List<Long> dropped, Result<Void> result) {
        if (result instanceof Result.Done<Void>) {
            dropped.forEach(ports.ledger()::forget);
        } else {
            LOG.warn("Older checkpoints in {} stay for now: {}", folder.path(), result);
            older.addAll(dropped);
        }
    }

    private void removeClaimed(Runnable then) {
        if (claimed == null) {
            then.run();
            return;
        }
        String path = claimed;
        ports.storage()
                .removeClaimed(
                        path,
                        ports.loop()
                                .answer(
                                        "claimed checkpoint removed",
                                        result -> {
                                            if (result instanceof Result.Done<Void>) {
                                                claimed = null;
                                            } else {
                                                LOG.warn("{} stays for now: {}", path, result);
                                            }
                                            then.run();
                                        }));
    }

    /** All go; for a job whose end is on record. */
    void removeAll(Runnable then) {
        removeClaimed(() -> removeOwn(then));
    }

    private void removeOwn(Runnable then) {
        if (!settings.isPeriodic()) {
            then.run();
            return;
        }
        ports.storage()
                .remove(
                        folder,
                        ports.loop()
                                .answer(
                                        "checkpoints removed",
                                        result -> {
                                            if (!(result instanceof Result.Done<Void>)) {
                                                LOG.warn(
                                                        "Checkpoints in {} are left behind: {}",
                                                        folder.path(),
                                                        result);
                                            }
                                            then.run();
                                        }));
    }
}
