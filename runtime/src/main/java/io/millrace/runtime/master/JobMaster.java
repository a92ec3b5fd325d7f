package io.millrace.runtime.master;

import io.millrace.api.Configuration;
import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointPorts;
import io.millrace.runtime.checkpoint.CheckpointSettings;
import io.millrace.runtime.checkpoint.CheckpointStorage;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SavepointRecord;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToMaster.Phase;
import io.millrace.runtime.control.ToMaster.TaskReport;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.coordinate.CoordinatorPorts;
import io.millrace.runtime.coordinate.CoordinatorRecord;
import io.millrace.runtime.coordinate.Coordinators;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.master.JobFiles.Prepared;
import io.millrace.runtime.master.JobFiles.Result;
import io.millrace.runtime.master.JobStatus.VertexStatus;
import io.millrace.runtime.master.JobStatus.WorkerCount;
import io.millrace.runtime.master.JobStore.Entry;
import io.millrace.runtime.master.MasterEvent.Continued;
import io.millrace.runtime.metrics.AccumulatorPart;
import io.millrace.runtime.metrics.JobValues;
import io.millrace.runtime.metrics.JobValues.Shown;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.schedule.SlotSharing;
import io.millrace.runtime.schedule.SlotSharing.Offer;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.SubtaskEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one loop that owns a job: events come in, calls of ports go out, nothing else is touched.
 *
 * <p>The life of a job: its record is taken over; its graph is put on record; its files are looked
 * at, before anything is asked of the cluster; workers are asked for; when all slots are there all
 * subtasks are deployed; when all have finished the commit of their run is put on record, which
 * decides, and carried out; the end is put on record; the workers leave. See {@link JobState}.
 *
 * <p>Whatever must not happen twice, or half, is on record before the first command (an intent), so
 * that the next master carries it on. An answer that comes after the job has moved on is dropped:
 * each step is bound to the state in which it began.
 *
 * <p>After a failure all attempts are cancelled, and nothing is started before all are known to be
 * gone or their workers are: the file names of two runs differ, but their slots do not.
 *
 * <p>Threads: owned by the loop that calls {@link #on}.
 */
public final class JobMaster {
    private static final Logger LOG = LoggerFactory.getLogger(JobMaster.class);
    private static final int PREPARE_TRIES = 5;
    private static final int DISCARD_TRIES = 3;

    private final MasterSettings settings;
    private final MasterPorts ports;
    private final Timeline timeline;
    private final WorkerPool pool;
    private final JobRecord record;
    private final long startMillis;

    private JobState state = JobState.CREATED;
    private long stateNanos;

    /** Counts the moves of the state: an answer of an earlier step is known by it. */
    private long step;

    private ExecutionGraph graph;
    private boolean recovered;
    private RestartStrategy restarts;
    private FailureEpisode episode = new FailureEpisode();
    private Failure failure;
    private long inputBytes;

    /** Null before the graph is known, or if its settings were refused. */
    private CheckpointCoordinator checkpoints;

    private final SavepointRequests savepoints;

    private CheckpointOptions.Retention retention;

    /** What the user has told the job to begin with. */
    private StartingState startingState = StartingState.NOTHING;

    // what earlier masters have left of checkpoints
    private long reservedIds;
    private List<Long> completedCheckpoints = List.of();
    private List<Entry> recordTakenOver = List.of();

    private Coordinators coordinators;

    /** Number of the newest entry of coordinators that earlier masters have left; 0 if none. */
    private long coordinatorEntry;

    /** What the present start begins with; null if with nothing. */
    private StateAssignment restoring;

    /** Run whose output is to be committed or discarded; empty if none was begun. */
    private String run = "";

    /** Whether attempts are told to end, and their end is waited for. */
    private boolean tearingDown;

    /** Whether the intent to cancel is on record: clients may be told so. */
    private boolean intentRecorded;

    /** What a step of some length waits for, in words, or null. */
    private String waitingFor;

    // what came before the record was taken over
    private boolean cancelAsked;
    private JobGraph submittedGraph;
    private Failure submitFailure;

    /** What the subtasks of the run have added up, once all of them have finished. */
    private List<AccumulatorPart> accumulators = List.of();

    private boolean over;

    private final Map<String, String> peers = new HashMap<>();
    private final Clients clients;

    public JobMaster(MasterSettings settings, MasterPorts ports) {
        this.settings = settings;
        this.ports = ports;
        this.timeline = new Timeline(ports.clock());
        this.record = new JobRecord(ports, this::fenced);
        this.clients = new Clients(ports.outbox());
        this.savepoints =
                new SavepointRequests(new SavepointJob(), ports.outbox(), record, ports.random());
        this.pool = new WorkerPool(settings, ports, timeline, this::isBusy, new PoolListener());
        this.startMillis = ports.clock().wallMillis();
        this.stateNanos = ports.clock().nanoTime();
    }

    /** Handles one event. */
    public void on(MasterEvent event) {
        if (state == JobState.FENCED || (over && !isAnsweredAfterTheEnd(event))) {
            return;
        }
        if (event instanceof MasterEvent.Continued continued) {
            continued.step().run();
        } else if (event instanceof MasterEvent.Received received) {
            received(received.connection(), received.message());
        } else if (event instanceof MasterEvent.Connected connected) {
            peers.put(connected.connection(), connected.peer());
        } else if (event instanceof MasterEvent.Disconnected disconnected) {
            disconnected(disconnected.connection(), disconnected.cause());
        } else if (event instanceof MasterEvent.ContainersGranted granted) {
            pool.granted(granted.containers());
            tryDeploy();
        } else if (event instanceof MasterEvent.PreviousContainers previous) {
            pool.previous(previous.containers());
            tryDeploy();
        } else if (event instanceof MasterEvent.ContainerCompleted completed) {
            pool.completed(completed.containerId(), completed.cause());
        } else if (event instanceof MasterEvent.ContainersRefused refused) {
            noWorkers(refused.failure());
        } else if (event instanceof MasterEvent.Started) {
            start();
        } else if (event instanceof MasterEvent.Submitted submitted) {
            submitted(submitted.graph());
        } else if (event instanceof MasterEvent.NotSubmitted not) {
            notSubmitted(not.failure());
        } else if (event instanceof MasterEvent.CancelRequested cancel) {
            LOG.info("{} asks for the job to be cancelled", cancel.by());
            cancel();
        } else if (event instanceof MasterEvent.SavepointRequested requested) {
            savepoints.requested(requested.request(), requested.answer());
        } else if (event instanceof MasterEvent.StatusRequested requested) {
            requested.answer().accept(status());
        } else if (event instanceof MasterEvent.AccumulatorsRequested requested) {
            requested.answer().accept(accumulatorsSoFar());
        } else if (event instanceof MasterEvent.Noted noted) {
            timeline.add(noted.event());
        }
    }

    /** Clients may ask how the job ended for as long as the process is there. */
    private static boolean isAnsweredAfterTheEnd(MasterEvent event) {
        return event instanceof MasterEvent.StatusRequested
                || event instanceof MasterEvent.SavepointRequested
                || event instanceof MasterEvent.AccumulatorsRequested
                || event instanceof MasterEvent.Connected
                || event instanceof MasterEvent.Disconnected
                || (event instanceof MasterEvent.Received received
                        && received.message() instanceof FromClient);
    }

    // ------------------------------------------------------------------ record and graph

    private void start() {
        timeline.note("master started", "attempt " + settings.epoch());
        pool.start();
        record.takeOver(settings.epoch(), this::takenOver);
    }

    private void takenOver(List<Entry> entries) {
        recovered = true;
        recordTakenOver = entries;
        List<Long> reserved = JobRecord.numbers(entries, JobRecord.IDS);
        reservedIds = reserved.isEmpty() ? 0 : reserved.get(reserved.size() - 1);
        completedCheckpoints = JobRecord.numbers(entries, JobRecord.CHECKPOINT);
        List<Long> recorded = JobRecord.numbers(entries, JobRecord.COORDINATORS);
        coordinatorEntry = recorded.isEmpty() ? 0 : recorded.get(recorded.size() - 1);
        timeline.note("record taken over", entries.size() + " entries");
        record.write(
                JobRecord.ADDRESS + settings.epoch(),
                JobRecord.text(settings.address()),
                () -> !over,
                () -> {});
        Entry end = JobRecord.find(entries, JobRecord.END);
        Entry recordedGraph = JobRecord.find(entries, JobRecord.GRAPH);
        if (recordedGraph != null) {
            adopt(record.read(recordedGraph, JobGraph.class));
        }
        if (end != null) {
            JobResult result = record.read(end, JobResult.class);
            failure = result.failure();
            accumulators = result.accumulators();
            become(result.state(), "its end was on record");
            sweep(result);
            return;
        }
        if (resumeIntent(entries)) {
            return;
        }
        ports.observer().recovered(recordedGraph == null ? null : graph.graph());
        if (cancelAsked) {
            cancel();
        } else if (graph != null) {
            prepare();
        } else if (submitFailure != null) {
            fail(submitFailure);
        } else if (submittedGraph != null) {
            submitted(submittedGraph);
        }
    }

    /** Carries on with what an earlier master had begun; false if it had begun nothing. */
    private boolean resumeIntent(List<Entry> entries) {
        Entry commit = JobRecord.find(entries, JobRecord.INTENT_COMMIT);
        Entry cancel = JobRecord.find(entries, JobRecord.INTENT_CANCEL);
        Entry fail = JobRecord.find(entries, JobRecord.INTENT_FAIL);
        if (fail != null) {
            // the last word of all, as a commit may fail, too
            JobIntent intent = record.read(fail, JobIntent.class);
            run = intent.run();
            failure = intent.failure();
            become(JobState.FAILING, "an earlier attempt had given it up");
            tearDown();
        } else if (commit != null) {
            JobIntent intent = record.read(commit, JobIntent.class);
            run = intent.run();
            accumulators = intent.accumulators();
            become(JobState.COMMITTING, "all its subtasks had finished in run " + run);
            commitFiles(new BackOff(ports.random()));
        } else if (cancel != null) {
            run = record.read(cancel, JobIntent.class).run();
            become(JobState.CANCELLING, "an earlier attempt was asked to");
            intentRecorded = true;
            tearDown();
        } else {
            return false;
        }
        return true;
    }

    private void adopt(JobGraph jobGraph) {
        graph = new ExecutionGraph(jobGraph, settings.applicationId(), settings.epoch());
        Configuration configuration = Configuration.fromMap(jobGraph.configuration());
        ParsedConfiguration options = ParsedConfiguration.of(configuration);
        startingState = StartingState.of(jobGraph, options);
        CheckpointSettings checkpointing = CheckpointSettings.of(options);
        retention = checkpointing.retention();
        coordinators =
                new Coordinators(
                        jobGraph, coordinatorPorts(), checkpointing.isPeriodic(), coordinatorEntry);
        checkpoints =
                new CheckpointCoordinator(
                        checkpointing, checkpointPorts(), jobGraph, settings.epoch());
        checkpoints.claim(startingState.claimedPath());
        RestartStrategy.Spec spec =
                RestartStrategy.Spec.of(
                        configuration,
                        checkpointing.isPeriodic()
                                ? RestartStrategy.Spec.exponentialDelay(configuration)
                                : settings.defaultRestart());
        restarts = spec.strategy(ports.random());
        LOG.info(
                "Job '{}' ({}): {} vertices, {} slots; restart strategy: {}"
                        + " (restart-strategy.type)",
                jobGraph.jobName(),
                jobGraph.jobId(),
                jobGraph.vertices().size(),
                graph.slots().size(),
                spec);
    }

    private void submitted(JobGraph jobGraph) {
        if (!recovered) {
            submittedGraph = jobGraph;
            return;
        }
        if (state != JobState.CREATED || graph != null) {
            LOG.debug("The graph of job {} is not needed: one was on record", jobGraph.jobId());
            return;
        }
        timeline.note("graph ready", jobGraph.jobName());
        try {
            adopt(jobGraph);
        } catch (IllegalArgumentException e) {
            graph = new ExecutionGraph(jobGraph, settings.applicationId(), settings.epoch());
            fail(Failure.of(Category.CONFIG, "Job '" + jobGraph.jobName() + "'", e.getMessage()));
            return;
        }
        record.write(JobRecord.GRAPH + jobId(), graph.graph(), stillInThisStep(), this::prepare);
    }

    private void notSubmitted(Failure cause) {
        if (!recovered) {
            submitFailure = cause;
        } else if (state == JobState.CREATED && graph == null) {
            fail(cause);
        }
    }

    // ------------------------------------------------------------------ files

    private void prepare() {
        become(JobState.PREPARING, "its graph is on record");
        prepareFiles(new BackOff(ports.random()));
    }

    private void prepareFiles(BackOff backOff) {
        List<FileInput> inputs =
                graph.graph().vertices().stream().flatMap(v -> v.inputs().stream()).toList();
        int widestSource =
                graph.graph().vertices().stream()
                        .filter(v -> !v.inputs().isEmpty())
                        .mapToInt(JobVertex::parallelism)
                        .max()
                        .orElse(1);
        ports.files()
                .prepare(
                        inputs,
                        outputs(),
                        widestSource,
                        answer("files prepared", result -> prepared(result, backOff)));
    }

    private void prepared(Result<Prepared> result, BackOff backOff) {
        if (result instanceof Result.Done<Prepared> done) {
            inputBytes = done.value().totalBytes();
            graph.assignSplits(done.value().splits());
            timeline.note("files prepared", done.value().splits().size() + " splits");
            findStartingState(new BackOff(ports.random()));
        } else if (result instanceof Result.Refused<Prepared> refused) {
            fail(Failure.of(Category.CONFIG, "Job '" + jobName() + "'", refused.sentence()));
        } else if (result instanceof Result.Failed<Prepared> failed) {
            Duration pause = backOff.next();
            if (backOff.tries() >= PREPARE_TRIES) {
                fail(
                        Failure.of(
                                Category.STATE,
                                "Looking at the files of job '" + jobName() + "'",
                                failed.cause()));
                return;
            }
            LOG.warn("Looking at the job's files failed: {}", failed.cause());
            later("prepare again", pause, () -> prepareFiles(backOff));
        }
    }

    private void findStartingState(BackOff backOff) {
        if (!startingState.isNeeded(completedCheckpoints)) {
            recoverCheckpoints();
            return;
        }
        waitingFor = "the savepoint or checkpoint to begin with, " + startingState.path();
        ports.checkpoints()
                .find(
                        startingState.path(),
                        answer("starting state found", result -> startFrom(result, backOff)));
    }

    private void startFrom(CheckpointStorage.Result<StoredCheckpoint> result, BackOff backOff) {
        Failure refusal = startingState.found(result);
        if (refusal == null) {
            timeline.note("starting state found", startingState.path());
            recoverCheckpoints();
        } else if (refusal.category() != Category.CLUSTER || backOff.tries() >= PREPARE_TRIES) {
            fail(refusal);
        } else {
            LOG.warn("{}", refusal.summary());
            later("look again", backOff.next(), () -> findStartingState(backOff));
        }
    }

    private void recoverCheckpoints() {
        if (checkpoints == null) {
            waitForWorkers();
            return;
        }
        BooleanSupplier wanted = stillInThisStep();
        checkpoints.recover(
                Math.max(reservedIds, startingState.checkpointId()),
                completedCheckpoints,
                () -> {
                    if (wanted.getAsBoolean()) {
                        if (checkpoints.newestId() > 0) {
                            timeline.note(
                                    "checkpoint found", Long.toString(checkpoints.newestId()));
                        }
                        savepoints.recover(
                                recordTakenOver,
                                () -> {
                                    if (wanted.getAsBoolean()) {
                                        waitForWorkers();
                                    }
                                });
                    }
                });
    }

    private void waitForWorkers() {
        become(JobState.WAITING_FOR_WORKERS, graph.slots().size() + " slots are needed");
        pool.need(neededWorkers());
        tryDeploy();
    }

    private List<FileOutput> outputs() {
        return graph == null
                ? List.of()
                : graph.graph().vertices().stream().flatMap(v -> v.outputs().stream()).toList();
    }

    // ------------------------------------------------------------------ start

    private int neededWorkers() {
        return (graph.slots().size() + settings.slotsPerWorker() - 1) / settings.slotsPerWorker();
    }

    /** Deploys all as soon as every slot is there. */
    private void tryDeploy() {
        if (state != JobState.WAITING_FOR_WORKERS) {
            return;
        }
        List<Offer> offers = new ArrayList<>();
        for (Worker worker : pool.workers()) {
            if (worker.connection() != null
                    && worker.strays().isEmpty()
                    && pool.ledger().isHeld(worker.id())) {
                offers.add(new Offer(worker.id(), worker.slots()));
            }
        }
        List<WorkerSlot> assigned = SlotSharing.assign(graph.slots(), offers);
        if (assigned.isEmpty()) {
            return;
        }
        graph.start(assigned, ports.clock().nanoTime());
        run = graph.run();
        episode = new FailureEpisode();
        restoring =
                savepoints.stoppedAt() == null
                        ? startingState.newest(checkpoints)
                        : savepoints.stoppedAt();
        become(
                JobState.DEPLOYING,
                "run "
                        + run
                        + ", generation "
                        + graph.generation()
                        + (restoring == null
                                ? ""
                                : ", from checkpoint " + restoring.checkpointId()));
        coordinators.start(
                restoring == null ? List.of() : restoring.coordinators(),
                checkpoints.newestId(),
                vertex -> graph.executionsOf(vertex).stream().map(Execution::attempt).toList());
        timeline.note("deploy sent", run);
        for (Execution execution : graph.executions()) {
            deploy(execution);
        }
        checkStarted();
    }

    private void deploy(Execution execution) {
        Worker worker = pool.find(execution.slot().workerId());
        pool.send(
                worker,
                new ToWorker.Deploy(
                        settings.epoch(),
                        execution.slot().slot(),
                        graph.deployment(
                                execution,
                                id -> pool.find(id).address(),
                                restored(execution.attempt()))));
    }

    private RestoredState restored(AttemptId attempt) {
        if (restoring == null) {
            return RestoredState.NONE;
        }
        JobVertex vertex = graph.graph().vertex(attempt.vertex());
        RestoredState state = restoring.of(vertex, attempt.subtask());
        return savepoints.stoppedAt() == null ? state : state.asFinished();
    }

    private void running(AttemptId attempt) {
        Execution execution = graph == null ? null : graph.find(attempt);
        if (execution != null && execution.state() == Execution.State.DEPLOYING) {
            execution.become(Execution.State.RUNNING, ports.clock().nanoTime());
            timeline.noteFirst("first task running");
            checkStarted();
        }
    }

    private void checkStarted() {
        if (state == JobState.DEPLOYING
                && graph.executions().stream()
                        .noneMatch(e -> e.state() == Execution.State.DEPLOYING)) {
            timeline.noteFirst("all tasks running");
            become(JobState.RUNNING, "all " + graph.executions().size() + " subtasks run");
            checkpoints.start(() -> CheckpointTasks.of(graph));
            savepoints.running();
        }
    }

    // ------------------------------------------------------------------ checkpoints

    /** What savepoints need of this. */
    private final class SavepointJob implements SavepointRequests.Job {
        @Override
        public JobState state() {
            return state;
        }

        @Override
        public JobGraph graph() {
            return graph == null ? null : graph.graph();
        }

        @Override
        public CheckpointCoordinator checkpoints() {
            return checkpoints;
        }

        @Override
        public boolean isOver() {
            return over;
        }

        @Override
        public void later(String what, Duration pause, Runnable step) {
            JobMaster.this.later(what, pause, step);
        }

        @Override
        public void restart(Failure cause) {
            episode.taskFailed(cause);
            JobMaster.this.restart();
        }
    }

    private CheckpointPorts checkpointPorts() {
        return new CheckpointPorts(
                ports.clock(),
                new CheckpointPorts.Loop() {
                    @Override
                    public <T> Consumer<T> answer(String what, Consumer<T> then) {
                        return result ->
                                ports.inbox().put(new Continued(what, () -> then.accept(result)));
                    }

                    @Override
                    public Timer after(Duration delay, String what, Runnable timedStep) {
                        return ports.timers().schedule(delay, new Continued(what, timedStep));
                    }
                },
                ports.checkpoints(),
                new CheckpointPorts.Ledger() {
                    @Override
                    public void reserve(long upTo, Runnable then) {
                        record.write(
                                JobRecord.IDS + upTo,
                                JobRecord.text("checkpoint ids up to " + upTo),
                                () -> !over,
                                then);
                    }

                    @Override
                    public void complete(long id, Runnable then) {
                        record.write(
                                JobRecord.CHECKPOINT + id,
                                JobRecord.text(
                                        "checkpoint "
                                                + id
                                                + ", complete in epoch "
                                                + settings.epoch()),
                                () -> !over,
                                then);
                    }

                    @Override
                    public void complete(SavepointRecord savepoint, Runnable then) {
                        record.write(
                                JobRecord.SAVEPOINT + savepoint.id(), savepoint, () -> !over, then);
                    }

                    @Override
                    public void forget(long id) {
                        record.remove(JobRecord.CHECKPOINT + id);
                    }

                    @Override
                    public void published(SavepointRecord savepoint) {
                        record.remove(JobRecord.SAVEPOINT + savepoint.id());
                    }
                },
                (workerId, message) -> {
                    Worker worker = pool.find(workerId);
                    if (worker != null) {
                        pool.send(worker, message);
                    }
                },
                new CheckpointPorts.Listener() {
                    @Override
                    public void tooManyFailures(Failure cause) {
                        if (state == JobState.RUNNING) {
                            episode.taskFailed(cause);
                            restart();
                        }
                    }

                    @Override
                    public void damaged(Failure cause) {
                        if (state.mayBecome(JobState.FAILING)) {
                            fail(cause);
                        } else {
                            tooManyFailures(cause);
                        }
                    }
                },
                new CheckpointPorts.Sources() {
                    @Override
                    public void prepare(long id, Consumer<List<CoordinatorState>> then) {
                        coordinators.prepare(id, then);
                    }

                    @Override
                    public void cancelPreparation() {
                        coordinators.cancelPreparation();
                    }

                    @Override
                    public void complete(long id) {
                        coordinators.complete(id);
                    }
                });
    }

    private CoordinatorPorts coordinatorPorts() {
        return new CoordinatorPorts(
                ports.clock(),
                new CoordinatorPorts.Loop() {
                    @Override
                    public void put(String what, Runnable coordinatorStep) {
                        ports.inbox().put(new Continued(what, coordinatorStep));
                    }

                    @Override
                    public Timer after(Duration delay, String what, Runnable timedStep) {
                        return ports.timers().schedule(delay, new Continued(what, timedStep));
                    }
                },
                ports.coordinators(),
                new CoordinatorPorts.Ledger() {
                    @Override
                    public void write(long sequence, CoordinatorRecord entry, Runnable then) {
                        record.write(JobRecord.COORDINATORS + sequence, entry, () -> !over, then);
                    }

                    @Override
                    public void forget(long sequence) {
                        record.remove(JobRecord.COORDINATORS + sequence);
                    }
                },
                (reader, uid, message) -> {
                    Execution execution = graph.find(reader);
                    Worker worker =
                            execution == null ? null : pool.find(execution.slot().workerId());
                    if (worker != null) {
                        pool.send(
                                worker,
                                new ToWorker.OperatorEvent(settings.epoch(), reader, uid, message));
                    }
                },
                cause -> {
                    if (state == JobState.DEPLOYING || state == JobState.RUNNING) {
                        episode.taskFailed(cause);
                        restart();
                    }
                });
    }

    // ------------------------------------------------------------------ workers

    private boolean isBusy(String workerId) {
        return graph != null
                && graph.executions().stream()
                        .anyMatch(e -> e.isLive() && e.slot().workerId().equals(workerId));
    }

    private void received(String connection, ControlMessage message) {
        if (message instanceof ToMaster.Report report) {
            pool.reported(connection, peers.getOrDefault(connection, ""), report);
        } else if (message instanceof ToMaster fromWorker) {
            Worker worker = pool.ofConnection(connection);
            if (worker != null) {
                pool.heard(worker);
                fromWorker(worker, fromWorker);
            }
        } else if (message instanceof FromClient request) {
            fromClient(connection, request);
        } else {
            ports.outbox().close(connection, "not for a master: " + message.getClass());
        }
    }

    private void disconnected(String connection, String cause) {
        peers.remove(connection);
        clients.remove(connection);
        savepoints.disconnected(connection);
        pool.disconnected(connection, cause);
    }

    private void fromWorker(Worker worker, ToMaster message) {
        if (message instanceof ToMaster.TaskRunning running) {
            running(running.attempt());
        } else if (message instanceof ToMaster.TaskEnded ended) {
            ended(worker, ended);
        } else if (message instanceof ToMaster.WorkerBeat beat) {
            beat(beat);
        } else if (message instanceof ToMaster.InputEnded ended) {
            if (graph != null && graph.find(ended.attempt()) != null) {
                checkpoints.inputEnded(ended.attempt());
            }
        } else if (message instanceof ToMaster.CheckpointStored stored) {
            if (checkpoints != null) {
                checkpoints.stored(worker.id(), stored);
            }
        } else if (message instanceof ToMaster.OperatorEvent told) {
            Execution execution = graph == null ? null : graph.find(told.attempt());
            if (execution != null && execution.slot().workerId().equals(worker.id())) {
                coordinators.received(
                        told.attempt(),
                        worker.link(),
                        worker.address().host(),
                        told.uid(),
                        told.event());
            }
        } else if (message instanceof ToMaster.CheckpointDeclined declined) {
            if (checkpoints != null) {
                checkpoints.declined(worker.id(), declined);
            }
        } else if (message instanceof ToMaster.Leaving leaving) {
            pool.left(worker, leaving.reason());
        }
    }

    /** Compares what a worker runs with what it should run, and sends what is missing. */
    private void reconcile(Worker worker, ToMaster.Report report) {
        Set<AttemptId> ended = new LinkedHashSet<>();
        worker.strays().clear();
        Map<AttemptId, Phase> reported = new LinkedHashMap<>();
        for (TaskReport task : report.tasks()) {
            reported.put(task.attempt(), task.phase());
            Execution execution = graph == null ? null : graph.find(task.attempt());
            if (execution == null
                    || !execution.isLive()
                    || !execution.slot().workerId().equals(worker.id())) {
                worker.strays().add(task.attempt());
                cancel(worker, task.attempt());
            }
        }
        for (ToMaster.TaskEnded end : report.ends()) {
            ended.add(end.attempt());
            ended(worker, end);
        }
        if (graph == null) {
            return;
        }
        coordinators.unregister(
                attempt -> {
                    Execution execution = graph.find(attempt);
                    return execution != null && execution.slot().workerId().equals(worker.id());
                });
        for (Execution execution : graph.live()) {
            if (execution.slot().workerId().equals(worker.id())
                    && execution.isLive()
                    && !ended.contains(execution.attempt())) {
                reconcile(worker, execution, reported.get(execution.attempt()), report);
            }
        }
    }

    private void reconcile(
            Worker worker, Execution execution, Phase reported, ToMaster.Report report) {
        boolean seen =
                report.highestSeen().stream()
                        .anyMatch(
                                s ->
                                        s.sameSubtask(execution.attempt())
                                                && s.compareTo(execution.attempt()) >= 0);
        if (reported != null) {
            if (execution.state() == Execution.State.CANCELLING) {
                cancel(worker, execution.attempt());
            } else if (reported == Phase.RUNNING) {
                running(execution.attempt());
            }
        } else if (!seen && execution.state() == Execution.State.DEPLOYING) {
            deploy(execution);
        } else if (!seen && execution.state() == Execution.State.CANCELLING) {
            // the command to start it was lost, and is not repeated
            execution.become(Execution.State.CANCELED, ports.clock().nanoTime());
            checkGone();
        } else {
            attemptFailed(
                    execution,
                    Failure.of(
                            Category.INTERNAL,
                            "Task " + execution.name() + " attempt " + execution.attempt(),
                            "worker " + worker.id() + " does not know it any more"));
        }
    }

    private void cancel(Worker worker, AttemptId attempt) {
        pool.send(worker, new ToWorker.Cancel(settings.epoch(), attempt));
    }

    private void beat(ToMaster.WorkerBeat beat) {
        if (graph == null) {
            return;
        }
        for (ToMaster.TaskBeat task : beat.tasks()) {
            Execution execution = graph.find(task.attempt());
            if (execution != null) {
                execution.measured(task.metrics(), ports.clock().nanoTime());
                noteFirstRecord(execution);
            }
        }
    }

    private void noteFirstRecord(Execution execution) {
        if (execution.metrics().recordsIn() + execution.metrics().recordsOut() > 0) {
            timeline.noteFirst("first record");
        }
    }

    private void ended(Worker worker, ToMaster.TaskEnded ended) {
        // Handled means known: nothing that an end decides is lost with this master, as the next
        // one runs the job again. When regions outlive a master, a record comes before this line.
        pool.send(worker, new ToWorker.EndKnown(settings.epoch(), ended.attempt()));
        worker.strays().remove(ended.attempt());
        Execution execution = graph == null ? null : graph.find(ended.attempt());
        if (execution != null
                && execution.isLive()
                && execution.slot().workerId().equals(worker.id())) {
            execution.measured(ended.metrics(), ports.clock().nanoTime());
            noteFirstRecord(execution);
            if (ended.end() instanceof SubtaskEnd.Finished) {
                execution.become(Execution.State.FINISHED, ports.clock().nanoTime());
                coordinators.ended(execution.attempt());
                checkpoints.finished(execution.attempt());
                checkStarted();
                checkFinished();
                checkGone();
            } else if (ended.end() instanceof SubtaskEnd.Failed failed) {
                attemptFailed(execution, failed.failure());
            } else if (execution.state() == Execution.State.CANCELLING) {
                execution.become(Execution.State.CANCELED, ports.clock().nanoTime());
                checkGone();
            } else {
                attemptFailed(
                        execution,
                        Failure.of(
                                Category.CLUSTER,
                                "Task " + execution.name() + " attempt " + execution.attempt(),
                                "worker " + worker.id() + " cancelled it unasked"));
            }
        }
        tryDeploy();
    }

    private void attemptFailed(Execution execution, Failure cause) {
        execution.become(Execution.State.FAILED, ports.clock().nanoTime());
        LOG.warn(
                "Task {} attempt {} failed: {}",
                execution.name(),
                execution.attempt(),
                cause.summary());
        episode.taskFailed(cause);
        if (state == JobState.DEPLOYING || state == JobState.RUNNING) {
            restart();
        } else {
            checkGone();
        }
    }

    /** What the pool tells. */
    private final class PoolListener implements WorkerPool.Listener {
        @Override
        public void reported(Worker worker, ToMaster.Report report) {
            reconcile(worker, report);
            tryDeploy();
        }

        @Override
        public void lost(Worker worker, Failure cause) {
            if (graph == null) {
                return;
            }
            List<Execution> with =
                    graph.executions().stream()
                            .filter(e -> e.slot().workerId().equals(worker.id()))
                            .toList();
            if (with.stream().allMatch(e -> e.state() == Execution.State.FINISHED)) {
                return;
            }
            // also if its tasks were heard to end before it: it may be why
            episode.workerLost(cause);
            for (Execution execution : with) {
                if (execution.isLive()) {
                    execution.become(Execution.State.FAILED, ports.clock().nanoTime());
                }
            }
            if (state == JobState.DEPLOYING || state == JobState.RUNNING) {
                restart();
            } else {
                checkGone();
            }
        }

        @Override
        public void unavailable(Failure cause) {
            noWorkers(cause);
        }
    }

    private void noWorkers(Failure cause) {
        if (state == JobState.WAITING_FOR_WORKERS || state == JobState.RESTARTING) {
            fail(cause);
        } else {
            LOG.warn("No more workers will come: {}", cause.summary());
        }
    }

    // ------------------------------------------------------------------ restart

    private void restart() {
        become(JobState.RESTARTING, episode.root().summary());
        tearDown();
    }

    /** Tells all attempts to end; what follows when they are gone depends on the state. */
    private void tearDown() {
        tearingDown = true;
        if (graph != null) {
            for (Execution execution : graph.live()) {
                if (execution.state() != Execution.State.CANCELLING) {
                    execution.become(Execution.State.CANCELLING, ports.clock().nanoTime());
                }
                Worker worker = pool.find(execution.slot().workerId());
                cancel(worker, execution.attempt());
            }
            later(
                    "end of the wait for cancelled tasks",
                    settings.cancelTimeout(),
                    this::giveUpHanging);
        }
        checkGone();
    }

    private void giveUpHanging() {
        for (Execution execution : List.copyOf(graph.live())) {
            Worker worker = pool.find(execution.slot().workerId());
            if (worker != null && execution.isLive()) {
                pool.giveUp(
                        worker,
                        "task "
                                + execution.name()
                                + " did not end within "
                                + settings.cancelTimeout().toSeconds()
                                + " s after it was cancelled (task.cancellation.timeout)");
            }
        }
    }

    private void checkGone() {
        if (!tearingDown || (graph != null && !graph.live().isEmpty())) {
            return;
        }
        tearingDown = false;
        if (run.isEmpty()) {
            allGone();
        } else {
            discard(new BackOff(ports.random()));
        }
    }

    private void discard(BackOff backOff) {
        ports.files()
                .discard(
                        outputs(),
                        run,
                        answer(
                                "output discarded",
                                result -> {
                                    if (!(result instanceof Result.Done<Void>)) {
                                        Duration pause = backOff.next();
                                        LOG.warn(
                                                "Output of run {} is still there: {}", run, result);
                                        if (backOff.tries() < DISCARD_TRIES) {
                                            later("discard again", pause, () -> discard(backOff));
                                            return;
                                        }
                                    }
                                    allGone();
                                }));
    }

    private void allGone() {
        switch (state) {
            case RESTARTING -> settleAndRestart();
            case CANCELLING -> end(JobState.CANCELED);
            case FAILING -> end(JobState.FAILED);
            default -> throw new IllegalStateException("all attempts are gone in " + state);
        }
    }

    /** A checkpoint of which nobody knows whether it is complete may be where the job goes on. */
    private void settleAndRestart() {
        if (checkpoints == null) {
            decideRestart();
            return;
        }
        BooleanSupplier wanted = stillInThisStep();
        waitingFor = "the job record, which says whether the last checkpoint is complete";
        checkpoints.whenSettled(
                () -> {
                    if (wanted.getAsBoolean()) {
                        decideRestart();
                    }
                });
    }

    private void decideRestart() {
        Failure root = episode.root();
        failure = root;
        LOG.warn(
                "Job '{}' failed in run {}, {} failures, the root: {}",
                jobName(),
                run,
                episode.failures(),
                root.report());
        Failure end = startingState.afterDamage(root, restoring, checkpoints);
        if (end != null) {
            fail(end);
            return;
        }
        Optional<Duration> pause =
                root.category() == Category.CONFIG
                        ? Optional.empty()
                        : restarts.afterFailure(ports.clock().nanoTime());
        if (pause.isEmpty()) {
            fail(root);
            return;
        }
        LOG.info("Job '{}' starts again in {} ms", jobName(), pause.get().toMillis());
        waitingFor = "the next start, " + pause.get().toMillis() + " ms after the failure";
        later(
                "next start",
                pause.get(),
                () -> {
                    become(JobState.WAITING_FOR_WORKERS, "start " + (graph.starts() + 1));
                    tryDeploy();
                });
    }

    // ------------------------------------------------------------------ end

    private void checkFinished() {
        boolean atWork = state == JobState.DEPLOYING || state == JobState.RUNNING;
        if (!atWork || !graph.allFinished()) {
            return;
        }
        accumulators = StatusReport.accumulators(graph);
        become(JobState.COMMITTING, "all subtasks of run " + run + " have finished");
        logValues();
        pool.askNoMore();
        record.write(
                JobRecord.INTENT_COMMIT + jobId(),
                new JobIntent(run, null, accumulators),
                stillInThisStep(),
                () -> commitFiles(new BackOff(ports.random())));
    }

    private void commitFiles(BackOff backOff) {
        ports.files()
                .commit(
                        outputs(),
                        run,
                        answer("files committed", result -> committed(result, backOff)));
    }

    private void committed(Result<Void> result, BackOff backOff) {
        if (result instanceof Result.Done<Void>) {
            timeline.note("output visible", run);
            end(JobState.FINISHED);
        } else if (result instanceof Result.Refused<Void> refused) {
            fail(Failure.of(Category.STATE, "Job '" + jobName() + "'", refused.sentence()));
        } else if (result instanceof Result.Failed<Void> failed) {
            // for ever: its intent is on record, and part of it may be visible
            LOG.warn("Making the output of run {} visible failed: {}", run, failed.cause());
            waitingFor = "the output's file system: " + failed.cause();
            later("commit again", backOff.next(), () -> commitFiles(backOff));
        }
    }

    /** The job is given up. */
    private void fail(Failure cause) {
        failure = cause;
        become(JobState.FAILING, cause.summary());
        pool.askNoMore();
        record.write(
                JobRecord.INTENT_FAIL + jobId(),
                new JobIntent(run, cause),
                stillInThisStep(),
                this::tearDown);
    }

    private void cancel() {
        if (state == JobState.CANCELLING || state == JobState.CANCELED) {
            return;
        }
        if (!recovered) {
            cancelAsked = true;
            return;
        }
        if (!state.mayBecome(JobState.CANCELLING)) {
            clients.answerCancels(false, "The job is " + state + " already.");
            return;
        }
        become(JobState.CANCELLING, "it was asked to");
        pool.askNoMore();
        record.write(
                JobRecord.INTENT_CANCEL + jobId(),
                new JobIntent(run, null),
                stillInThisStep(),
                () -> {
                    intentRecorded = true;
                    clients.answerCancels(true, "Job '" + jobName() + "' is being cancelled.");
                    tearDown();
                });
    }

    private void end(JobState endState) {
        JobResult result =
                new JobResult(
                        jobId(),
                        jobName(),
                        endState,
                        endState == JobState.FAILED ? failure : null,
                        restartCount(),
                        startMillis,
                        ports.clock().wallMillis(),
                        endState == JobState.FINISHED ? accumulators : List.of());
        record.write(
                JobRecord.END + jobId(),
                result,
                stillInThisStep(),
                () -> {
                    become(endState, "its end is on record");
                    sweep(result);
                });
    }

    private void sweep(JobResult result) {
        clients.answerCancels(
                result.state() == JobState.CANCELED, "The job is " + result.state() + ".");
        savepoints.jobEnded(result.state());
        if (checkpoints != null && !areCheckpointsRetained(result.state())) {
            checkpoints.removeAll(() -> closePool(result));
        } else {
            closePool(result);
        }
    }

    private boolean areCheckpointsRetained(JobState end) {
        return end == JobState.FAILED
                || (end == JobState.CANCELED
                        && retention == CheckpointOptions.Retention.RETAIN_ON_CANCELLATION);
    }

    private void closePool(JobResult result) {
        pool.close(
                () -> {
                    over = true;
                    ports.observer().ended(result);
                });
    }

    private void fenced(String detail) {
        become(JobState.FENCED, detail);
        ports.observer().fenced(detail);
    }

    // ------------------------------------------------------------------ clients

    private void fromClient(String connection, FromClient request) {
        clients.add(connection);
        if (request instanceof FromClient.GetStatus get) {
            ports.outbox().send(connection, new ToClient.Status(get.request(), status()));
        } else if (request instanceof FromClient.CancelJob cancel) {
            clients.awaitCancel(connection, cancel.request());
            if (state.isEnd()) {
                clients.answerCancels(
                        state == JobState.CANCELED, "The job is " + state + " already.");
            } else if (state == JobState.CANCELLING && intentRecorded) {
                clients.answerCancels(true, "Job '" + jobName() + "' is being cancelled.");
            } else {
                cancel();
            }
        } else {
            savepoints.requested(connection, request);
        }
    }

    /** What can be said about the job now. */
    public JobStatus status() {
        List<VertexStatus> vertices = graph == null ? List.of() : StatusReport.vertices(graph);
        return new JobStatus(
                settings.applicationId(),
                settings.epoch(),
                jobId(),
                jobName(),
                state,
                ports.clock().wallMillis(),
                restartCount(),
                new WorkerCount(
                        pool.ledger().needed(), pool.ledger().alive(), pool.workers().size()),
                vertices,
                graph == null ? 0 : StatusReport.inputBytesRead(graph),
                inputBytes,
                StatusReport.busiest(vertices),
                waiting(),
                failure,
                warnings(),
                timeline.events(),
                values(),
                checkpoints == null ? List.of() : checkpoints.statistics());
    }

    /** Metrics of the run, and accumulators when they are final. */
    private List<Shown> values() {
        List<Shown> values = new ArrayList<>(JobValues.shown(accumulators));
        if (graph != null) {
            values.addAll(StatusReport.metrics(graph));
        }
        return values;
    }

    private void logValues() {
        for (Shown value : values()) {
            LOG.info("Job '{}': {}: {}", jobName(), value.name(), value.text());
        }
    }

    private List<AccumulatorPart> accumulatorsSoFar() {
        if (state == JobState.COMMITTING || state.isEnd()) {
            return accumulators;
        }
        return graph == null ? List.of() : StatusReport.accumulators(graph);
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (graph != null) {
            warnings.addAll(
                    StatusReport.standingStill(
                            graph, ports.clock().nanoTime(), settings.heartbeatTimeout()));
        }
        if (checkpoints != null && checkpoints.warning() != null) {
            warnings.add(checkpoints.warning());
        }
        return warnings;
    }

    private String waiting() {
        if (state == JobState.WAITING_FOR_WORKERS) {
            List<String> parts = new ArrayList<>();
            int asked = pool.ledger().asked();
            int waited = pool.ledger().awaitedOfEarlierAttempts();
            int starting = pool.ledger().needed() - pool.workers().size() - asked;
            if (asked > 0) {
                parts.add(asked + " containers to be granted");
            }
            if (starting > 0) {
                parts.add(starting + " workers to start in their containers");
            }
            if (waited > 0) {
                parts.add(waited + " workers of an earlier attempt to come back");
            }
            return parts.isEmpty() ? "the workers' slots" : String.join(", ", parts);
        }
        if (state == JobState.RESTARTING && tearingDown) {
            return graph.live().size() + " cancelled tasks to end";
        }
        if (state == JobState.RUNNING && checkpoints.isLastAwaited()) {
            return "a last checkpoint, as all input has ended";
        }
        return waitingFor;
    }

    // ------------------------------------------------------------------ steps

    /** The one place where the state changes. */
    private void become(JobState next, String why) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(
                    "Job " + jobId() + " cannot go from " + state + " to " + next + ": " + why);
        }
        if (state == JobState.RUNNING && checkpoints != null) {
            checkpoints.stop("the job is " + next);
        }
        boolean atWork = state == JobState.DEPLOYING || state == JobState.RUNNING;
        if (atWork && next != JobState.RUNNING) {
            coordinators.stop();
        }
        long now = ports.clock().nanoTime();
        LOG.info(
                "Job '{}': {} -> {} after {} ms: {}",
                jobName(),
                state,
                next,
                (now - stateNanos) / 1_000_000,
                why);
        state = next;
        stateNanos = now;
        step++;
        waitingFor = null;
        tearingDown = false;
        if (next != JobState.FENCED) {
            timeline.note("state " + next, "");
            JobStatus status = status();
            ports.observer().changed(status);
            clients.tell(status);
        }
    }

    private BooleanSupplier stillInThisStep() {
        long begun = step;
        return () -> step == begun && !over;
    }

    /** Goes on in this loop when the answer comes, unless the job has moved on. */
    private <T> Consumer<T> answer(String what, Consumer<T> then) {
        BooleanSupplier wanted = stillInThisStep();
        return result ->
                ports.inbox()
                        .put(
                                new Continued(
                                        what,
                                        () -> {
                                            if (wanted.getAsBoolean()) {
                                                then.accept(result);
                                            }
                                        }));
    }

    /** Goes on after a pause, unless the job has moved on. */
    private void later(String what, Duration pause, Runnable then) {
        BooleanSupplier wanted = stillInThisStep();
        ports.timers()
                .schedule(
                        pause,
                        new Continued(
                                what,
                                () -> {
                                    if (wanted.getAsBoolean()) {
                                        then.run();
                                    }
                                }));
    }

    private int restartCount() {
        return graph == null ? 0 : Math.max(0, graph.starts() - 1);
    }

    private String jobId() {
        return graph == null ? "none" : graph.graph().jobId();
    }

    private String jobName() {
        return graph == null ? "?" : graph.graph().jobName();
    }
}
