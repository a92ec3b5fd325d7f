package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointPreparation.Beginning;
import io.millrace.runtime.checkpoint.CheckpointStatistics.State;
import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import io.millrace.runtime.checkpoint.PendingCheckpoint.Phase;
import io.millrace.runtime.checkpoint.PendingCheckpoint.Purpose;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
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
 * <p>A savepoint takes the same way into a folder of its own, and nobody acts on its completion
 * outside, unless the job ends with it. No checkpoint begins while a savepoint is on its way.
 *
 * <p>When all running subtasks have emitted all, a last checkpoint is taken at once: with it they
 * end. Subtasks that have finished take no part; where all that a subtask reads has finished,
 * barriers begin in itself.
 *
 * <p>Invariant: at most one checkpoint is between its metadata and its name; checkpoints become
 * complete in the order of their ids. What may be complete is never given up.
 *
 * <p>In order: what there is before the job starts; start and stop; the trigger, up to the
 * barriers; how a savepoint differs; the answers of workers; completion, step by step; failures. It
 * is one class because each of these decides over all that are on their way: a savepoint keeps
 * others from beginning, a completion gives earlier ones up, a failure lets the next begin.
 *
 * <p>What a single one waits for is in {@link PendingCheckpoint}, what comes before its barriers in
 * {@link CheckpointPreparation}, which complete ones there are and which go in {@link
 * RetainedCheckpoints}, what goes out of here in {@link CheckpointPorts}.
 *
 * <p>Threads: owned by the master's loop.
 */
