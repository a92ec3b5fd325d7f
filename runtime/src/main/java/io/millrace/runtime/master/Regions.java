package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToMaster.Phase;
import io.millrace.runtime.control.ToMaster.TaskReport;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.master.RestartIntent.Abandoned;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import io.millrace.runtime.schedule.ExecutionGraph.Adopted;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.Region;
import io.millrace.runtime.schedule.SlotSharing.Offer;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.SubtaskEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Starts the regions of a job, brings one down when something in it fails, and starts it again; the
 * others run on.
 *
 * <pre>
 * WAITING -> DEPLOYING -> RUNNING -> FINISHED
 *    ^           |           |
 *    +-----------+- RESTARTING
 * </pre>
 *
 * <p>A restart is on record before the first attempt is cancelled. Nothing of a region is started
 * before all its attempts are known to be gone, or their workers are, and before it is known which
 * checkpoint is the newest complete one.
 *
 * <p>Of a job that another master had started, a region is either kept as it runs, or taken over
 * only to be brought down like one that has failed.
 *
 * <p>It decides of each region when it starts, with what, and when it is brought down. What a
 * {@link Takeover} has found, whether a {@link RestartBudget} grants a start, which ends are on
 * record ({@link FinishedAttempts}), why a region failed ({@link FailureEpisode}) and when nothing
 * of it is left ({@link RegionTeardown}), others know.
 *
 * <p>In order: what can be asked of the regions; the takeover; a start, up to the finish; what
 * workers report; the way from a failure to the next start; the end of all. It is one class because
 * every one of these moves the state of a region and waits for what another has begun: what a
 * worker reports may end a takeover, a start or a restart, and one region's failure those of
 * others.
 *
 * <p>Threads: owned by the master's loop.
 */
final class Regions {
    private static final Logger LOG = LoggerFactory.getLogger(Regions.class);

    /** How far a region is; the job is where the least of them is. */
    enum State {
        /** Its attempts are being cancelled, or it waits for its next start. */
        RESTARTING(JobState.RESTARTING),
        /** For slots. */
        WAITING(JobState.WAITING_FOR_WORKERS),
        DEPLOYING(JobState.DEPLOYING),
        RUNNING(JobState.RUNNING),
        FINISHED(JobState.RUNNING);

        private final JobState ofJob;

        State(JobState ofJob) {
            this.ofJob = ofJob;
        }
    }

    /** The job that they are parts of. */
    interface Job {

        /** Some region is in another state. */
        void moved(String why);

        /** What starts begin with now; null if with nothing. */
        StateAssignment restoring();

        /** Why nothing can start now, as what it would begin with is gone; null if it can. */
        Failure startRefusal();

        /** What a subtask gets of it. */
        RestoredState restored(StateAssignment from, JobVertex vertex, int subtask);

        /**
         * A failure that may come of what was restored.
         *
         * @return the failure that the job ends with; null if it may start again
         */
        Failure afterDamage(Failure root, StateAssignment from);

        /** Whether an earlier master may have had subtasks end their input before its end. */
        boolean mayHaveDrained();

        /** Whether regions may start: the job neither ends nor is looked at still. */
        boolean isAtWork();

        /** A region has failed and may start again or not; the cause of all that followed. */
        void failed(Failure root);

        /** No further start is granted. */
        void giveUp(Failure root);

        /** Nothing of the job is wanted any more. */
        boolean isOver();
    }

    private final ExecutionGraph graph;
    private final MasterSettings settings;
    private final MasterPorts ports;
    private final Timeline timeline;
    private final WorkerPool pool;
    private final RestartBudget budget;
    private final FinishedAttempts finished;
    private final RegionTeardown teardown;

    /** Null if the job's settings were refused, so that it only ends. */
    private final CheckpointCoordinator checkpoints;

    /** Null if the job's settings were refused. */
    private final SourceReaders readers;

    private final Job job;
    private final Map<Region, Course> courses = new LinkedHashMap<>();

    /** What earlier masters have left, until it is decided what becomes of all of it. */
    private Takeover takeover;

    /** What to do when all attempts are gone, or null while the job goes on. */
    private Runnable onAllGone;

