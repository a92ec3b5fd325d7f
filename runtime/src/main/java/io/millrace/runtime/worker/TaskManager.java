package io.millrace.runtime.worker;

import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToMaster.Phase;
import io.millrace.runtime.control.ToMaster.TaskBeat;
import io.millrace.runtime.control.ToMaster.TaskEnded;
import io.millrace.runtime.control.ToMaster.TaskReport;
import io.millrace.runtime.control.ToMaster.WorkerStart;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.Subtasks.RunningSubtask;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.WorkerEvent.Continued;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one loop that owns the subtasks of a worker.
 *
 * <p>It obeys the newest master it has met. When it connects to one, it promises that master's
 * epoch and reports all it has in the same step: what an older master has commanded, and lies in
 * the queue still, is dropped when its turn comes. Its tasks run on without a master, until its
 * lease is over.
 *
 * <p>Invariant: an attempt is started at most once, also if it is commanded again; how it ended is
 * told in each report until the master says that it knows.
 *
 * <p>Threads: owned by the loop that calls {@link #on}.
 */
public final class TaskManager {
    private static final Logger LOG = LoggerFactory.getLogger(TaskManager.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LAST_RETRY = Duration.ofSeconds(5);
    private static final Duration DEFAULT_BEAT = Duration.ofSeconds(1);
    private static final Duration FIRST_RECORD_LOOK = Duration.ofMillis(100);
    private static final int FIRST_RECORD_LOOKS = 600;

    private final WorkerSettings settings;
    private final WorkerPorts ports;
    private final Map<AttemptId, Task> tasks = new LinkedHashMap<>();
    private final Map<AttemptId, TaskEnded> unacknowledged = new LinkedHashMap<>();

    /** The newest attempt seen of each subtask, by the subtask's first possible attempt. */
    private final Map<AttemptId, AttemptId> highestSeen = new LinkedHashMap<>();

    private final WorkerCheckpoints checkpoints;

    private int epoch;
    private int link;
    private String connection;
    private long firstConnectedMillis;
    private long heardNanos;
    private Duration beat = DEFAULT_BEAT;
    private long timeoutNanos = Long.MAX_VALUE;
    private int retries;
    private long loops;
    private String leaveReason;
    private boolean left;
    private Timer firstRecordTimer = () -> {};
    private boolean firstRecordSeen;

    private static final class Task {
        private final int slot;
        private final RunningSubtask subtask;
        private Phase phase = Phase.STARTING;
        private boolean inputEnded;

        /** The newest checkpoint that the subtask was told is complete, or begins with. */
        private long confirmed;

        Task(int slot, RunningSubtask subtask) {
            this.slot = slot;
            this.subtask = subtask;
            this.confirmed = subtask.deployment().restored().checkpointId();
        }

        TaskDeployment deployment() {
            return subtask.deployment();
        }
    }

    public TaskManager(WorkerSettings settings, WorkerPorts ports) {
        this.settings = settings;
        this.ports = ports;
        this.heardNanos = ports.clock().nanoTime();
        this.checkpoints =
                new WorkerCheckpoints(
                        settings.address().workerId(),
                        ports.snapshots(),
                        (what, step) -> ports.inbox().put(new Continued(what, step)),
                        this::send);
    }

    /** Handles one event. */
    public void on(WorkerEvent event) {
        if (left) {
            return;
        }
        loops++;
        if (event instanceof WorkerEvent.Received received) {
            received(received.connection(), received.message());
        } else if (event instanceof WorkerEvent.SubtaskRunning running) {
            subtaskRunning(running.deployment());
        } else if (event instanceof WorkerEvent.SubtaskInputEnded ended) {
            subtaskInputEnded(ended.attempt());
        } else if (event instanceof WorkerEvent.SubtaskEnded ended) {
            subtaskEnded(ended.deployment(), ended.end());
        } else if (event instanceof WorkerEvent.SubtaskSnapshotTaken taken) {
            checkpoints.taken(taken.checkpointId(), taken.snapshot());
        } else if (event instanceof WorkerEvent.SubtaskSnapshotFailed failed) {
            if (tasks.containsKey(failed.attempt())) {
                checkpoints.failed(failed.checkpointId(), epoch, failed.failure());
            }
        } else if (event instanceof WorkerEvent.SubtaskOperatorEvent told) {
            if (tasks.containsKey(told.attempt())) {
                send(new ToMaster.OperatorEvent(told.attempt(), told.uid(), told.event()));
            }
        } else if (event instanceof Continued continued) {
            continued.step().run();
        } else if (event instanceof WorkerEvent.Connected connected) {
            connected(connected.connection(), connected.epoch());
        } else if (event instanceof WorkerEvent.NotConnected not) {
            LOG.debug("No connection to the master: {}", not.cause());
            retryLater();
        } else if (event instanceof WorkerEvent.Disconnected disconnected) {
            disconnected(disconnected.connection(), disconnected.cause());
        } else if (event instanceof WorkerEvent.Started) {
            heardNanos = ports.clock().nanoTime();
            ports.link().connect(epoch);
            scheduleBeat();
        } else if (event instanceof WorkerEvent.Stopped stopped) {
            leave(stopped.reason());
        }
    }

    /** Gives back what an event holds that comes too late, as the loop has ended; any thread. */
    public static void dropped(WorkerEvent event) {
        if (event instanceof WorkerEvent.SubtaskSnapshotTaken taken) {
            taken.snapshot().release();
        }
    }

    /**
     * Gives back what was handed over for checkpoints; when the loop has ended, by whoever has
     * ended it.
     */
    public void abandon() {
        checkpoints.giveUpAll();
    }

    /** How many tasks run. */
    public int tasks() {
        return tasks.size();
    }

    // ------------------------------------------------------------------ the master

    private void connected(String newConnection, int masterEpoch) {
        if (masterEpoch < epoch) {
            ports.outbox()
                    .close(newConnection, "epoch " + epoch + " is promised to a newer master");
            retryLater();
            return;
        }
        if (connection != null) {
            String old = connection;
            connection = null;
            ports.outbox().close(old, "a newer connection is there");
        }
        if (masterEpoch > epoch) {
            LOG.info("Obeys the master of epoch {} from now on, not {}", masterEpoch, epoch);
            // None of those that the older master has begun can become complete any more; what it
            // has completed already, the newer one says with the attempts that it adopts.
            checkpoints.giveUpAll();
            tasks.values().forEach(task -> task.subtask.masterChanged(masterEpoch));
        }
        epoch = masterEpoch;
        connection = newConnection;
        link++;
        retries = 0;
        if (firstConnectedMillis == 0) {
            firstConnectedMillis = ports.clock().wallMillis();
        }
        heardNanos = ports.clock().nanoTime();
        send(report());
        tasks.forEach(
                (attempt, task) -> {
                    if (task.inputEnded) {
                        send(new ToMaster.InputEnded(attempt));
                    }
                });
        for (Task task : tasks.values()) {
            if (task.phase == Phase.RUNNING) {
                task.subtask.register(link);
            }
        }
    }

    private ToMaster.Report report() {
        List<TaskReport> running = new ArrayList<>();
        tasks.forEach(
                (attempt, task) ->
                        running.add(
                                new TaskReport(
                                        attempt,
                                        task.deployment().generation(),
                                        task.phase,
                                        task.slot,
                                        task.confirmed)));
        return new ToMaster.Report(
                settings.address(),
                link,
                epoch,
                settings.slots(),
                new WorkerStart(
                        settings.start().processMillis(),
                        settings.start().mainMillis(),
                        firstConnectedMillis),
                running,
                List.copyOf(unacknowledged.values()),
                List.copyOf(highestSeen.values()));
    }

    private void disconnected(String lost, String cause) {
        if (!lost.equals(connection)) {
            return;
        }
        connection = null;
        LOG.info("The connection to the master is gone ({}); {} tasks run on", cause, tasks.size());
        retryLater();
    }

    private void retryLater() {
        if (connection != null) {
            return;
        }
        long millis =
                Math.min(LAST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(retries, 16));
        retries++;
        long jittered = millis / 2 + (long) (ports.random().nextDouble() * millis / 2);
        ports.timers()
                .schedule(
                        Duration.ofMillis(jittered),
                        new Continued(
                                "connect again",
                                () -> {
                                    if (connection == null) {
                                        ports.link().connect(epoch);
                                    }
                                }));
    }

    private void send(ToMaster message) {
        if (connection != null) {
            ports.outbox().send(connection, message);
        }
    }

    private void received(String from, ToWorker message) {
        if (!from.equals(connection) || message.epoch() != epoch) {
            // from before the last report, or from a master that is not obeyed any more
            LOG.debug("Ignores {} of connection {}", message.getClass().getSimpleName(), from);
            return;
        }
        heardNanos = ports.clock().nanoTime();
        if (message instanceof ToWorker.Deploy deploy) {
            deploy(deploy.slot(), deploy.deployment());
        } else if (message instanceof ToWorker.Cancel cancel) {
            cancel(cancel.attempt());
        } else if (message instanceof ToWorker.EndKnown known) {
            unacknowledged.remove(known.attempt());
        } else if (message instanceof ToWorker.Welcome welcome) {
            beat = Duration.ofMillis(welcome.beatMillis());
            timeoutNanos = Duration.ofMillis(welcome.timeoutMillis()).toNanos();
        } else if (message instanceof ToWorker.TriggerCheckpoint trigger) {
            trigger(trigger);
        } else if (message instanceof ToWorker.CheckpointComplete complete) {
            checkpoints.complete(complete.checkpointId());
            tasks.values().forEach(task -> confirm(task, complete.checkpointId()));
        } else if (message instanceof ToWorker.Adopt adopt) {
            adopt(adopt);
        } else if (message instanceof ToWorker.SavepointComplete complete) {
            checkpoints.savepointComplete(complete.checkpointId());
        } else if (message instanceof ToWorker.CheckpointAborted aborted) {
            checkpoints.giveUp(aborted.checkpointId());
            for (Task task : tasks.values()) {
                task.subtask.checkpointAborted(aborted.checkpointId());
            }
        } else if (message instanceof ToWorker.OperatorEvent told) {
            Task task = tasks.get(told.attempt());
            if (task != null) {
                task.subtask.operatorEvent(told.uid(), told.event());
            }
        } else if (message instanceof ToWorker.Leave leave) {
            leave("the master says so: " + leave.reason());
        }
    }

    // ------------------------------------------------------------------ tasks

    private void deploy(int slot, TaskDeployment deployment) {
        AttemptId attempt = deployment.attempt();
        if (leaveReason != null || !isNew(attempt)) {
            LOG.debug("Does not start {}: it was seen before, or the worker leaves", attempt);
            return;
        }
        highestSeen.put(firstOf(attempt), attempt);
        String refusal = whyNot(slot, attempt);
        if (refusal != null) {
            keepEnd(
                    deployment,
                    new SubtaskEnd.Failed(
                            Failure.of(
                                    Category.INTERNAL,
                                    "Task "
                                            + deployment.vertexName()
                                            + "["
                                            + attempt.subtask()
                                            + "] attempt "
                                            + attempt,
                                    refusal)),
                    SubtaskMetrics.NONE);
            return;
        }
        tasks.put(attempt, new Task(slot, ports.subtasks().start(deployment, new ToInbox())));
        watchFirstRecord();
    }

    /** Why a slot cannot take an attempt, or null if it can. */
    private String whyNot(int slot, AttemptId attempt) {
        if (slot < 0 || slot >= settings.slots()) {
            return "worker "
                    + settings.address().workerId()
                    + " has "
                    + settings.slots()
                    + " slots, number "
                    + slot
                    + " is not among them";
        }
        for (Task task : tasks.values()) {
            AttemptId other = task.deployment().attempt();
            if (task.slot == slot
                    && other.job().equals(attempt.job())
                    && other.vertex() == attempt.vertex()) {
                return "slot "
                        + slot
                        + " of worker "
                        + settings.address().workerId()
                        + " is still used by attempt "
                        + other
                        + " of generation "
                        + task.deployment().generation();
            }
        }
        return null;
    }

    private static AttemptId firstOf(AttemptId attempt) {
        return new AttemptId(attempt.job(), attempt.vertex(), attempt.subtask(), 0, 0);
    }

    private boolean isNew(AttemptId attempt) {
        AttemptId highest = highestSeen.get(firstOf(attempt));
        return highest == null || highest.compareTo(attempt) < 0;
    }

    private void cancel(AttemptId attempt) {
        Task task = tasks.get(attempt);
        if (task != null && task.phase != Phase.CANCELLING) {
            task.phase = Phase.CANCELLING;
            task.subtask.cancel();
        }
    }

    private void trigger(ToWorker.TriggerCheckpoint trigger) {
        Set<AttemptId> ended = new HashSet<>();
        for (AttemptId attempt : trigger.attempts()) {
            Task task = tasks.get(attempt);
            if (task == null && !isNew(attempt)) {
                ended.add(attempt);
            } else if (task == null || task.phase != Phase.RUNNING) {
                // how it ended will be told: the master gives the checkpoint up itself
                LOG.debug(
                        "Checkpoint {} is not begun: {} does not run",
                        trigger.checkpointId(),
                        attempt);
                return;
            }
        }
        checkpoints.triggered(trigger, ended);
        StreamEvent.Barrier barrier =
                new StreamEvent.Barrier(
                        trigger.checkpointId(),
                        trigger.epoch(),
                        trigger.wallMillis(),
                        trigger.kind());
        for (AttemptId source : trigger.sources()) {
            Task task = tasks.get(source);
            if (task != null) {
                task.subtask.triggerCheckpoint(barrier);
            }
        }
    }

    private void subtaskInputEnded(AttemptId attempt) {
        Task task = tasks.get(attempt);
        if (task != null) {
            task.inputEnded = true;
            send(new ToMaster.InputEnded(attempt));
        }
    }

    private void adopt(ToWorker.Adopt adopt) {
        checkpoints.complete(adopt.checkpointId());
        for (AttemptId attempt : adopt.attempts()) {
            Task task = tasks.get(attempt);
            if (task != null) {
                confirm(task, adopt.checkpointId());
                task.subtask.checkpointsAbortedBefore(adopt.epoch());
            }
        }
    }

    /** A subtask acts on a completion once, however often it is told. */
    private void confirm(Task task, long checkpointId) {
        if (checkpointId > task.confirmed) {
            task.confirmed = checkpointId;
            task.subtask.checkpointComplete(checkpointId);
        }
    }

    private void subtaskRunning(TaskDeployment deployment) {
        Task task = tasks.get(deployment.attempt());
        if (task != null && task.phase == Phase.STARTING) {
            task.phase = Phase.RUNNING;
            send(new ToMaster.TaskRunning(deployment.attempt()));
            task.subtask.register(link);
        }
    }

    private void subtaskEnded(TaskDeployment deployment, SubtaskEnd end) {
        Task task = tasks.remove(deployment.attempt());
        if (task == null) {
            throw new IllegalStateException(
                    "attempt " + deployment.attempt() + " ended, but did not run: " + end);
        }
        keepEnd(deployment, end, task.subtask.metrics());
        checkpoints.ended(deployment.attempt());
        checkLeft();
    }

    private void keepEnd(TaskDeployment deployment, SubtaskEnd end, SubtaskMetrics metrics) {
        TaskEnded ended =
                new TaskEnded(deployment.attempt(), deployment.generation(), end, metrics);
        unacknowledged.put(deployment.attempt(), ended);
        send(ended);
    }

    /** Brings what subtasks tell, from their threads, into this loop. */
    private final class ToInbox implements Subtasks.Listener {
        @Override
        public void running(TaskDeployment deployment) {
            ports.inbox().put(new WorkerEvent.SubtaskRunning(deployment));
        }

        @Override
        public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
            ports.inbox().put(new WorkerEvent.SubtaskSnapshotTaken(checkpointId, snapshot));
        }

        @Override
        public void snapshotFailed(TaskDeployment deployment, long checkpointId, Failure failure) {
            ports.inbox()
                    .put(
                            new WorkerEvent.SubtaskSnapshotFailed(
                                    checkpointId, deployment.attempt(), failure));
        }

        @Override
        public void operatorEvent(TaskDeployment deployment, String uid, byte[] event) {
            ports.inbox()
                    .put(new WorkerEvent.SubtaskOperatorEvent(deployment.attempt(), uid, event));
        }

        @Override
        public void inputEnded(TaskDeployment deployment) {
            ports.inbox().put(new WorkerEvent.SubtaskInputEnded(deployment.attempt()));
        }

        @Override
        public void ended(TaskDeployment deployment, SubtaskEnd end) {
            ports.inbox().put(new WorkerEvent.SubtaskEnded(deployment, end));
        }
    }

    // ------------------------------------------------------------------ beats and lease

    private void scheduleBeat() {
        ports.timers().schedule(beat, new Continued("beat", this::beat));
    }

    private void beat() {
        long now = ports.clock().nanoTime();
        scheduleBeat();
        if (connection != null && now - heardNanos > timeoutNanos) {
            String silent = connection;
            ports.outbox().close(silent, "the master was silent for too long");
            disconnected(silent, "it was silent for " + seconds(now - heardNanos) + " s");
        }
        if (connection == null && now - heardNanos > settings.lease().toNanos()) {
            leave(
                    "no master for "
                            + seconds(now - heardNanos)
                            + " s, the lease is "
                            + settings.lease().toSeconds()
                            + " s");
        }
        sendBeat();
    }

    private void sendBeat() {
        List<TaskBeat> beats = new ArrayList<>();
        tasks.forEach((attempt, task) -> beats.add(new TaskBeat(attempt, task.subtask.metrics())));
        send(new ToMaster.WorkerBeat(loops, beats));
    }

    private static long seconds(long nanos) {
        return Duration.ofNanos(nanos).toSeconds();
    }

    /** So that the first record is told when it flows, not a beat later. */
    private void watchFirstRecord() {
        if (firstRecordSeen) {
            return;
        }
        firstRecordTimer.cancel();
        lookForFirstRecord(FIRST_RECORD_LOOKS);
    }

    private void lookForFirstRecord(int looks) {
        firstRecordTimer =
                ports.timers()
                        .schedule(
                                FIRST_RECORD_LOOK,
                                new Continued(
                                        "look for the first record",
                                        () -> {
                                            if (anyRecord()) {
                                                firstRecordSeen = true;
                                                sendBeat();
                                            } else if (looks > 0 && !tasks.isEmpty()) {
                                                lookForFirstRecord(looks - 1);
                                            }
                                        }));
    }

    private boolean anyRecord() {
        for (Task task : tasks.values()) {
            SubtaskMetrics metrics = task.subtask.metrics();
            if (metrics.recordsIn() + metrics.recordsOut() > 0) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ the end

    private void leave(String reason) {
        if (leaveReason != null) {
            return;
        }
        leaveReason = reason;
        LOG.info("Leaves with {} tasks to cancel: {}", tasks.size(), reason);
        for (AttemptId attempt : List.copyOf(tasks.keySet())) {
            cancel(attempt);
        }
        ports.timers()
                .schedule(
                        settings.leaveTimeout(),
                        new Continued("end of the wait for cancelled tasks", this::finishLeave));
        checkLeft();
    }

    private void checkLeft() {
        if (leaveReason != null && tasks.isEmpty()) {
            finishLeave();
        }
    }

    private void finishLeave() {
        left = true;
        checkpoints.giveUpAll();
        if (!tasks.isEmpty()) {
            LOG.warn("Leaves although tasks have not ended: {}", tasks.keySet());
        }
        send(new ToMaster.Leaving(leaveReason));
        ports.host().left(leaveReason);
    }
}
