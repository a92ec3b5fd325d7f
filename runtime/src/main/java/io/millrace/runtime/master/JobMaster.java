package io.millrace.runtime.master;

import io.millrace.api.Configuration;
import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointPorts;
import io.millrace.runtime.checkpoint.CheckpointSettings;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.coordinate.CoordinatorRecord;
import io.millrace.runtime.coordinate.Coordinators;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.master.JobFiles.Prepared;
import io.millrace.runtime.master.JobFiles.Result;
import io.millrace.runtime.master.JobStatus.VertexStatus;
import io.millrace.runtime.master.JobStatus.WorkerCount;
import io.millrace.runtime.master.JobStore.Entry;
import io.millrace.runtime.master.MasterEvent.Continued;
import io.millrace.runtime.metrics.AccumulatorPart;
import io.millrace.runtime.metrics.JobValues;
import io.millrace.runtime.metrics.JobValues.Shown;
import io.millrace.runtime.schedule.ExecutionGraph;
import io.millrace.runtime.schedule.RestartStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one loop that owns a job: events come in, calls of ports go out, nothing else is touched.
 *
 * <p>The life of a job: its record is taken over; its graph is put on record; its files are looked
 * at, before anything is asked of the cluster; workers are asked for; when all slots are there all
 * subtasks are deployed, region by region (see {@link Regions}); when all have finished the commit
 * of their runs is put on record, which decides, and carried out; the end is put on record; the
 * workers leave. See {@link JobState}.
 *
 * <p>A master that finds a graph on record waits for the workers that its predecessors have left,
 * and goes on with what runs in them (see {@link Takeover}).
 *
 * <p>Whatever must not happen twice, or half, is on record before the first command (an intent), so
 * that the next master carries it on. An answer that comes after the job has moved on is dropped:
 * each step is bound to the state in which it began.
 *
 * <p>It decides in which state the job is, and what comes next there; how, others know: {@link
 * JobPreparation} what is looked at before it starts, {@link StartingState} what it begins with,
 * {@link WorkerPool} which workers there are, {@link Regions} what runs on them, {@link
 * CheckpointCoordinator} what is saved, {@link SavepointRequests} what clients want saved, {@link
 * Clients} who is told.
 *
 * <p>In order: {@link #on}, where all events come in; the job's life from its record to its end,
 * with what parts of it ask for in between; what clients are told; {@code become}, the one place
 * where the state changes. It is one class because each step of this life moves the one state, and
 * most of what comes in means something else in another one; the parts that it is made of are
 * joined nowhere but here.
 *
 * <p>Threads: owned by the loop that calls {@link #on}.
 */
public final class JobMaster {
    private static final Logger LOG = LoggerFactory.getLogger(JobMaster.class);

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

    /** Null as long as the graph is. */
    private Regions regions;

    private boolean recovered;

    private Failure failure;
    private long inputBytes;

    /** Null before the graph is known, or if its settings were refused. */
    private CheckpointCoordinator checkpoints;

    private final SavepointRequests savepoints;

    private CheckpointOptions.Retention retention;

    /** What the user has told the job to begin with. */
    private StartingState startingState = StartingState.NOTHING;

    /** What earlier masters have left; of no use once the job's regions are there. */
    private List<Entry> found = List.of();

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
                new SavepointRequests(
                        new SavepointJob(),
                        settings.epoch(),
                        ports.outbox(),
                        record,
                        ports.random());
        this.pool =
                new WorkerPool(
                        settings,
                        ports,
                        timeline,
                        workerId ->
                                regions != null && regions.isBusy(workerId)
                                        || checkpoints != null && checkpoints.awaits(workerId),
                        new PoolListener());
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
            containersMoved();
        } else if (event instanceof MasterEvent.PreviousContainers previous) {
            pool.previous(previous.containers());
            containersMoved();
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
        found = entries;
        timeline.note("record taken over", entries.size() + " entries");
        record.write(
                JobRecord.ADDRESS + settings.epoch(),
                JobRecord.text(settings.address()),
                () -> !over,
                pool::reachable);
        watchRecord();
        Entry end = JobRecord.find(entries, JobRecord.END);
        Entry recordedGraph = JobRecord.find(entries, JobRecord.GRAPH);
        if (recordedGraph != null) {
            adopt(record.read(recordedGraph, JobGraph.class));
        }
        if (end != null) {
            JobResult result = record.read(end, JobResult.class);
            savepoints.foundEnded(entries);
            failure = result.failure();
            accumulators = result.accumulators();
            become(result.state(), "its end was on record");
            sweep(result);
            return;
        }
        if (resumeIntent(entries)) {
            return;
        }
        if (recordedGraph != null) {
            regions.takesOver(
                    new Takeover(
                            graph, record.finished(entries), record.restarts(entries).values()));
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

    /**
     * A master that stood still, or is cut off from the cluster, may have a successor of which
     * nobody tells it. It must not wait for its next write to find that out: as long as its workers
     * hear it, they do not look for the other.
     */
    private void watchRecord() {
        ports.timers()
                .schedule(
                        settings.heartbeatInterval(),
                        new Continued(
                                "look at the record",
                                () -> {
                                    if (!over) {
                                        record.check(this::watchRecord);
                                    }
                                }));
    }

    /** Carries on with what an earlier master had begun; false if it had begun nothing. */
    private boolean resumeIntent(List<Entry> entries) {
        Entry commit = JobRecord.find(entries, JobRecord.INTENT_COMMIT);
        Entry cancel = JobRecord.find(entries, JobRecord.INTENT_CANCEL);
        Entry fail = JobRecord.find(entries, JobRecord.INTENT_FAIL);
        Entry last = fail != null ? fail : commit != null ? commit : cancel;
        if (last == null) {
            return false;
        }
        JobIntent intent = record.read(last, JobIntent.class);
        if (regions != null) {
            regions.runsAre(intent.runs());
        }
        if (last == fail) {
            // the last word of all, as a commit may fail, too
            failure = intent.failure();
            become(JobState.FAILING, "an earlier attempt had given it up");
            tearDown();
        } else if (last == commit) {
            accumulators = intent.accumulators();
            savepoints.foundEnded(entries);
            become(JobState.COMMITTING, "all its subtasks had finished in " + intent.runs());
            commitFiles(0, new BackOff(ports.random()));
        } else {
            become(JobState.CANCELLING, "an earlier attempt was asked to");
            intentRecorded = true;
            tearDown();
        }
        return true;
    }

    private void adopt(JobGraph jobGraph) {
        Configuration configuration = Configuration.fromMap(jobGraph.configuration());
        ParsedConfiguration options = ParsedConfiguration.of(configuration);
        startingState = StartingState.of(jobGraph, options);
        CheckpointSettings checkpointing = CheckpointSettings.of(options);
        retention = checkpointing.retention();
        graph = new ExecutionGraph(jobGraph, settings.applicationId(), settings.epoch());
        List<Entry> recorded = JobRecord.inOrderOfNumber(found, JobRecord.COORDINATORS);
        Entry newest = recorded.isEmpty() ? null : recorded.get(recorded.size() - 1);
        Coordinators coordinators =
                new Coordinators(
                        jobGraph,
                        RecordedCoordinators.ports(
                                settings.epoch(),
                                ports,
                                record,
                                pool,
                                graph,
                                () -> !over,
                                cause -> regions.failAll(cause)),
                        checkpointing.isPeriodic(),
                        newest == null ? 0 : JobRecord.number(newest, JobRecord.COORDINATORS));
        checkpoints =
                new CheckpointCoordinator(
                        checkpointing,
                        RecordedCheckpoints.ports(
                                settings.epoch(),
                                ports,
                                record,
                                pool,
                                () -> !over,
                                new CheckpointsListener(),
                                coordinators),
                        jobGraph,
                        settings.epoch());
        checkpoints.claim(startingState.claimedPath());
        RestartStrategy.Spec spec =
                RestartStrategy.Spec.of(
                        configuration,
                        checkpointing.isPeriodic()
                                ? RestartStrategy.Spec.exponentialDelay(configuration)
                                : settings.defaultRestart());
        makeRegions(
                spec,
                new SourceReaders(
                        graph,
                        coordinators,
                        newest == null ? null : record.read(newest, CoordinatorRecord.class)));
        LOG.info(
                "Job '{}' ({}): {} vertices in {} regions, {} slots; restart strategy: {}"
                        + " (restart-strategy.type)",
                jobGraph.jobName(),
                jobGraph.jobId(),
                jobGraph.vertices().size(),
                graph.regions().size(),
                graph.slots().size(),
                spec);
    }

    private void makeRegions(RestartStrategy.Spec spec, SourceReaders readers) {
        FinishedAttempts finished =
                new FinishedAttempts(
                        settings.epoch(),
                        record,
                        () -> !over,
                        (workerId, attempt) -> {
                            Worker worker = pool.find(workerId);
                            if (worker != null) {
                                pool.send(worker, new ToWorker.EndKnown(settings.epoch(), attempt));
                            }
                        });
        record.finishedEntries(found).forEach(finished::found);
        RestartBudget budget =
                new RestartBudget(
                        settings.epoch(),
                        spec,
                        ports.clock(),
                        ports.random(),
                        record,
                        record.restarts(found),
                        () -> !over);
        regions =
                new Regions(
                        graph,
                        settings,
                        ports,
                        timeline,
                        pool,
                        budget,
                        finished,
                        checkpoints,
                        readers,
                        new RegionsJob());
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
            makeRegions(new RestartStrategy.Spec.None(), null);
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

    // ------------------------------------------------------------------ preparation

    private void prepare() {
        become(JobState.PREPARING, "its graph is on record");
        new JobPreparation(
                        ports,
                        timeline,
                        record,
                        found,
                        graph.graph(),
                        startingState,
                        checkpoints,
                        new PreparingJob())
                .start();
    }

    /** What is told of what the job needs before it asks for workers. */
    private final class PreparingJob implements JobPreparation.Job {
        @Override
        public boolean isPreparing() {
            return state == JobState.PREPARING;
        }

        @Override
        public void waitsFor(String what) {
            waitingFor = what;
        }

        @Override
        public void inputIs(Prepared input) {
            inputBytes = input.totalBytes();
            graph.assignSplits(input.splits());
        }

        @Override
        public void prepared() {
            BooleanSupplier wanted = stillInThisStep();
            savepoints.recover(
                    found,
                    () -> {
                        if (wanted.getAsBoolean()) {
                            waitForWorkers();
                        }
                    });
        }

        @Override
        public void fail(Failure cause) {
            JobMaster.this.fail(cause);
        }
    }

    private void waitForWorkers() {
        become(JobState.WAITING_FOR_WORKERS, graph.slots().size() + " slots are needed");
        found = List.of();
        pool.need(neededWorkers());
        containersMoved();
    }

    // ------------------------------------------------------------------ start

    private int neededWorkers() {
        return (graph.slots().size() + settings.slotsPerWorker() - 1) / settings.slotsPerWorker();
    }

    /** What the cluster says of containers may be what regions wait for. */
    private void containersMoved() {
        if (regions != null) {
            regions.decideTakeover();
            regions.tryDeploy();
        }
    }

    /** What the regions need to know of the job, and it of them. */
    private final class RegionsJob implements Regions.Job {
        @Override
        public void moved(String why) {
            if (!isAtWork()) {
                return;
            }
            JobState next = regions.jobState();
            if (regions.areFinished()) {
                finish();
            } else if (next != state) {
                if (next == JobState.RUNNING) {
                    timeline.noteFirst("all tasks running");
                }
                become(next, why);
                if (next == JobState.RUNNING) {
                    checkpoints.start(() -> CheckpointTasks.of(graph));
                    savepoints.running();
                }
            }
        }

        @Override
        public boolean mayHaveDrained() {
            return savepoints.mayHaveDrained();
        }

        @Override
        public boolean isAtWork() {
            return switch (state) {
                case WAITING_FOR_WORKERS, DEPLOYING, RUNNING, RESTARTING -> true;
                default -> false;
            };
        }

        @Override
        public StateAssignment restoring() {
            return savepoints.stoppedAt() == null
                    ? startingState.newest(checkpoints)
                    : savepoints.stoppedAt();
        }

        @Override
        public Failure startRefusal() {
            return savepoints.stoppedAt() == null ? startingState.startRefusal(checkpoints) : null;
        }

        @Override
        public RestoredState restored(StateAssignment from, JobVertex vertex, int subtask) {
            RestoredState state =
                    from.of(vertex, subtask)
                            .with(from.channels().of(graph.graph(), vertex.id(), subtask));
            return savepoints.stoppedAt() == null ? state : state.asFinished();
        }

        @Override
        public Failure afterDamage(Failure root, StateAssignment from) {
            return startingState.afterDamage(root, from, checkpoints);
        }

        @Override
        public void failed(Failure root) {
            failure = root;
        }

        @Override
        public void giveUp(Failure root) {
            fail(root);
        }

        @Override
        public boolean isOver() {
            return over;
        }
    }

    /** What savepoints need of this. */
    private final class SavepointJob implements SavepointRequests.Job {
        @Override
        public JobState state() {
            return state;
        }

        @Override
        public Failure failure() {
            return state == JobState.FAILING || state == JobState.FAILED ? failure : null;
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
            regions.failAll(cause);
        }

        @Override
        public void startAgain() {
            // the state is just changing
            ports.inbox().put(new Continued("start all again", regions::startAllAgain));
        }
    }

    private final class CheckpointsListener implements CheckpointPorts.Listener {
        @Override
        public void tooManyFailures(Failure cause) {
            if (state == JobState.RUNNING) {
                regions.failAll(cause);
            }
        }

        @Override
        public void damaged(Failure cause) {
            if (state.mayBecome(JobState.FAILING)) {
                fail(cause);
            }
        }
    }

    // ------------------------------------------------------------------ workers

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
            if (regions != null) {
                regions.running(worker, running.attempt());
            }
        } else if (message instanceof ToMaster.TaskEnded ended) {
            if (regions != null) {
                regions.ended(worker, ended);
            }
        } else if (message instanceof ToMaster.WorkerBeat beat) {
            if (regions != null) {
                regions.beat(beat);
            }
        } else if (message instanceof ToMaster.InputEnded ended) {
            if (regions != null) {
                regions.inputEnded(worker, ended.attempt());
            }
        } else if (message instanceof ToMaster.CheckpointStored stored) {
            if (checkpoints != null) {
                checkpoints.stored(worker.id(), stored);
            }
        } else if (message instanceof ToMaster.OperatorEvent told) {
            if (regions != null) {
                regions.operatorEvent(worker, told);
            }
        } else if (message instanceof ToMaster.CheckpointDeclined declined) {
            if (checkpoints != null) {
                checkpoints.declined(worker.id(), declined);
            }
        } else if (message instanceof ToMaster.Leaving leaving) {
            pool.left(worker, leaving.reason());
        }
    }

    /** What the pool tells. */
    private final class PoolListener implements WorkerPool.Listener {
        @Override
        public void reported(Worker worker, ToMaster.Report report) {
            if (regions != null) {
                regions.reported(worker, report);
            }
        }

        @Override
        public void lost(Worker worker, Failure cause) {
            if (regions != null) {
                regions.lost(worker, cause);
            }
            if (checkpoints != null) {
                checkpoints.lost(worker.id());
            }
        }

        @Override
        public void unavailable(Failure cause) {
            noWorkers(cause);
        }

        @Override
        public void ticked() {
            if (regions != null) {
                regions.decideTakeover();
            }
        }
    }

    private void noWorkers(Failure cause) {
        if (state == JobState.WAITING_FOR_WORKERS || state == JobState.RESTARTING) {
            fail(cause);
        } else {
            LOG.warn("No more workers will come: {}", cause.summary());
        }
    }

    // ------------------------------------------------------------------ end

    private void finish() {
        accumulators = StatusReport.accumulators(graph);
        regions.stopReaders();
        become(JobState.COMMITTING, "all subtasks of " + regions.runs() + " have finished");
        logValues();
        pool.askNoMore();
        record.write(
                JobRecord.INTENT_COMMIT + jobId(),
                new JobIntent(regions.runs(), null, accumulators),
                stillInThisStep(),
                () -> {
                    regions.finishIsRecorded();
                    commitFiles(0, new BackOff(ports.random()));
                });
    }

    /** Ends all attempts of a job that is cancelled or has failed. */
    private void tearDown() {
        if (regions == null) {
            allGone();
        } else {
            regions.tearDownAll(this::allGone);
        }
    }

    private void allGone() {
        end(state == JobState.CANCELLING ? JobState.CANCELED : JobState.FAILED);
    }

    /** Makes the output of one region after another visible. */
    private void commitFiles(int region, BackOff backOff) {
        if (region == graph.regions().size()) {
            end(JobState.FINISHED);
            return;
        }
        ports.files()
                .commit(
                        graph.regions().get(region).outputs(),
                        regions.runs().get(region),
                        answer("files committed", result -> committed(region, result, backOff)));
    }

    private void committed(int region, Result<Void> result, BackOff backOff) {
        String run = regions.runs().get(region);
        if (result instanceof Result.Done<Void>) {
            timeline.note("output visible", run);
            commitFiles(region + 1, backOff);
        } else if (result instanceof Result.Refused<Void> refused) {
            fail(Failure.of(Category.STATE, "Job '" + jobName() + "'", refused.sentence()));
        } else if (result instanceof Result.Failed<Void> failed) {
            // for ever: its intent is on record, and part of it may be visible
            LOG.warn("Making the output of run {} visible failed: {}", run, failed.cause());
            waitingFor = "the output's file system: " + failed.cause();
            later("commit again", backOff.next(), () -> commitFiles(region, backOff));
        }
    }

    /** The job is given up. */
    private void fail(Failure cause) {
        failure = cause;
        become(JobState.FAILING, cause.summary());
        pool.askNoMore();
        record.write(
                JobRecord.INTENT_FAIL + jobId(),
                new JobIntent(runs(), cause),
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
                new JobIntent(runs(), null),
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
        savepoints.jobEnded(result.state(), result.failure());
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
        Failure startRefusal = startingState.startRefusal(checkpoints);
        if (startRefusal != null && state == JobState.RUNNING) {
            warnings.add("What fails now cannot start again. " + startRefusal.cause().message());
        }
        return warnings;
    }

    private String waiting() {
        if (state == JobState.WAITING_FOR_WORKERS) {
            return pool.waitingFor();
        }
        if (state == JobState.RUNNING && checkpoints.isLastAwaited()) {
            return "a last checkpoint, as all input has ended";
        }
        return waitingFor == null && regions != null ? regions.waitingFor() : waitingFor;
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
        return ports.answer(what, stillInThisStep(), then);
    }

    /** Goes on after a pause, unless the job has moved on. */
    private void later(String what, Duration pause, Runnable then) {
        ports.later(what, pause, stillInThisStep(), then);
    }

    private int restartCount() {
        return regions == null ? 0 : regions.restarts();
    }

    private List<String> runs() {
        return regions == null ? List.of() : regions.runs();
    }

    private String jobId() {
        return graph == null ? "none" : graph.graph().jobId();
    }

    private String jobName() {
        return graph == null ? "?" : graph.graph().jobName();
    }
}