    private final List<Runnable> waitingForCheckpoints = new ArrayList<>();

    /** Where a region is. */
    private static final class Course {
        private State state = State.WAITING;

        /** Counts the moves of the state: an answer of an earlier step is known by it. */
        private long step;

        private FailureEpisode episode = new FailureEpisode();

        /** What the present start begins with; null if with nothing. */
        private StateAssignment restoring;

        /** Before the next start; empty if there is to be none. */
        private Optional<Duration> pause = Optional.empty();

        /** Whether the next start is one after a failure. */
        private Grant grant = Grant.NONE;

        private boolean gone;

        /** What it waits for, in words, or null. */
        private String waitingFor;

        /** Run whose output is to be committed or discarded, of a job whose end is resumed. */
        private String recordedRun = "";
    }

    /** A start after a failure, shared by all regions that the failure has struck. */
    private static final class Grant {
        static final Grant NONE = new Grant(true);
        private boolean used;

        Grant(boolean used) {
            this.used = used;
        }
    }

    Regions(
            ExecutionGraph graph,
            MasterSettings settings,
            MasterPorts ports,
            Timeline timeline,
            WorkerPool pool,
            RestartBudget budget,
            FinishedAttempts finished,
            CheckpointCoordinator checkpoints,
            SourceReaders readers,
            Job job) {
        this.graph = graph;
        this.settings = settings;
        this.ports = ports;
        this.timeline = timeline;
        this.pool = pool;
        this.budget = budget;
        this.finished = finished;
        this.checkpoints = checkpoints;
        this.readers = readers;
        this.job = job;
        this.teardown = new RegionTeardown(settings, ports, pool, new TornDown());
        graph.regions().forEach(region -> courses.put(region, new Course()));
    }

    // ------------------------------------------------------------------ what they are

    /** Where the least advanced is, and with it the job. */
    JobState jobState() {
        State least = State.FINISHED;
        for (Course course : courses.values()) {
            least = course.state.compareTo(least) < 0 ? course.state : least;
        }
        return least.ofJob;
    }

    /**
     * Whether each has finished, and nothing else was decided of it: what a restart has abandoned
     * may have been discarded already, and must not be committed.
     */
    boolean areFinished() {
        return courses.values().stream().allMatch(course -> course.state == State.FINISHED);
    }

    /** Names of the runs whose output is not visible yet, one for each region. */
    List<String> runs() {
        return graph.regions().stream().map(this::run).toList();
    }

    /** Runs of a job whose end is resumed. */
    void runsAre(List<String> runs) {
        for (Region region : graph.regions()) {
            courses.get(region).recordedRun = runs.get(region.index());
        }
    }

    private String run(Region region) {
        String run = graph.run(region);
        return run.isEmpty() ? courses.get(region).recordedRun : run;
    }

    /** What the job waits for in them, in words, or null. */
    String waitingFor() {
        for (Region region : graph.regions()) {
            Course course = courses.get(region);
            if (teardown.awaits(region) && course.state == State.RESTARTING) {
                return region.live().size() + " cancelled tasks to end";
            }
            if (course.waitingFor != null) {
                return course.waitingFor;
            }
        }
        return null;
    }

    /** Whether anything on a worker counts on its staying. */
    boolean isBusy(String workerId) {
        boolean mayBeKept =
                takeover != null
                        && (takeover.claims(workerId) || pool.ledger().isAwaited(workerId));
        return mayBeKept
                || finished.isHeldBy(workerId)
                || graph.executions().stream()
                        .anyMatch(e -> e.isLive() && e.slot().workerId().equals(workerId));
    }

    int restarts() {
        return budget.restarts();
    }

    // ------------------------------------------------------------------ takeover

    /**
     * Another master may have started the job: nothing is started or cancelled until it is decided.
     */
    void takesOver(Takeover found) {
        takeover = found;
    }

