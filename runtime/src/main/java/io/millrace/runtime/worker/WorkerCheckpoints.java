package io.millrace.runtime.worker;

import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.SnapshotStorage;
import io.millrace.runtime.checkpoint.SnapshotStorage.Stored;
import io.millrace.runtime.checkpoint.SnapshotStorage.WorkerSnapshot;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.schedule.AttemptId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers what a worker's subtasks have in each checkpoint until it is all, and has it stored as
 * one file.
 *
 * <p>A subtask may hand its states over before the worker has heard of the checkpoint, as barriers
 * travel with the data. A checkpoint that was given up stays known until a later one is complete,
 * so that what still comes of it is given back.
 *
 * <p>Threads: owned by the worker's loop, except {@link Gathering#wanted}.
 */
final class WorkerCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerCheckpoints.class);

    private final String workerId;
    private final SnapshotStorage storage;
    private final Inbox inbox;
    private final Consumer<ToMaster> master;
    private final TreeMap<Long, Gathering> gatherings = new TreeMap<>();

    /** Checkpoints up to this one are over. */
    private long overUpTo;

    /** Of the newest master that has triggered one. */
    private int epoch;

    /** Brings steps into the worker's loop. */
    @FunctionalInterface
    interface Inbox {
        void put(String what, Runnable step);
    }

    /** One checkpoint. */
    private static final class Gathering {
        private final Map<AttemptId, SubtaskSnapshot> arrived = new LinkedHashMap<>();

        /** Attempts that have ended before their barriers; the master hears of their ends. */
        private final Set<AttemptId> gone = new HashSet<>();

        private volatile boolean wanted = true;
        private ToWorker.TriggerCheckpoint trigger;
        private boolean handedOver;
    }

    /**
     * @param inbox takes the storage's answers, from its threads
     * @param master takes answers for the master
     */
    WorkerCheckpoints(
            String workerId, SnapshotStorage storage, Inbox inbox, Consumer<ToMaster> master) {
        this.workerId = workerId;
        this.storage = storage;
        this.inbox = inbox;
        this.master = master;
    }

    /**
     * The master wants one; the caller lets barriers begin. Without effect if it is known already.
     *
     * @param ended attempts of it that run no more
     */
    void triggered(ToWorker.TriggerCheckpoint trigger, Set<AttemptId> ended) {
        if (trigger.checkpointId() <= overUpTo) {
            return;
        }
        if (trigger.epoch() > epoch) {
            // ids are never used twice: whatever lies below comes of older masters
            epoch = trigger.epoch();
            complete(trigger.checkpointId() - 1);
        }
        Gathering gathering =
                gatherings.computeIfAbsent(trigger.checkpointId(), id -> new Gathering());
        if (gathering.trigger == null) {
            gathering.trigger = trigger;
            gathering.gone.addAll(ended);
            storeIfAll(trigger.checkpointId(), gathering);
        }
    }

    /** An attempt runs no more: what it has not handed over will not come. */
    void ended(AttemptId attempt) {
        gatherings.forEach(
                (id, gathering) -> {
                    if (gathering.trigger != null
                            && gathering.trigger.attempts().contains(attempt)) {
                        gathering.gone.add(attempt);
                        storeIfAll(id, gathering);
                    }
                });
    }

    /** A subtask has come to its barrier. */
    void taken(long id, SubtaskSnapshot snapshot) {
        if (id <= overUpTo) {
            snapshot.release();
            return;
        }
        Gathering gathering = gatherings.computeIfAbsent(id, i -> new Gathering());
        if (!gathering.wanted || gathering.handedOver) {
            snapshot.release();
            return;
        }
        gathering.arrived.put(snapshot.attempt(), snapshot);
        storeIfAll(id, gathering);
    }

    /** A subtask could not save its states. */
    void failed(long id, int epoch, Failure failure) {
        giveUp(id);
        master.accept(new ToMaster.CheckpointDeclined(id, epoch, failure));
    }

    private void storeIfAll(long id, Gathering gathering) {
        ToWorker.TriggerCheckpoint trigger = gathering.trigger;
        if (trigger == null
                || gathering.handedOver
                || !gathering.wanted
                || !trigger.attempts().stream()
                        .allMatch(
                                attempt ->
                                        gathering.arrived.containsKey(attempt)
                                                || gathering.gone.contains(attempt))) {
            return;
        }
        gathering.handedOver = true;
        List<SubtaskSnapshot> snapshots = new ArrayList<>();
        for (AttemptId attempt : trigger.attempts()) {
            SubtaskSnapshot snapshot = gathering.arrived.remove(attempt);
            if (snapshot != null) {
                snapshots.add(snapshot);
            }
        }
        // attempts that the master does not count any more
        gathering.arrived.values().forEach(SubtaskSnapshot::release);
        gathering.arrived.clear();
        if (snapshots.stream().allMatch(snapshot -> snapshot.operators().isEmpty())) {
            master.accept(
                    new ToMaster.CheckpointStored(
                            id,
                            trigger.epoch(),
                            null,
                            snapshots.stream()
                                    .map(
                                            s ->
                                                    new SubtaskState(
                                                            s.attempt(),
                                                            s.ended(),
                                                            s.alignmentNanos(),
                                                            s.syncNanos(),
                                                            List.of()))
                                    .toList()));
            return;
        }
        storage.write(
                new WorkerSnapshot(
                        new CheckpointFolder(
                                trigger.folder(), CheckpointFolder.Layout.of(trigger.kind())),
                        id,
                        trigger.epoch(),
                        workerId,
                        snapshots),
                () -> gathering.wanted,
                stored ->
                        inbox.put(
                                "checkpoint " + id + " stored",
                                () -> stored(id, gathering, stored)));
    }

    private void stored(long id, Gathering gathering, Stored stored) {
        if (!gathering.wanted) {
            return;
        }
        int epoch = gathering.trigger.epoch();
        if (stored instanceof Stored.Done done) {
            master.accept(new ToMaster.CheckpointStored(id, epoch, done.file(), done.subtasks()));
        } else if (stored instanceof Stored.Failed failed) {
            failed(
                    id,
                    epoch,
                    Failure.of(
                            Category.STATE,
                            "Checkpoint " + id + " on worker " + workerId,
                            failed.cause()));
        }
    }

    /** A checkpoint is complete: it and those before it are over. */
    void complete(long id) {
        overUpTo = Math.max(overUpTo, id);
        Map<Long, Gathering> over = gatherings.headMap(id, true);
        over.values().forEach(WorkerCheckpoints::release);
        over.clear();
    }

    /** A savepoint is complete: it is over, whatever becomes of those before it. */
    void savepointComplete(long id) {
        Gathering gathering = gatherings.remove(id);
        if (gathering != null) {
            release(gathering);
        }
    }

    /** A checkpoint is given up. */
    void giveUp(long id) {
        if (id > overUpTo) {
            release(gatherings.computeIfAbsent(id, i -> new Gathering()));
        }
    }

    /** All that is not complete is given up; nobody waits for it any more. */
    void giveUpAll() {
        if (!gatherings.isEmpty()) {
            LOG.debug("Gives up checkpoints {}", gatherings.keySet());
            overUpTo = Math.max(overUpTo, gatherings.lastKey());
            gatherings.values().forEach(WorkerCheckpoints::release);
            gatherings.clear();
        }
    }

    private static void release(Gathering gathering) {
        gathering.wanted = false;
        gathering.arrived.values().forEach(SubtaskSnapshot::release);
        gathering.arrived.clear();
    }
}