public final class CheckpointCoordinator {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointCoordinator.class);

    /** Checkpoints of which a worker hears again on its next connection that they are over. */
    private static final int MOST_GIVEN_UP = 100;

    /** As many in a row are the news' lateness; more are no checkpoint ever again. */
    private static final int MOST_DROPS_IN_ROW = 3;

    /** Between a last checkpoint that has failed and the next try. */
    private static final Duration LAST_CHECKPOINT_PAUSE = Duration.ofSeconds(1);

    /** Between any checkpoint and the next that somebody has asked for. */
    private static final Duration ASKED_PAUSE = Duration.ofSeconds(1);

    private final CheckpointSettings settings;
    private final CheckpointPorts ports;
    private final JobGraph graph;
    private final int epoch;
    private final CheckpointFolder folder;

    private final TreeMap<Long, PendingCheckpoint> pending = new TreeMap<>();
    private final RetainedCheckpoints retained;

    /** The newest whose metadata has its name: the others are told only then. */
    private long published;

    private final CheckpointPreparation preparation;
    private final RepeatedCalls calls;

    /** Given up since the newest complete one. */
    private final TreeSet<Long> givenUp = new TreeSet<>();

    private final AbandonedSavepoints abandoned;
    private final AskedCheckpoints asked = new AskedCheckpoints();

    /** Subtasks that have emitted all and stay for a checkpoint. */
    private final Set<AttemptId> ended = new HashSet<>();

    private final CheckpointHistory history;

    /**
     * Whether sources may have ended for a savepoint that drains the job, so that no other
     * checkpoint may take them for what they are.
     */
    private boolean draining;

    /** What runs, or null while nothing is to be checkpointed. */
    private Supplier<List<CheckpointTask>> tasks;

    private Timer trigger = () -> {};
    private long lastTriggerNanos;
    private long lastEndNanos;
    private Runnable settled;

    /** Checkpoints in a row that were given up since they referred to files that may be gone. */
    private int dropsInRow;

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
        this.preparation = new CheckpointPreparation(ports, settings.timeout(), new Prepared());
        this.calls = new RepeatedCalls(ports.loop(), ports.storage());
        this.abandoned = new AbandonedSavepoints(ports);
        this.history = new CheckpointHistory(graph, ports.clock());
        this.folder =
                settings.directory() == null
                        ? null
                        : CheckpointFolder.of(settings.directory(), graph.jobId());
        this.retained = new RetainedCheckpoints(settings, ports, graph, folder, calls);
    }

    // ------------------------------------------------------------------ before the first start

    /**
     * Takes over what earlier masters have left on record and makes sure that the job's folder is
     * there.
     *
     * @param reserved highest id that was ever reserved, 0 if none
     * @param completed ids of complete checkpoints
     * @param then called when the newest of them is known; not called if it is damaged, or the
     *     folder cannot be made
     */
    public void recover(long reserved, Collection<Long> completed, Runnable then) {
        preparation.idsBehind(reserved);
        retained.recover(
                completed,
                () -> {
                    published = retained.newestId();
                    then.run();
                });
    }

    /**
     * Has ids on record before the first of them is used: a master that does not find any more what
     * the job has begun from counts on from there, too.
     */
    public void reserveIds(Runnable then) {
        preparation.reserveIds(then);
    }

    /**
     * Takes the savepoint or checkpoint that the job has begun from as the job's own, older than
     * all others: it is removed when enough newer ones are retained, or all are.
     *
     * @param path null if it stays another's
     */
    public void claim(String path) {
        retained.claim(path);
    }

    /**
     * Takes note that a checkpoint cannot be read, which whoever was to begin from it has found
     * out.
     *
     * @param damage as a sentence
     * @return the failure that the job ends with; null if it goes on from the checkpoint before
     */
    public Failure unreadable(long id, String damage) {
        return retained.unreadable(id, damage);
    }

    /**
     * Finishes what an earlier master had decided of a savepoint that the job runs on behind. One
     * that has its name on record may be gone: whoever asked for it was told, and has moved it. One
     * that has not, and is gone, was told to nobody.
     *
     * @param then gets why there is none, or null if there is, or was, one
     */
    public void recoverNamed(SavepointRecord savepoint, boolean named, Consumer<Failure> then) {
        CheckpointFolder in = savepoint.folder();
        if (named) {
            ports.ledger().foundPublished(savepoint);
            then.accept(null);
            return;
        }
        calls.publish(
                in,
                savepoint.id(),
                () -> {
                    LOG.info("Savepoint {} is complete: {}", savepoint.id(), in.path());
                    ports.ledger().published(savepoint, () -> then.accept(null));
                },
                damage -> {
                    Failure cause = Failure.of(Category.STATE, text(savepoint.id()), damage);
                    LOG.warn("Savepoint {} is lost: {}", savepoint.id(), cause.summary());
                    ports.ledger().withdraw(savepoint);
                    then.accept(cause);
                });
    }

    /**
     * Finishes what an earlier master had decided of the savepoint that the job ends with.
     *
     * @param then gets what it holds; not called if it is damaged
     */
    public void recover(SavepointRecord savepoint, Consumer<StateAssignment> then) {
        CheckpointFolder in = savepoint.folder();
        calls.publish(
                in,
                savepoint.id(),
                () -> {
                    LOG.info("Savepoint {} is complete: {}", savepoint.id(), in.path());
                    calls.read(
                            in,
                            savepoint.id(),
                            metadata -> {
                                published = Math.max(published, savepoint.id());
                                then.accept(new StateAssignment(metadata, in));
                            },
                            this::damaged);
                },
                this::damaged);
    }

    // ------------------------------------------------------------------ start and stop

    /** All subtasks run: checkpoints may be taken. */
    public void start(Supplier<List<CheckpointTask>> running) {
        tasks = running;
        lastTriggerNanos = ports.clock().nanoTime();
        lastEndNanos = lastTriggerNanos;
        Set<AttemptId> current = new HashSet<>();
        running.get().forEach(task -> current.add(task.attempt()));
        ended.retainAll(current);
        scheduleTrigger();
    }

    /** Subtasks end or begin: what is on its way is given up, unless it may be complete. */
    public void stop(String why) {
        tasks = null;
        trigger.cancel();
        for (Beginning beginning : preparation.cancel()) {
            if (beginning.listener() != null) {
                abandoned.remove(beginning.folder());
                beginning.listener().interrupted(why, false);
            }
        }
        for (PendingCheckpoint checkpoint : List.copyOf(pending.values())) {
            if (!checkpoint.isDecided()) {
                giveUp(checkpoint, why);
                if (checkpoint.purpose().listener() != null) {
                    checkpoint.purpose().listener().interrupted(why, true);
                }
            }
        }
    }

    /**
     * Calls back once no checkpoint is between its metadata and its name. Before it is known
     * whether it is complete, it is not known where the job goes on; and before it has its name
     * nobody may begin from it, who would commit what it holds, as whoever looks for the newest one
     * would not find it. Whoever has waited before is forgotten.
     */
    public void whenSettled(Runnable then) {
        settled = then;
        checkSettled();
    }

    private void checkSettled() {
        if (settled != null && pending.values().stream().noneMatch(PendingCheckpoint::isDecided)) {
            Runnable then = settled;
            settled = null;
            then.run();
        }
    }

    /** Deals the newest complete checkpoint out; null if there is none. */
    public StateAssignment newest() {
        return retained.newest();
    }

    /** Id of the newest complete checkpoint, 0 if there is none. */
    public long newestId() {
        return retained.newestId();
    }

    /**
     * Id of the newest complete checkpoint, or of the savepoint that the job ends with, that may be
     * acted on; 0 if there is none.
     */
    public long publishedId() {
        return published;
    }

    /** All checkpoints of the job go; for one whose end is on record. */
    public void removeAll(Runnable then) {
        retained.removeAll(then);
    }

    // ------------------------------------------------------------------ trigger

    private void scheduleTrigger() {
        trigger.cancel();
        if (!mayTrigger()) {
            return;
        }
        long now = ports.clock().nanoTime();
        long due;
        if (isLastDue(tasks.get())) {
            due = failuresInRow == 0 ? 0 : lastEndNanos + LAST_CHECKPOINT_PAUSE.toNanos() - now;
        } else {
            due =
                    Math.max(
                            lastTriggerNanos + settings.interval().toNanos() - now,
                            lastEndNanos + settings.minPause().toNanos() - now);
            if (asked.isAwaited()) {
                due = Math.min(due, lastTriggerNanos + ASKED_PAUSE.toNanos() - now);
            }
        }
        trigger =
                ports.loop()
                        .after(
                                Duration.ofNanos(Math.max(0, due)),
                                "trigger a checkpoint",
                                this::trigger);
    }

    private boolean mayTrigger() {
        return tasks != null
                && settings.isPeriodic()
                && !draining
                && pending.values().stream().noneMatch(p -> p.kind().isSavepoint())
                && (pending.size() < settings.maxConcurrent() || isLastDue(tasks.get()));
    }

    /** Whether all that run have emitted all, and no checkpoint is on its way that holds this. */
    private boolean isLastDue(List<CheckpointTask> now) {
        return haveAllEnded(now) && pending.values().stream().noneMatch(p -> p.purpose().last());
    }

    private boolean haveAllEnded(List<CheckpointTask> now) {
        return !ended.isEmpty()
                && now.stream()
                        .allMatch(
                                task ->
                                        task.phase() == CheckpointTask.Phase.FINISHED
                                                || ended.contains(task.attempt()));
    }

    /** A subtask has emitted all and stays until a checkpoint that holds this is complete. */
    public void inputEnded(AttemptId attempt) {
        if (ended.add(attempt) && tasks != null && isLastDue(tasks.get())) {
            LOG.info("All subtasks of job '{}' have emitted all", graph.jobName());
            scheduleTrigger();
        }
    }

    /** Whether the job only waits for its last checkpoint. */
    public boolean isLastAwaited() {
        return tasks != null && haveAllEnded(tasks.get());
    }

    private void trigger() {
        if (!mayTrigger() || !preparation.isIdle()) {
            return; // what is on its way comes back to this when it is over
        }
        lastTriggerNanos = ports.clock().nanoTime();
        if (canBegin(tasks.get())) {
            preparation.add(new Beginning(CheckpointKind.CHECKPOINT, folder, null));
        } else {
            scheduleTrigger();
        }
    }

    /**
     * Takes a checkpoint as soon as one may begin: neither the interval nor the pause between two
     * is waited for, but those on their way are, and the start of a job that does not run. For a
     * job that takes checkpoints by itself.
     */
    public void checkpoint(CheckpointReply reply) {
        asked.ask(reply);
        scheduleTrigger();
    }

    /** What {@link CheckpointPreparation} tells. */
    private final class Prepared implements CheckpointPreparation.Listener {
        @Override
        public void prepared(Beginning beginning, long id, List<CoordinatorState> coordinators) {
            begin(beginning, id, coordinators);
        }

        @Override
        public void expired(Beginning beginning, long id) {
            notPrepared(beginning, id);
        }
    }

    private void notPrepared(Beginning beginning, long id) {
        lastEndNanos = ports.clock().nanoTime();
        Failure cause =
                Failure.of(
                        Category.CLUSTER,
                        text(id),
                        "it expired: after "
                                + settings.timeout().toMillis()
                                + " ms (execution.checkpointing.timeout) the enumerators of the"
                                + " sources had not told their state, or their readers were not"
                                + " there");
        if (beginning.listener() == null) {
            asked.begun(id);
            asked.failed(id, cause);
            count(id, cause);
        } else {
            abandoned.remove(beginning.folder());
            beginning.listener().failed(cause);
        }
        scheduleTrigger();
    }

    /** The coordinators' states are there; the barriers begin in this very step. */
    private void begin(Beginning beginning, long id, List<CoordinatorState> coordinators) {
        if (beginning.listener() != null) {
            if (mayBeginSavepoint(beginning.kind(), beginning.listener())) {
                begin(beginning, id, tasks.get(), coordinators);
            } else {
                abandoned.remove(beginning.folder());
                scheduleTrigger();
            }
            return;
        }
        lastTriggerNanos = ports.clock().nanoTime();
        List<CheckpointTask> now = tasks.get();
        if (canBegin(now)
                && !draining
                && pending.values().stream().noneMatch(p -> p.kind().isSavepoint())) {
            begin(beginning, id, now, coordinators);
        }
        scheduleTrigger();
    }

    private void begin(
            Beginning beginning,
            long id,
            List<CheckpointTask> now,
            List<CoordinatorState> coordinators) {
        CheckpointKind kind = beginning.kind();
        draining |= kind == CheckpointKind.DRAIN;
        Purpose purpose =
                new Purpose(
                        kind,
                        beginning.folder(),
                        beginning.listener(),
                        Set.copyOf(ended),
                        kind.endsJob() || kind == CheckpointKind.CHECKPOINT && haveAllEnded(now));
        PendingCheckpoint checkpoint =
                new PendingCheckpoint(
                        id,
                        purpose,
                        ports.clock().nanoTime(),
                        ports.clock().wallMillis(),
                        now,
                        coordinators);
        pending.put(checkpoint.id(), checkpoint);
        if (kind == CheckpointKind.CHECKPOINT) {
            asked.begun(id);
        }
        checkpoint.timer(
                ports.loop()
                        .after(
                                settings.timeout(),
                                "end of the wait for checkpoint " + checkpoint.id(),
                                () -> expired(checkpoint)));
        for (String worker : checkpoint.workers()) {
            sendTrigger(checkpoint, worker, checkpoint.sourcesOf(worker));
        }
    }

    private void sendTrigger(
            PendingCheckpoint checkpoint, String worker, List<AttemptId> beginning) {
        ports.workers()
                .send(
                        worker,
                        new ToWorker.TriggerCheckpoint(
                                epoch,
                                checkpoint.id(),
                                checkpoint.kind(),
                                checkpoint.purpose().folder().path(),
                                checkpoint.wallMillis(),
                                checkpoint.attemptsOf(worker),
                                beginning));
    }

    // ------------------------------------------------------------------ savepoints

    /**
     * Takes a savepoint now. The folder is made first, so that one that nobody may write to is
     * found out before anything is asked of the subtasks.
     *
     * @param in a folder that is not there yet
     */
    public void savepoint(CheckpointKind kind, CheckpointFolder in, SavepointListener listener) {
        if (!mayBeginSavepoint(kind, listener)) {
            return;
        }
        ports.storage()
                .prepare(
                        in,
                        ports.loop()
                                .answer(
                                        "savepoint's folder made",
                                        result -> {
                                            if (result instanceof Result.Done<Void>) {
                                                beginSavepoint(kind, in, listener);
                                            } else {
                                                listener.failed(
                                                        Failure.of(
                                                                Category.STATE,
                                                                "The savepoint's folder "
                                                                        + in.path(),
                                                                cause(result)));
                                            }
                                        }));
    }

    private static String cause(Result<?> result) {
        if (result instanceof Result.Refused<?> refused) {
            return refused.sentence();
        }
        return result instanceof Result.Failed<?> failed ? failed.cause() : result.toString();
    }

    private void beginSavepoint(
            CheckpointKind kind, CheckpointFolder in, SavepointListener listener) {
        if (mayBeginSavepoint(kind, listener)) {
            preparation.add(new Beginning(kind, in, listener));
        } else {
            abandoned.remove(in);
        }
    }

    private boolean mayBeginSavepoint(CheckpointKind kind, SavepointListener listener) {
        if (tasks == null || !canBegin(tasks.get())) {
            listener.interrupted("not all of the job's subtasks run", false);
            return false;
        }
        if (draining && kind != CheckpointKind.DRAIN) {
            listener.interrupted("the job is being drained", false);
            return false;
        }
        PendingCheckpoint ending =
                pending.values().stream().filter(p -> p.kind().endsJob()).findFirst().orElse(null);
        if (ending != null) {
            listener.failed(
                    Failure.of(
                            Category.CONFIG,
                            "Job '" + graph.jobName() + "'",
                            "it is being stopped with savepoint " + ending.id()));
            return false;
        }
        return true;
    }

    /**
     * From now on nothing but a savepoint that drains the job can be taken: an earlier master may
     * have begun one, and what runs may have come to its end for it.
     */
    public void drainMayHaveBegun() {
        draining = true;
    }

    /** Whether subtasks may have come to their end for a savepoint that was not taken. */
    public boolean isDraining() {
        return draining;
    }

    /** All subtasks that may have been drained have begun anew. */
    public void drainIsUndone() {
        draining = false;
        scheduleTrigger();
    }

    private static boolean canBegin(List<CheckpointTask> now) {
        return now.stream().anyMatch(t -> t.phase() == CheckpointTask.Phase.RUNNING)
                && now.stream().noneMatch(t -> t.phase() == CheckpointTask.Phase.NOT_RUNNING);
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
            if (answer.epoch() == epoch) {
                abandoned.written(answer.id());
            }
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
        } else if (answer.epoch() == epoch) {
            abandoned.written(answer.id());
        }
    }

    /**
     * A worker has another connection. What was on its way on the last one may be lost: that a
     * checkpoint is to begin or was given up, without which subtasks would stand still behind the
     * barrier that stops the job, or what the worker has answered.
     */
    public void reconnected(String worker) {
        for (long id : givenUp) {
            ports.workers().send(worker, new ToWorker.CheckpointAborted(epoch, id));
        }
        giveUpAwaiting(worker, "the connection to worker " + worker + " was lost meanwhile");
    }

    /** Whether a checkpoint on its way needs an answer of this worker. */
    public boolean awaits(String worker) {
        return pending.values().stream().anyMatch(checkpoint -> checkpoint.awaits(worker));
    }

    /**
     * A worker is gone, and with it what it has not answered: all its subtasks may have finished,
     * so that nothing starts again and nobody else would give these checkpoints up.
     */
    public void lost(String worker) {
        giveUpAwaiting(worker, "worker " + worker + " was lost before it had answered");
    }

    private void giveUpAwaiting(String worker, String why) {
        for (PendingCheckpoint checkpoint : List.copyOf(pending.values())) {
            if (checkpoint.awaits(worker)) {
                giveUp(checkpoint, why);
                if (checkpoint.purpose().listener() != null) {
                    checkpoint.purpose().listener().interrupted(why, true);
                }
            }
        }
    }

    /**
     * A subtask has finished: where it has not come to a barrier, those that read it go on without,
     * and if they read nothing else any more, the barrier begins in them.
     */
    public void finished(AttemptId attempt) {
        if (tasks == null) {
            return;
        }
        for (PendingCheckpoint checkpoint : List.copyOf(pending.values())) {
            if (checkpoint.phase() == Phase.COLLECTING) {
                checkpoint.finished(attempt);
                checkpoint
                        .begin(tasks.get())
                        .forEach((worker, tasks) -> sendTrigger(checkpoint, worker, tasks));
            }
        }
        if (isLastDue(tasks.get())) {
            scheduleTrigger();
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
        CheckpointMetadata metadata = checkpoint.metadata(epoch, graph);
        if (refersToDropped(checkpoint, metadata)) {
            return;
        }
        checkpoint.become(Phase.WRITING);
        ports.storage()
                .writePending(
                        checkpoint.purpose().folder(),
                        metadata,
                        ports.loop()
                                .answer(
                                        "metadata written " + checkpoint.id(),
                                        result -> written(checkpoint, metadata, result)));
    }

    /**
     * A subtask whose barrier came before the news that a checkpoint is complete has built on the
     * one before that, whose files may be gone. The news is told again, and the next one is right.
     * It is not if the subtask builds on a checkpoint that turned out to be damaged: then none will
     * ever be, however many may fail, and only a start from the one before that ends this.
     */
    private boolean refersToDropped(PendingCheckpoint checkpoint, CheckpointMetadata metadata) {
        String missing = retained.missing(metadata);
        if (missing == null) {
            return false;
        }
        for (String worker : checkpoint.workers()) {
            ports.workers().send(worker, new ToWorker.CheckpointComplete(epoch, newestId()));
        }
        String why =
                "it refers to file " + missing + ", which no retained checkpoint needs any more";
        dropsInRow++;
        giveUp(checkpoint, why);
        if (dropsInRow > MOST_DROPS_IN_ROW) {
            dropsInRow = 0;
            count(checkpoint.id(), Failure.of(Category.STATE, text(checkpoint.id()), why), 0);
        }
        return true;
    }

    private void written(
            PendingCheckpoint checkpoint, CheckpointMetadata metadata, Result<Void> result) {
        if (pending.get(checkpoint.id()) != checkpoint) {
            abandoned.written(checkpoint.id()); // given up meanwhile
            return;
        }
        if (result instanceof Result.Done<Void>) {
            checkpoint.become(Phase.DECIDING);
            checkpoint.cancelTimer();
            if (checkpoint.kind().isSavepoint()) {
                ports.ledger()
                        .complete(record(checkpoint), () -> savepointDecided(checkpoint, metadata));
            } else {
                ports.ledger().complete(checkpoint.id(), () -> decided(checkpoint, metadata));
            }
        } else {
            fail(
                    checkpoint,
                    Failure.of(
                            Category.STATE,
                            text(checkpoint.id()),
                            "its metadata cannot be written to "
                                    + checkpoint.purpose().folder().path()
                                    + ": "
                                    + cause(result)));
        }
    }

    private void decided(PendingCheckpoint checkpoint, CheckpointMetadata metadata) {
        checkpoint.become(Phase.PUBLISHING);
        long id = checkpoint.id();
        retained.add(metadata);
        givenUp.headSet(id).clear();
        lastEndNanos = ports.clock().nanoTime();
        asked.decided(id);
        giveUpEarlier(id);
        calls.publish(
                folder,
                id,
                () -> {
                    pending.remove(id);
                    published = Math.max(published, id);
                    completions++;
                    failuresInRow = 0;
                    dropsInRow = 0;
                    lastFailure = null;
                    history.add(checkpoint, State.COMPLETE, metadata.bytes(), "");
                    ports.sources().complete(id);
                    for (String worker : checkpoint.workers()) {
                        ports.workers().send(worker, new ToWorker.CheckpointComplete(epoch, id));
                    }
                    retained.removeOthers();
                    asked.complete(id, folder.path() + "/" + CheckpointFolder.name(id));
                    checkSettled();
                    scheduleTrigger();
                    completeNext();
                },
                damage -> vanished(checkpoint, damage));
    }

    /**
     * What is on record as complete, and was told to nobody, was removed by somebody before it had
     * its name. It is no checkpoint then, and the job goes on from the one before; unless it was to
     * end with it.
     */
    private void vanished(PendingCheckpoint checkpoint, String damage) {
        Failure cause = Failure.of(Category.STATE, text(checkpoint.id()), damage);
        if (checkpoint.kind().endsJob()) {
            pending.remove(checkpoint.id());
            history.add(checkpoint, State.FAILED, 0, cause.summary());
            ports.listener().damaged(cause);
        } else {
            if (checkpoint.kind().isSavepoint()) {
                ports.ledger().withdraw(record(checkpoint));
            } else {
                retained.withdraw(checkpoint.id());
            }
            fail(checkpoint, cause);
        }
        checkSettled();
    }

    private void giveUpEarlier(long id) {
        for (PendingCheckpoint earlier : List.copyOf(pending.headMap(id).values())) {
            if (!earlier.isDecided() && !earlier.kind().isSavepoint()) {
                giveUp(earlier, "checkpoint " + id + " is complete before it");
            }
        }
    }

    private static SavepointRecord record(PendingCheckpoint savepoint) {
        return new SavepointRecord(
                savepoint.id(),
                savepoint.kind(),
                savepoint.purpose().folder().path(),
                savepoint.purpose().listener().request());
    }

    private void savepointDecided(PendingCheckpoint checkpoint, CheckpointMetadata metadata) {
        checkpoint.become(Phase.PUBLISHING);
        long id = checkpoint.id();
        CheckpointFolder in = checkpoint.purpose().folder();
        SavepointListener listener = checkpoint.purpose().listener();
        boolean endsJob = checkpoint.kind().endsJob();
        SavepointRecord savepoint = record(checkpoint);
        lastEndNanos = ports.clock().nanoTime();
        listener.recorded(id, new StateAssignment(metadata, in));
        if (endsJob) {
            giveUpEarlier(id);
        }
        calls.publish(
                in,
                id,
                () -> {
                    pending.remove(id);
                    history.add(checkpoint, State.COMPLETE, metadata.bytes(), "");
                    if (endsJob) {
                        published = Math.max(published, id);
                    }
                    for (String worker : checkpoint.workers()) {
                        ports.workers()
                                .send(
                                        worker,
                                        endsJob
                                                ? new ToWorker.CheckpointComplete(epoch, id)
                                                : new ToWorker.SavepointComplete(epoch, id));
                    }
                    if (endsJob) {
                        listener.complete(savepoint);
                    } else {
                        ports.ledger().published(savepoint, () -> listener.complete(savepoint));
                    }
                    checkSettled();
                    scheduleTrigger();
                    completeNext();
                },
                damage -> vanished(checkpoint, damage));
    }

    // ------------------------------------------------------------------ failures

    private void fail(PendingCheckpoint checkpoint, Failure cause) {
        SavepointListener listener = checkpoint.purpose().listener();
        if (listener != null) {
            LOG.warn("{} failed: {}", text(checkpoint.id()), cause.summary());
            giveUp(checkpoint, cause.summary());
            listener.failed(cause);
            return;
        }
        asked.failed(checkpoint.id(), cause);
        giveUp(checkpoint, cause.summary());
        count(checkpoint.id(), cause);
    }

    private void count(long id, Failure cause) {
        count(id, cause, settings.tolerableFailures());
    }

    private void count(long id, Failure cause, int tolerable) {
        failures++;
        failuresInRow++;
        lastFailure = cause.summary();
        LOG.warn(
                "{} failed, {} in a row ({} are tolerated by"
                        + " execution.checkpointing.tolerable-failed-checkpoints): {}",
                text(id),
                failuresInRow,
                settings.tolerableFailures(),
                lastFailure);
        if (failuresInRow > tolerable) {
            failuresInRow = 0;
            ports.listener().tooManyFailures(cause);
        }
    }

    private void giveUp(PendingCheckpoint checkpoint, String why) {
        LOG.debug("{} is given up: {}", text(checkpoint.id()), why);
        checkpoint.cancelTimer();
        pending.remove(checkpoint.id());
        givenUp.add(checkpoint.id());
        asked.again(checkpoint.id());
        if (givenUp.size() > MOST_GIVEN_UP) {
            givenUp.pollFirst();
        }
        if (checkpoint.kind().isSavepoint()) {
            abandoned.add(checkpoint.id(), checkpoint.purpose().folder());
        }
        lastEndNanos = ports.clock().nanoTime();
        history.add(checkpoint, State.FAILED, 0, why);
        for (String worker : checkpoint.workers()) {
            ports.workers().send(worker, new ToWorker.CheckpointAborted(epoch, checkpoint.id()));
        }
        scheduleTrigger();
        completeNext();
    }

    // ------------------------------------------------------------------ calls of the storage

    private void damaged(String damage) {
        ports.listener()
                .damaged(Failure.of(Category.STATE, "Job '" + graph.jobName() + "'", damage));
    }

    // ------------------------------------------------------------------ figures

    /** Those on their way, and the last that are over; the newest first. */
    public List<CheckpointStatistics> statistics() {
        return history.with(pending.descendingMap().values());
    }

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