    /** Keeps what may be kept; when no more can come, what is left starts again. */
    void decideTakeover() {
        if (takeover == null || !job.isAtWork()) {
            return;
        }
        boolean complete = pool.isPreviousSettled();
        for (Region region : List.copyOf(takeover.undecided())) {
            Takeover.Found found = takeover.find(region, pool.ledger()::isHeld);
            boolean whole = found.verdict() == Takeover.Verdict.KEEP && isOnRecord(region, found);
            if (whole && (found.isFinished() || !job.mayHaveDrained())) {
                keep(region, found);
            } else if (whole || complete) {
                bringDown(region, found);
            }
        }
        if (takeover.undecided().isEmpty()) {
            endTakeover();
        }
    }

    /** Whether its sources can go on though what the job has begun from may be gone. */
    private boolean isOnRecord(Region region, Takeover.Found found) {
        return found.isFinished()
                || job.startRefusal() == null
                || readers.areRecorded(
                        region, found.attempts().stream().map(Adopted::attempt).toList());
    }

    private void endTakeover() {
        takeover = null;
        finished.flush();
        job.moved("what earlier attempts have left is taken over");
        tryDeploy();
    }

    private void keep(Region region, Takeover.Found found) {
        List<AttemptId> ended = takeover.inputsEnded(region);
        adopt(region, found);
        readers.keep(region, job.restoring(), checkpoints.newestId());
        takeover.operatorEvents(region, this::operatorEvent);
        LOG.info("Keeps {} as it runs in generation {}", region, found.generation());
        timeline.note("region kept", region + " in generation " + found.generation());
        become(region, State.RUNNING);
        for (Worker worker : pool.workers()) {
            confirm(worker, region.executions());
        }
        ended.stream().filter(a -> graph.find(a) != null).forEach(checkpoints::inputEnded);
        checkFinished(region);
        job.moved(region + " is kept as it runs");
    }

    /** What is left of it is cancelled as if it had failed. */
    private void bringDown(Region region, Takeover.Found found) {
        Course course = courses.get(region);
        if (found.verdict() == Takeover.Verdict.NOTHING) {
            takeover.decided(region);
            LOG.info("Nothing is left of {}", region);
            return;
        }
        List<Failure> failures = takeover.failures(region, found.generation());
        adopt(region, found);
        LOG.info(
                "Starts {} again: {} of {} subtasks are left in generation {} ({})",
                region,
                found.attempts().size(),
                region.subtasks().size(),
                found.generation(),
                found.verdict());
        timeline.note("region not kept", region + " in generation " + found.generation());
        course.state = State.RUNNING;
        if (found.verdict() == Takeover.Verdict.FAILED) {
            failures.forEach(course.episode::taskFailed);
            restart(List.of(region));
        } else {
            course.pause = Optional.of(Duration.ZERO);
            abandon(List.of(region), new Generation(settings.epoch(), 0));
        }
    }

    /** Takes the attempts for those of the region; what else there is of it is unwanted. */
    private void adopt(Region region, Takeover.Found found) {
        graph.adopt(region, found.generation(), found.attempts(), ports.clock().nanoTime());
        takeover.decided(region);
        takeover.workers()
                .forEach(
                        (workerId, known) -> {
                            Worker worker = pool.find(workerId);
                            if (worker != null) {
                                cancelStrays(worker, known.tasks(), region);
                                known.ends().stream()
                                        .filter(end -> graph.regionOf(end.attempt()) == region)
                                        .forEach(end -> acknowledge(worker, end));
                            }
                        });
    }

    private void acknowledge(Worker worker, ToMaster.TaskEnded end) {
        Execution execution = graph.find(end.attempt());
        if (execution != null && execution.state() == Execution.State.FINISHED) {
            finished.add(worker.id(), end);
        } else {
            endKnown(worker, end.attempt());
        }
    }

    private void cancelStrays(Worker worker, Collection<TaskReport> tasks, Region region) {
        for (TaskReport task : tasks) {
            if (graph.regionOf(task.attempt()) == region && graph.find(task.attempt()) == null) {
                stray(worker, task.attempt());
            }
        }
    }

    private void stray(Worker worker, AttemptId attempt) {
        worker.strays().add(attempt);
        teardown.cancel(worker, attempt);
    }

    // ------------------------------------------------------------------ start

