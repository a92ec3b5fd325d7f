package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import io.millrace.runtime.checkpoint.PendingCheckpoint.Phase;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a job is checkpointed and when a checkpoint is complete.
 *
 * <p>The way of a checkpoint: an id that is reserved on record and never used twice; barriers from
 * the sources; an answer of each worker with running subtasks; then, each step durable before the
 * next, the metadata under a name that says that it is not complete, the completion on record,
 * which decides, the metadata's proper name, the news to the workers, and the end of older ones. A
 * master that takes over repeats the last three for the newest completion on record.
 *
 * <p>Invariant: at most one checkpoint is between its metadata and its name; checkpoints become
 * complete in the order of their ids. What may be complete is never given up.
 *
 * <p>Threads: owned by the master's loop.
 */
public final class CheckpointCoordinator {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointCoordinator.class);

    /** Ids that are reserved at a time. */
    static final int ID_BLOCK = 1000;

    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LAST_RETRY = Duration.ofSeconds(10);

    private final CheckpointSettings settings;
    private final CheckpointPorts ports;
    private final JobGraph graph;
    private final int epoch;
    private final CheckpointFolder folder;

    private final TreeMap<Long, PendingCheckpoint> pending = new TreeMap<>();
    private final TreeMap<Long, CheckpointMetadata> complete = new TreeMap<>();

    /** Complete ones of earlier masters whose metadata nobody needs here. */
    private final TreeSet<Long> older = new TreeSet<>();

    /** The newest whose metadata has its name: the others are told only then. */
    private long published;

    private long nextId = 1;
    private long reservedUpTo;
    private boolean reserving;

    /** What runs, or null while nothing is to be checkpointed. */
    private Supplier<List<CheckpointTask>> tasks;

    private Timer trigger = () -> {};
    private long lastTriggerNanos;
    private long lastEndNanos;
    private Runnable settled;

    private long completions;
    private long failures;
    private int failuresInRow;
    private String lastFailure;

    public CheckpointCoordinator(
            CheckpointSettings settings, CheckpointPorts ports, JobGraph graph, int epoch) {
        this.settings = settings;
        this.ports = ports;
        this.graph = graph;
        this.epoch = epoch;
        this.folder = CheckpointFolder.of(settings.directory(), graph.jobId());
    }

    // ------------------------------------------------------------------ before the first start

    /**
     * Takes over what earlier masters have left on record and makes sure that the job's folder is
     * there.
     *
     * @param reserved highest id that was ever reserved, 0 if none
     * @param completed ids of complete checkpoints
     * @param then called when the newest of them is known; not called if it is damaged
     */
    public void recover(long reserved, Collection<Long> completed, Runnable then) {
        reservedUpTo = reserved;
        nextId = reserved + 1;
        older.addAll(completed);
        this.<Void>repeat(
                "making folder " + folder.path(),
                reply -> ports.storage().prepare(folder, reply),
                made -> {
                    if (older.isEmpty()) {
                        then.run();
                    } else {
                        readNewest(then);
                    }
                });
    }

    private void readNewest(Runnable then) {
        long newest = older.last();
        this.<CheckpointMetadata>repeat(
                "reading checkpoint " + newest,
                reply -> ports.storage().read(folder, newest, reply),
                metadata -> {
                    older.remove(newest);
                    complete.put(newest, metadata);
                    LOG.info(
                            "Checkpoint {}, completed by the master of epoch {}, is the newest of"
                                    + " job '{}'",
                            newest,
                            metadata.epoch(),
                            graph.jobName());
                    publish(
                            newest,
                            () -> {
                                dropOlder();
                                then.run();
                            });
                });
    }

    // ------------------------------------------------------------------ start and stop

    /** All subtasks run: checkpoints may be taken. */
    public void start(Supplier<List<CheckpointTask>> running) {
        tasks = running;
        lastTriggerNanos = ports.clock().nanoTime();
        lastEndNanos = lastTriggerNanos;
        scheduleTrigger();
    }

    /** Subtasks end or begin: what is on its way is given up, unless it may be complete. */
    public void stop(String why) {
        tasks = null;
        trigger.cancel();
        for (PendingCheckpoint checkpoint : List.copyOf(pending.values())) {
            if (!checkpoint.isDecided()) {
                giveUp(checkpoint, why);
            }
        }
    }

    /**
     * Calls back once no checkpoint is between its metadata and the answer whether it is complete:
     * only then is it known where the job goes on. Whoever has waited before is forgotten.
     */
    public void whenSettled(Runnable then) {
        settled = then;
        checkSettled();
    }

    private void checkSettled() {
        if (settled != null
                && pending.values().stream().noneMatch(p -> p.phase() == Phase.DECIDING)) {
            Runnable then = settled;
            settled = null;
            then.run();
        }
    }

    /** Deals the newest complete checkpoint out; null if there is none. */
    public StateAssignment newest() {
        return complete.isEmpty()
                ? null
                : new StateAssignment(complete.lastEntry().getValue(), folder);
    }

    /** Id of the newest complete checkpoint, 0 if there is none. */
    public long newestId() {
        return complete.isEmpty() ? 0 : complete.lastKey();
    }

    /** Id of the newest complete checkpoint that may be acted on, 0 if there is none. */
    public long publishedId() {
        return published;
    }

    /** The folder of the job with all in it goes; for a job whose end is on record. */
    public void removeAll(Runnable then) {
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

    // ------------------------------------------------------------------ trigger

    private void scheduleTrigger() {
        trigger.cancel();
        if (tasks == null || pending.size() >= settings.maxConcurrent()) {
            return;
        }
        long now = ports.clock().nanoTime();
        long due =
                Math.max(
                        lastTriggerNanos + settings.interval().toNanos() - now,
                        lastEndNanos + settings.minPause().toNanos() - now);
        trigger =
                ports.loop()
                        .after(
                                Duration.ofNanos(Math.max(0, due)),
                                "trigger a checkpoint",
                                this::trigger);
    }

    private void trigger() {
        if (tasks == null || pending.size() >= settings.maxConcurrent() || reserving) {
            return;
        }
        if (nextId > reservedUpTo) {
            reserving = true;
            long upTo = nextId + ID_BLOCK - 1;
            ports.ledger()
                    .reserve(
                            upTo,
                            () -> {
                                reserving = false;
                                reservedUpTo = upTo;
                                trigger();
                            });
            return;
        }
        lastTriggerNanos = ports.clock().nanoTime();
        List<CheckpointTask> now = tasks.get();
        boolean anyRunning = now.stream().anyMatch(t -> t.phase() == CheckpointTask.Phase.RUNNING);
        if (!anyRunning
                || now.stream().anyMatch(t -> t.phase() == CheckpointTask.Phase.NOT_RUNNING)) {
            scheduleTrigger();
            return;
        }
        PendingCheckpoint checkpoint =
                new PendingCheckpoint(nextId++, lastTriggerNanos, ports.clock().wallMillis(), now);
        pending.put(checkpoint.id(), checkpoint);
        checkpoint.timer(
                ports.loop()
                        .after(
                                settings.timeout(),
                                "end of the wait for checkpoint " + checkpoint.id(),
                                () -> expired(checkpoint)));
        for (String worker : checkpoint.workers()) {
            ports.workers()
                    .send(
                            worker,
                            new ToWorker.TriggerCheckpoint(
                                    epoch,
                                    checkpoint.id(),
                                    folder.path(),
                                    checkpoint.wallMillis(),
                                    checkpoint.attemptsOf(worker),
                                    checkpoint.sourcesOf(worker)));
        }
        scheduleTrigger();
    }

    private void expired(PendingCheckpoint checkpoint) {
        if (pending.get(checkpoint.id()) != checkpoint || checkpoint.isDecided()) {
            return;
        }
        fail(
                checkpoint,
                Failure.of(
                        Category.CLUSTER,
                        text(checkpoint.id()),
                        "it expired: after "
                                + settings.timeout().toMillis()
                                + " ms (execution.checkpointing.timeout) "
                                + (checkpoint.phase() == Phase.COLLECTING
                                        ? checkpoint.missing()
                                        : "its metadata was not written")));
    }

    // ------------------------------------------------------------------ answers

    /** A worker has stored what its subtasks have in a checkpoint. */
    public void stored(String worker, ToMaster.CheckpointStored answer) {
        PendingCheckpoint checkpoint = pending.get(answer.id());
        if (answer.epoch() != epoch
                || checkpoint == null
                || checkpoint.phase() != Phase.COLLECTING
                || !checkpoint.store(worker, answer)) {
            LOG.debug("An answer of {} for checkpoint {} is not awaited", worker, answer.id());
            return;
        }
        completeNext();
    }

    /** A worker cannot store a checkpoint. */
    public void declined(String worker, ToMaster.CheckpointDeclined answer) {
        PendingCheckpoint checkpoint = pending.get(answer.id());
        if (answer.epoch() == epoch
                && checkpoint != null
                && checkpoint.phase() == Phase.COLLECTING
                && checkpoint.workers().contains(worker)) {
            fail(checkpoint, answer.failure());
        }
    }

    /** A subtask has finished: a checkpoint that still waits for it will not get its answer. */
    public void finished(AttemptId attempt) {
        for (PendingCheckpoint checkpoint : List.copyOf(pending.values())) {
            if (checkpoint.awaits(attempt)) {
                giveUp(checkpoint, "subtask " + attempt + " has finished meanwhile");
            }
        }
    }

    // ------------------------------------------------------------------ completion

    private void completeNext() {
        if (pending.values().stream().anyMatch(p -> p.phase() != Phase.COLLECTING)) {
            return;
        }
        for (PendingCheckpoint checkpoint : pending.values()) {
            if (checkpoint.isStoredByAll()) {
                write(checkpoint);
                return;
            }
        }
    }

    private void write(PendingCheckpoint checkpoint) {
        checkpoint.become(Phase.WRITING);
        CheckpointMetadata metadata = checkpoint.metadata(epoch, graph);
        ports.storage()
                .writePending(
                        folder,
                        metadata,
                        ports.loop()
                                .answer(
                                        "metadata written " + checkpoint.id(),
                                        result -> written(checkpoint, metadata, result)));
    }

    private void written(
            PendingCheckpoint checkpoint, CheckpointMetadata metadata, Result<Void> result) {
        if (pending.get(checkpoint.id()) != checkpoint) {
            return; // given up meanwhile
        }
        if (result instanceof Result.Done<Void>) {
            checkpoint.become(Phase.DECIDING);
            checkpoint.cancelTimer();
            ports.ledger().complete(checkpoint.id(), () -> decided(checkpoint, metadata));
        } else {
            fail(
                    checkpoint,
                    Failure.of(
                            Category.STATE,
                            text(checkpoint.id()),
                            "its metadata cannot be written: " + result));
        }
    }

    private void decided(PendingCheckpoint checkpoint, CheckpointMetadata metadata) {
        checkpoint.become(Phase.PUBLISHING);
        long id = checkpoint.id();
        complete.put(id, metadata);
        completions++;
        failuresInRow = 0;
        lastFailure = null;
        lastEndNanos = ports.clock().nanoTime();
        LOG.info(
                "{} is complete after {} ms: {} files, {} bytes; slowest {}",
                text(id),
                (lastEndNanos - checkpoint.triggeredNanos()) / 1_000_000,
                metadata.files().size(),
                metadata.bytes(),
                checkpoint.slowest());
        for (PendingCheckpoint earlier : List.copyOf(pending.headMap(id).values())) {
            giveUp(earlier, "checkpoint " + id + " is complete before it");
        }
        checkSettled();
        publish(
                id,
                () -> {
                    pending.remove(id);
                    for (String worker : checkpoint.workers()) {
                        ports.workers().send(worker, new ToWorker.CheckpointComplete(epoch, id));
                    }
                    dropOlder();
                    scheduleTrigger();
                    completeNext();
                });
    }

    private void publish(long id, Runnable then) {
        this.<Void>repeat(
                "naming the metadata of checkpoint " + id,
                reply -> ports.storage().publish(folder, id, reply),
                done -> {
                    published = Math.max(published, id);
                    then.run();
                });
    }

    /** Removes checkpoints beyond the number retained, and what was given up before. */
    private void dropOlder() {
        List<Long> dropped = new ArrayList<>(older);
        older.clear();
        while (complete.size() > settings.retained()) {
            dropped.add(complete.pollFirstEntry().getKey());
        }
        Set<Long> retained = new TreeSet<>(complete.keySet());
        ports.storage()
                .retain(
                        folder,
                        retained,
                        complete.lastKey(),
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

    // ------------------------------------------------------------------ failures

    private void fail(PendingCheckpoint checkpoint, Failure cause) {
        failures++;
        failuresInRow++;
        lastFailure = cause.summary();
        LOG.warn(
                "{} failed, {} in a row ({} are tolerated by"
                        + " execution.checkpointing.tolerable-failed-checkpoints): {}",
                text(checkpoint.id()),
                failuresInRow,
                settings.tolerableFailures(),
                lastFailure);
        giveUp(checkpoint, lastFailure);
        if (failuresInRow > settings.tolerableFailures()) {
            failuresInRow = 0;
            ports.listener().tooManyFailures(cause);
        }
    }

    private void giveUp(PendingCheckpoint checkpoint, String why) {
        LOG.debug("{} is given up: {}", text(checkpoint.id()), why);
        checkpoint.cancelTimer();
        pending.remove(checkpoint.id());
        lastEndNanos = ports.clock().nanoTime();
        for (String worker : checkpoint.workers()) {
            ports.workers().send(worker, new ToWorker.CheckpointAborted(epoch, checkpoint.id()));
        }
        scheduleTrigger();
        completeNext();
    }

    // ------------------------------------------------------------------ calls of the storage

    private interface StorageCall<T> {
        void make(java.util.function.Consumer<Result<T>> reply);
    }

    private <T> void repeat(String what, StorageCall<T> call, java.util.function.Consumer<T> then) {
        repeat(what, call, then, FIRST_RETRY);
    }

    private <T> void repeat(
            String what, StorageCall<T> call, java.util.function.Consumer<T> then, Duration pause) {
        call.make(
                ports.loop()
                        .answer(
                                what,
                                result -> {
                                    if (result instanceof Result.Done<T> done) {
                                        then.accept(done.value());
                                    } else if (result instanceof Result.Damaged<T> damaged) {
                                        ports.listener()
                                                .damaged(
                                                        Failure.of(
                                                                Category.STATE,
                                                                "Job '" + graph.jobName() + "'",
                                                                damaged.sentence()));
                                    } else if (result instanceof Result.Failed<T> failed) {
                                        LOG.warn(
                                                "{} failed: {}; it is repeated in {} ms",
                                                what,
                                                failed.cause(),
                                                pause.toMillis());
                                        Duration next =
                                                pause.multipliedBy(2).compareTo(LAST_RETRY) < 0
                                                        ? pause.multipliedBy(2)
                                                        : LAST_RETRY;
                                        ports.loop()
                                                .after(
                                                        pause,
                                                        "repeat " + what,
                                                        () -> repeat(what, call, then, next));
                                    }
                                }));
    }

    // ------------------------------------------------------------------ figures

    /** Complete checkpoints since this master took the job over. */
    public long completions() {
        return completions;
    }

    /** Checkpoints that failed since this master took the job over. */
    public long failures() {
        return failures;
    }

    /** Why the last checkpoints failed, in a sentence, or null if the last one did not. */
    public String warning() {
        return lastFailure == null
                ? null
                : failuresInRow + " checkpoints in a row have failed, the last one: " + lastFailure;
    }

    private String text(long id) {
        return "Checkpoint " + id + " of job '" + graph.jobName() + "'";
    }
}