    /** Deploys all regions that wait as soon as every slot they need is there. */
    void tryDeploy() {
        if (takeover != null || !job.isAtWork()) {
            return;
        }
        List<Region> waiting = inState(State.WAITING);
        if (waiting.isEmpty()) {
            return;
        }
        Failure refusal = job.startRefusal();
        if (refusal != null) {
            job.giveUp(refusal);
            return;
        }
        List<Offer> offers = new ArrayList<>();
        Set<String> offering = new LinkedHashSet<>();
        for (Worker worker : pool.workers()) {
            if (worker.connection() != null
                    && worker.strays().isEmpty()
                    && pool.ledger().isHeld(worker.id())) {
                offers.add(new Offer(worker.id(), worker.slots()));
                offering.add(worker.id());
            }
        }
        Map<Integer, WorkerSlot> assigned = graph.assign(waiting, offers);
        if (assigned.isEmpty() || !offering.containsAll(workersOf(assigned, waiting))) {
            return;
        }
        StateAssignment restoring = job.restoring();
        for (Region region : waiting) {
            start(region, assigned, restoring);
        }
        for (Region region : waiting) {
            region.executions().forEach(this::deploy);
            checkStarted(region);
        }
    }

    private Set<String> workersOf(Map<Integer, WorkerSlot> assigned, Collection<Region> regions) {
        Set<Integer> vertices = new LinkedHashSet<>();
        regions.forEach(r -> r.vertices().forEach(vertex -> vertices.add(vertex.id())));
        Set<String> workers = new LinkedHashSet<>();
        graph.slots().stream()
                .filter(
                        slot ->
                                slot.subtasks().stream()
                                        .anyMatch(s -> vertices.contains(s.vertex())))
                .forEach(slot -> workers.add(assigned.get(slot.index()).workerId()));
        return workers;
    }

    private void start(
            Region region, Map<Integer, WorkerSlot> assigned, StateAssignment restoring) {
        Course course = courses.get(region);
        graph.start(region, assigned, ports.clock().nanoTime());
        course.episode = new FailureEpisode();
        course.restoring = restoring;
        readers.start(region, restoring, checkpoints.newestId());
        become(region, State.DEPLOYING);
        String run = graph.run(region);
        budget.forget(this::isStartedAgain);
        finished.forget(attempt -> graph.find(attempt) == null);
        timeline.note("deploy sent", run);
        job.moved(
                "run "
                        + run
                        + ", generation "
                        + region.generation()
                        + (restoring == null
                                ? ""
                                : ", from checkpoint " + restoring.checkpointId()));
    }

    private boolean isStartedAgain(Abandoned abandoned) {
        Generation now = graph.regions().get(abandoned.region()).generation();
        return now != null && now.compareTo(abandoned.upTo()) > 0;
    }

    private void deploy(Execution execution) {
        StateAssignment restoring = courses.get(graph.regionOf(execution.attempt())).restoring;
        pool.send(
                pool.find(execution.slot().workerId()),
                new ToWorker.Deploy(
                        settings.epoch(),
                        execution.slot().slot(),
                        graph.deployment(
                                execution,
                                budget.restarts(),
                                id -> pool.find(id).address(),
                                restored(execution.attempt(), restoring))));
    }

    private RestoredState restored(AttemptId attempt, StateAssignment restoring) {
        if (restoring == null) {
            return RestoredState.NONE;
        }
        JobVertex vertex = graph.graph().vertex(attempt.vertex());
        return job.restored(restoring, vertex, attempt.subtask());
    }

    void running(Worker worker, AttemptId attempt) {
        if (isUndecided(attempt)) {
            takeover.running(worker.id(), attempt);
            decideTakeover();
        }
        running(attempt);
    }

    private void running(AttemptId attempt) {
        Execution execution = graph.find(attempt);
        if (execution != null && execution.state() == Execution.State.DEPLOYING) {
            execution.become(Execution.State.RUNNING, ports.clock().nanoTime());
            timeline.noteFirst("first task running");
            checkStarted(graph.regionOf(attempt));
        }
    }

    /** An attempt has emitted all, and stays for a checkpoint. */
    void inputEnded(Worker worker, AttemptId attempt) {
        if (isUndecided(attempt)) {
            takeover.inputEnded(worker.id(), attempt);
        } else if (graph.find(attempt) != null) {
            checkpoints.inputEnded(attempt);
        }
    }

    /** A reader of a source tells its coordinator something. */
    void operatorEvent(Worker worker, ToMaster.OperatorEvent told) {
        if (isUndecided(told.attempt())) {
            takeover.operatorEvent(worker.id(), told);
        } else {
            readers.received(worker, told);
        }
    }

    private void operatorEvent(String workerId, ToMaster.OperatorEvent told) {
        Worker worker = pool.find(workerId);
        if (worker != null) {
            readers.received(worker, told);
        }
    }

    /** Nothing is told to sources any more. */
    void stopReaders() {
        graph.regions().forEach(readers::stop);
    }

    private void checkStarted(Region region) {
        if (onAllGone == null && stateOf(region) == State.DEPLOYING && region.isStarted()) {
            become(region, State.RUNNING);
            job.moved("all " + graph.executions().size() + " subtasks run");
        }
    }

    private void checkFinished(Region region) {
        if (onAllGone == null && stateOf(region) == State.RUNNING && region.isFinished()) {
            become(region, State.FINISHED);
        }
    }

    // ------------------------------------------------------------------ workers

    /** Compares what a worker runs with what it should run, and sends what is missing. */
    void reported(Worker worker, ToMaster.Report report) {
        worker.strays().clear();
        if (takeover != null) {
            takeover.reported(worker.id(), report);
        }
        Map<AttemptId, Phase> reported = new LinkedHashMap<>();
        for (TaskReport task : report.tasks()) {
            reported.put(task.attempt(), task.phase());
            Execution execution = graph.find(task.attempt());
            boolean wanted =
                    execution != null
                            && execution.isLive()
                            && execution.slot().workerId().equals(worker.id());
            if (!wanted && !isUndecided(task.attempt())) {
                stray(worker, task.attempt());
            }
        }
        if (readers != null) {
            readers.connected(worker);
        }
        Set<AttemptId> ended = new LinkedHashSet<>();
        for (ToMaster.TaskEnded end : report.ends()) {
            if (!isUndecided(end.attempt())) {
                ended.add(end.attempt());
                ended(worker, end);
            }
        }
        for (Execution execution : graph.live()) {
            if (execution.slot().workerId().equals(worker.id())
                    && execution.isLive()
                    && !ended.contains(execution.attempt())) {
                compare(worker, execution, reported.get(execution.attempt()), report);
            }
        }
        if (checkpoints != null) {
            checkpoints.reconnected(worker.id());
            // the news may have been lost with its last connection
            confirm(worker, graph.executions());
        }
        decideTakeover();
        tryDeploy();
    }

    private boolean isUndecided(AttemptId attempt) {
        Region region = graph.regionOf(attempt);
        return takeover != null && region != null && !takeover.isDecided(region);
    }

    private void compare(
            Worker worker, Execution execution, Phase reported, ToMaster.Report report) {
        boolean seen =
                report.highestSeen().stream()
                        .anyMatch(
                                s ->
                                        s.sameSubtask(execution.attempt())
                                                && s.compareTo(execution.attempt()) >= 0);
        if (reported != null) {
            if (execution.state() == Execution.State.CANCELLING) {
                teardown.cancel(worker, execution.attempt());
            } else if (reported == Phase.RUNNING) {
                running(execution.attempt());
            }
        } else if (!seen && stateOf(graph.regionOf(execution.attempt())) == State.DEPLOYING) {
            deploy(execution);
        } else if (!seen && execution.state() != Execution.State.RUNNING) {
            // the command to start it was lost, and is not repeated
            execution.become(Execution.State.CANCELED, ports.clock().nanoTime());
            teardown.check(graph.regionOf(execution.attempt()));
        } else {
            attemptFailed(
                    execution,
                    Failure.of(
                            Category.INTERNAL,
                            "Task " + execution.name() + " attempt " + execution.attempt(),
                            "worker " + worker.id() + " does not know it any more"));
        }
    }

    /** Tells a worker which of its attempts go on, and what they may act on. */
    private void confirm(Worker worker, Collection<Execution> executions) {
        List<AttemptId> own =
                executions.stream()
                        .filter(e -> e.state() == Execution.State.RUNNING)
                        .filter(e -> e.slot().workerId().equals(worker.id()))
                        .map(Execution::attempt)
                        .toList();
        if (!own.isEmpty()) {
            pool.send(worker, new ToWorker.Adopt(settings.epoch(), own, checkpoints.publishedId()));
        }
    }

    private void endKnown(Worker worker, AttemptId attempt) {
        pool.send(worker, new ToWorker.EndKnown(settings.epoch(), attempt));
    }

    void beat(ToMaster.WorkerBeat beat) {
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

    /**
     * An attempt has ended. One that has finished is known, to its worker, when it is on record;
     * any other at once, as a master that does not find it starts its region again.
     */
    void ended(Worker worker, ToMaster.TaskEnded ended) {
        AttemptId attempt = ended.attempt();
        if (isUndecided(attempt)) {
            takeover.ended(worker.id(), ended);
            decideTakeover();
            return;
        }
        worker.strays().remove(attempt);
        Execution execution = graph.find(attempt);
        boolean counts =
                execution != null
                        && execution.isLive()
                        && execution.slot().workerId().equals(worker.id());
        if (counts && job.isAtWork() && ended.end() instanceof SubtaskEnd.Finished) {
            finished.add(worker.id(), ended);
        } else if (!finished.isPending(attempt)) {
            endKnown(worker, attempt);
        }
        if (counts) {
            execution.measured(ended.metrics(), ports.clock().nanoTime());
            noteFirstRecord(execution);
            ended(worker, execution, ended.end());
        }
        tryDeploy();
    }

    private void ended(Worker worker, Execution execution, SubtaskEnd end) {
        Region region = graph.regionOf(execution.attempt());
        if (end instanceof SubtaskEnd.Finished) {
            execution.become(Execution.State.FINISHED, ports.clock().nanoTime());
            readers.ended(execution.attempt());
            checkpoints.finished(execution.attempt());
            checkStarted(region);
            checkFinished(region);
            job.moved("all subtasks have finished");
            teardown.check(region);
            if (job.isAtWork()) {
                finished.flush();
            }
        } else if (end instanceof SubtaskEnd.Failed failed) {
            attemptFailed(execution, failed.failure());
        } else if (execution.state() == Execution.State.CANCELLING) {
            execution.become(Execution.State.CANCELED, ports.clock().nanoTime());
            teardown.check(region);
        } else {
            attemptFailed(
                    execution,
                    Failure.of(
                            Category.CLUSTER,
                            "Task " + execution.name() + " attempt " + execution.attempt(),
                            "worker " + worker.id() + " cancelled it unasked"));
        }
    }

    private void attemptFailed(Execution execution, Failure cause) {
        Region region = graph.regionOf(execution.attempt());
        execution.become(Execution.State.FAILED, ports.clock().nanoTime());
        // of a job that is coming down, those end like this whose writer was cancelled before them
        LOG.atLevel(job.isAtWork() ? Level.WARN : Level.DEBUG)
                .log(
                        "Task {} attempt {} failed: {}",
                        execution.name(),
                        execution.attempt(),
                        cause.summary());
        courses.get(region).episode.taskFailed(cause);
        restart(List.of(region));
        teardown.check(region);
    }

    /** A worker is gone or given up: nothing that ran on it counts any more. */
    void lost(Worker worker, Failure cause) {
        if (takeover != null) {
            takeover.lost(worker.id());
        }
        List<Region> struck = new ArrayList<>();
        for (Region region : graph.regions()) {
            List<Execution> with =
                    region.executions().stream()
                            .filter(e -> e.slot().workerId().equals(worker.id()))
                            .toList();
            if (with.stream().allMatch(e -> e.state() == Execution.State.FINISHED)) {
                continue;
            }
            struck.add(region);
            // also if its tasks were heard to end before it: it may be why
            courses.get(region).episode.workerLost(cause);
            for (Execution execution : with) {
                if (execution.isLive()) {
                    execution.become(Execution.State.FAILED, ports.clock().nanoTime());
                }
            }
        }
        restart(struck);
        struck.forEach(teardown::check);
        decideTakeover();
    }

    // ------------------------------------------------------------------ restart

    /** Something that is nobody's in particular: all that runs, or begins to, starts again. */
    void failAll(Failure cause) {
        List<Region> running = new ArrayList<>(inState(State.RUNNING));
        running.addAll(inState(State.DEPLOYING));
        running.forEach(region -> courses.get(region).episode.taskFailed(cause));
        restart(running);
    }

    /** All that runs, or begins to, starts again, although nothing in it has failed. */
    void startAllAgain() {
        List<Region> running = new ArrayList<>(inState(State.RUNNING));
        running.addAll(inState(State.DEPLOYING));
        if (running.isEmpty() || !job.isAtWork()) {
            return;
        }
        for (Region region : running) {
            Course course = courses.get(region);
            course.pause = Optional.of(Duration.ZERO);
            course.grant = Grant.NONE;
        }
        abandon(running, null);
    }

    /** Those of the regions that run or begin to are brought down, for one failure. */
    private void restart(List<Region> struck) {
        List<Region> restarting =
                struck.stream()
                        .filter(r -> stateOf(r) == State.DEPLOYING || stateOf(r) == State.RUNNING)
                        .toList();
        if (restarting.isEmpty() || !job.isAtWork()) {
            return;
        }
        Course same =
                restarting.stream().allMatch(this::isStruckFromOutside) ? struckBefore() : null;
        Optional<Duration> pause = same == null ? budget.afterFailure() : same.pause;
        Grant grant = same == null ? new Grant(pause.isEmpty()) : same.grant;
        for (Region region : restarting) {
            Course course = courses.get(region);
            course.pause = pause;
            course.grant = grant;
        }
        abandon(restarting, null);
    }

    private boolean isStruckFromOutside(Region region) {
        Failure root = courses.get(region).episode.root();
        return root != null && root.category() == Category.CLUSTER;
    }

    /**
     * A region that is being brought down for a worker or a connection, or null. Another one that
     * loses its connections meanwhile was struck by the same, of which its subtasks hear one after
     * the other, often before anybody knows that a worker is gone.
     */
    private Course struckBefore() {
        return graph.regions().stream()
                .filter(this::isStruckFromOutside)
                .map(courses::get)
                .filter(course -> course.state == State.RESTARTING && !course.grant.used)
                .findFirst()
                .orElse(null);
    }

    /**
     * Puts on record that nobody keeps what is left of regions, and then ends it.
     *
     * @param upTo the newest generation that is not kept, or null: the present ones
     */
    private void abandon(List<Region> regions, Generation upTo) {
        Map<Region, BooleanSupplier> wanted = new HashMap<>();
        List<Abandoned> abandoned = new ArrayList<>();
        for (Region region : regions) {
            become(region, State.RESTARTING);
            readers.stop(region);
            wanted.put(region, stillInThisStep(region));
            abandoned.add(new Abandoned(region.index(), upTo == null ? region.generation() : upTo));
        }
        Failure root = courses.get(regions.get(0)).episode.root();
        job.moved(
                root == null
                        ? "part of what an earlier attempt had started is gone"
                        : root.summary());
        budget.abandon(
                abandoned,
                () -> {
                    for (Region region : regions) {
                        if (wanted.get(region).getAsBoolean()) {
                            teardown.begin(region);
                        }
                    }
                });
    }

    /** What {@link RegionTeardown} asks and tells. */
    private final class TornDown implements RegionTeardown.Owner {
        @Override
        public String run(Region region) {
            return Regions.this.run(region);
        }

        @Override
        public BooleanSupplier stillInThisStep(Region region) {
            return Regions.this.stillInThisStep(region);
        }

        @Override
        public void gone(Region region) {
            Regions.this.gone(region);
        }
    }

    private void gone(Region region) {
        if (onAllGone == null) {
            settle(region);
            return;
        }
        courses.get(region).gone = true;
        if (courses.values().stream().allMatch(course -> course.gone)) {
            onAllGone.run();
        }
    }

    /** A checkpoint of which nobody knows whether it is complete may be where the job goes on. */
    private void settle(Region region) {
        BooleanSupplier wanted = stillInThisStep(region);
        courses.get(region).waitingFor =
                "the job record, which says whether the last checkpoint is complete";
        waitingForCheckpoints.add(
                () -> {
                    if (wanted.getAsBoolean()) {
                        decideRestart(region);
                    }
                });
        checkpoints.whenSettled(
                () -> {
                    List<Runnable> all = List.copyOf(waitingForCheckpoints);
                    waitingForCheckpoints.clear();
                    all.forEach(Runnable::run);
                });
    }

    private void decideRestart(Region region) {
        if (!job.isAtWork()) {
            return; // another region has given it up meanwhile: it is brought down with the rest
        }
        Course course = courses.get(region);
        Failure root = course.episode.root();
        if (root != null) {
            job.failed(root);
            LOG.warn(
                    "Job '{}' failed in run {}, {} failures, the root: {}",
                    graph.graph().jobName(),
                    run(region),
                    course.episode.failures(),
                    root.report());
            Failure end = job.afterDamage(root, course.restoring);
            if (end != null) {
                job.giveUp(end);
                return;
            }
            if (root.category() == Category.CONFIG || course.pause.isEmpty()) {
                job.giveUp(root);
                return;
            }
        }
        Failure refusal = job.startRefusal();
        if (refusal != null) {
            job.giveUp(refusal);
            return;
        }
        Duration pause = course.pause.get();
        if (pause.isZero()) {
            startAgain(region);
            return;
        }
        LOG.info("{} starts again in {} ms", region, pause.toMillis());
        course.waitingFor = "the next start, " + pause.toMillis() + " ms after the failure";
        later(region, "next start", pause, () -> startAgain(region));
    }

    private void startAgain(Region region) {
        Course course = courses.get(region);
        if (!course.grant.used) {
            course.grant.used = true;
            budget.restarted();
        }
        become(region, State.WAITING);
        job.moved("restart " + budget.restarts());
        tryDeploy();
    }

    // ------------------------------------------------------------------ end

    /**
     * Ends all attempts and removes what they have written that is not visible.
     *
     * @param then called when that is so
     */
    void tearDownAll(Runnable then) {
        onAllGone = then;
        if (takeover != null) {
            for (Region region : List.copyOf(takeover.undecided())) {
                Takeover.Found found = takeover.find(region, pool.ledger()::isHeld);
                if (found.generation() != null) {
                    adopt(region, found);
                }
            }
            takeover = null;
        }
        for (Region region : graph.regions()) {
            Course course = courses.get(region);
            course.step++;
            course.gone = false;
            course.waitingFor = null;
            if (readers != null) {
                readers.stop(region);
            }
        }
        graph.regions().forEach(teardown::begin);
    }

    /** All have finished, and that is on record. */
    void finishIsRecorded() {
        finished.recordedAll();
    }

    // ------------------------------------------------------------------ steps

    private State stateOf(Region region) {
        return courses.get(region).state;
    }

    private List<Region> inState(State state) {
        return graph.regions().stream().filter(r -> stateOf(r) == state).toList();
    }

    private void become(Region region, State next) {
        Course course = courses.get(region);
        if (courses.size() > 1) {
            LOG.info(
                    "{} of job '{}': {} -> {}",
                    region,
                    graph.graph().jobName(),
                    course.state,
                    next);
        }
        course.state = next;
        course.step++;
        course.waitingFor = null;
        teardown.stop(region);
    }

    private BooleanSupplier stillInThisStep(Region region) {
        Course course = courses.get(region);
        long begun = course.step;
        return () -> course.step == begun && !job.isOver();
    }

    /** Goes on after a pause, unless the region has moved on. */
    private void later(Region region, String what, Duration pause, Runnable then) {
        ports.later(what, pause, stillInThisStep(region), then);
    }
}
