package io.millrace.testkit.simulation;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.FallBack;
import io.millrace.runtime.checkpoint.SavepointRecord;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.TaskDeployment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What must hold whatever happens. Each has a name, which a violation begins with.
 *
 * <ul>
 *   <li>{@code visible-output-is-one-run}: at most one run ever becomes visible in a folder, and it
 *       is complete
 *   <li>{@code commit-after-all-finished}: a commit is on record only if every subtask of its runs
 *       has finished
 *   <li>{@code attempt-started-once}
 *   <li>{@code one-generation-at-a-time}: attempts of two generations of a region never run on
 *       workers that the master holds which has started the newer one
 *   <li>{@code no-task-starts-again-when-only-masters-die}: where nothing else fails, what once ran
 *       is never started anew, unless it was drained for a savepoint that failed
 *   <li>{@code connected-attempts-of-one-generation}
 *   <li>{@code obeys-promised-epoch}: no worker starts what an older master commanded after it has
 *       reported to a newer one
 *   <li>{@code no-more-containers-than-needed}: held when more are asked for; granted to one master
 *   <li>{@code no-internal-failure}: no failure that would be a mistake of the engine
 *   <li>{@code ends-in-time}, {@code ends-with-reason}: after the faults stop the job finishes, or
 *       fails with its restarts spent, or is cancelled because somebody asked
 *   <li>{@code end-matches-output}: finished means visible, all else means invisible
 *   <li>{@code all-returned}: at the end every container was given back, and nothing runs
 *   <li>{@code one-master-for-each-checkpoint-id}: an id is triggered by one master, and complete
 *       once
 *   <li>{@code begins-from-a-complete-checkpoint}: whose completion was on record
 *   <li>{@code begins-not-before-what-was-told}: no job goes back behind a checkpoint that a
 *       subtask was told is complete, as it may have acted on it
 *   <li>{@code ends-where-it-was-stopped}: once a savepoint that the job ends with is on record,
 *       subtasks begin from it alone, and emit nothing
 *   <li>{@code one-savepoint-for-each-request}: however often a client asks, and whom
 *   <li>{@code stops-only-when-wished}: no job is stopped when all who wanted it to were told that
 *       it runs on
 *   <li>{@code savepoint-is-exact}: each savepoint that somebody was told of holds what the records
 *       before it come to
 *   <li>{@code no-complete-checkpoint-damaged}
 *   <li>{@code each-record-counted-once}: by a job that finished
 *   <li>{@code each-record-in-one-window}: of a job that finished, or was drained; or late, where
 *       these go to an output of their own. Windows in which nothing comes late fire once
 *   <li>{@code no-reader-further-than-told}: of sources whose readers wait for each other, where
 *       only masters die
 *   <li>{@code channels-closed}, {@code buffers-given-back}: by workers that left in order, where
 *       tasks are real
 * </ul>
 */
final class Invariants {
    static final int LINES_PER_PART = 3;

    private final Simulation simulation;
    private final Set<AttemptId> started = new HashSet<>();
    private final Map<String, Set<String>> finishedByRun = new HashMap<>();
    private JobGraph graph;
    private Map<String, List<String>> completeOutput;
    private final Map<String, String> visibleRuns = new HashMap<>();
    private final Map<Integer, Integer> regionOf = new HashMap<>();
    private boolean onlyMastersDie;
    private boolean allHaveRun;

    /** Sources have come to their end for a savepoint; if it fails they must begin anew. */
    private boolean drained;

    private final Map<Long, Integer> epochOfCheckpoint = new HashMap<>();
    private final Set<Long> completeCheckpoints = new HashSet<>();
    private long highestTold;
    private boolean checkpoints;

    /** The savepoint that the job ends with, or null. */
    private SavepointRecord stop;

    /** Requests that a savepoint on record has answered. */
    private final Set<String> savedFor = new HashSet<>();

    /** Requests to stop the job whose clients have not heard that it runs on. */
    private final Set<String> stopsWished = new TreeSet<>();

    Invariants(Simulation simulation) {
        this.simulation = simulation;
    }

    /** A rule of the engine did not hold. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1;

        Violation(String message) {
            super(message);
        }
    }

    void check(boolean holds, String invariant, Object... facts) {
        if (!holds) {
            StringBuilder text = new StringBuilder(invariant);
            for (Object fact : facts) {
                text.append(", ").append(fact);
            }
            throw new Violation(text + " at " + simulation.nowNanos() / 1e9 + " s");
        }
    }

    /** A job of modelled subtasks, which write as {@link SimulatedTask} does. */
    void graphIs(JobGraph jobGraph) {
        graph = jobGraph;
        findRegions();
        completeOutput = modelledOutput();
    }

    /**
     * @param expectedOutput all that a complete run makes visible
     */
    void graphIs(JobGraph jobGraph, Map<String, List<String>> expectedOutput) {
        graph = jobGraph;
        findRegions();
        completeOutput = expectedOutput;
    }

    /** By the edges: the vertices that can be reached from each other. */
    private void findRegions() {
        graph.vertices().forEach(vertex -> regionOf.put(vertex.id(), vertex.id()));
        boolean changed = true;
        while (changed) {
            changed = false;
            for (JobEdge edge : graph.edges()) {
                int least = Math.min(regionOf.get(edge.source()), regionOf.get(edge.target()));
                changed |= regionOf.put(edge.source(), least) != least;
                changed |= regionOf.put(edge.target(), least) != least;
            }
        }
    }

    /** How many parts of the job there are that no edge connects. */
    int regions() {
        return new HashSet<>(regionOf.values()).size();
    }

    /** Nothing fails but masters. */
    void onlyMastersDie() {
        onlyMastersDie = true;
    }

    /** The master that owns the job knows that all of it runs. */
    void allRun() {
        allHaveRun = true;
    }

    /** An attempt that runs, and where. */
    record Live(TaskDeployment deployment, SimulatedWorker worker) {}

    void started(
            TaskDeployment deployment,
            SimulatedWorker worker,
            Iterable<Live> live,
            SimulatedMaster master) {
        AttemptId attempt = deployment.attempt();
        check(started.add(attempt), "attempt-started-once", attempt);
        check(
                !onlyMastersDie || !allHaveRun || drained,
                "no-task-starts-again-when-only-masters-die",
                attempt);
        restored(deployment);
        check(
                attempt.epoch() >= worker.reportedEpoch(),
                "obeys-promised-epoch",
                attempt,
                worker.name() + " has reported to " + worker.reportedEpoch());
        for (Live other : live) {
            AttemptId otherAttempt = other.deployment().attempt();
            check(
                    other.deployment().generation().equals(deployment.generation())
                            || !regionOf.get(otherAttempt.vertex())
                                    .equals(regionOf.get(attempt.vertex()))
                            || otherAttempt.compareTo(attempt) > 0
                            || !master.holds(other.worker().id()),
                    "one-generation-at-a-time",
                    attempt + " on " + worker.name(),
                    other.deployment().attempt() + " on " + other.worker().name());
        }
    }

    /** The job takes checkpoints. */
    void checkpointsAreTaken() {
        checkpoints = true;
    }

    /** A barrier begins. */
    void checkpointTriggered(StreamEvent.Barrier barrier) {
        drained |= barrier.kind() == CheckpointKind.DRAIN;
        Integer before = epochOfCheckpoint.putIfAbsent(barrier.checkpointId(), barrier.epoch());
        check(
                before == null || before == barrier.epoch(),
                "one-master-for-each-checkpoint-id",
                barrier,
                "before by " + before);
    }

    /**
     * A completion is on record. A write that took long may come once more when what it wrote at
     * first was removed for newer ones.
     */
    void checkpointRecorded(long id) {
        boolean removedSince = completeCheckpoints.stream().anyMatch(newer -> newer > id);
        check(
                completeCheckpoints.add(id) || removedSince,
                "one-master-for-each-checkpoint-id",
                id + " again");
    }

    /** The completion of a savepoint is on record. */
    void savepointRecorded(SavepointRecord savepoint) {
        check(
                savedFor.add(savepoint.request()),
                "one-savepoint-for-each-request",
                savepoint + " is another one");
        if (savepoint.kind().endsJob()) {
            check(!stopsWished.isEmpty(), "stops-only-when-wished", savepoint);
            checkpointRecorded(savepoint.id());
            stop = savepoint;
        }
    }

    /** A client is about to ask for the job to be stopped. */
    void stopWished(String request) {
        stopsWished.add(request);
    }

    /** It was told that the job is not stopped. */
    void stopRefused(String request) {
        stopsWished.remove(request);
    }

    /** The savepoint that the job ends with, or null if there is none on record. */
    SavepointRecord stop() {
        return stop;
    }

    /** A subtask is told. */
    void toldComplete(long id) {
        highestTold = Math.max(highestTold, id);
    }

    int completeCheckpoints() {
        return completeCheckpoints.size();
    }

    private void restored(TaskDeployment deployment) {
        long id = deployment.restored().checkpointId();
        check(
                stop == null || (id == stop.id() && deployment.restored().finished()),
                "ends-where-it-was-stopped",
                deployment.attempt() + " from " + id,
                stop);
        check(
                id == 0 || completeCheckpoints.contains(id),
                "begins-from-a-complete-checkpoint",
                deployment.attempt(),
                id,
                completeCheckpoints);
        check(
                id >= highestTold,
                "begins-not-before-what-was-told",
                deployment.attempt() + " from " + id,
                "told " + highestTold);
    }

    void connected(TaskDeployment one, TaskDeployment other) {
        check(
                one.generation().equals(other.generation()),
                "connected-attempts-of-one-generation",
                one.attempt(),
                other.attempt());
    }

    void finished(TaskDeployment deployment) {
        finishedByRun
                .computeIfAbsent(deployment.run(), r -> new TreeSet<>())
                .add(deployment.attempt().vertex() + "/" + deployment.attempt().subtask());
    }

    /** A commit is on record, of a run of each region. */
    void commitRecorded(List<String> runs) {
        Set<String> expected = new TreeSet<>();
        for (JobVertex vertex : graph.vertices()) {
            for (int s = 0; s < vertex.parallelism(); s++) {
                expected.add(vertex.id() + "/" + s);
            }
        }
        Set<String> finished = new TreeSet<>();
        runs.forEach(run -> finished.addAll(finishedByRun.getOrDefault(run, Set.of())));
        check(expected.equals(finished), "commit-after-all-finished", runs, finished);
    }

    void becameVisible(String folder, String run) {
        String before = visibleRuns.put(folder, run);
        check(
                before == null || before.equals(run),
                "visible-output-is-one-run",
                folder + ": " + run,
                "before " + before);
    }

    private Map<String, List<String>> modelledOutput() {
        Map<String, List<String>> parts = new TreeMap<>();
        for (JobVertex vertex : graph.vertices()) {
            if (!vertex.outputs().isEmpty()) {
                for (int s = 0; s < vertex.parallelism(); s++) {
                    String part = SimulatedTask.part(vertex.id(), s);
                    parts.put(part, SimulatedTask.lines(part));
                }
            }
        }
        return parts;
    }

    /** Folders become visible one after another, each with all its parts. */
    void visibleIs(Map<String, List<String>> visible) {
        if (visible == null || visible.equals(completeOutput)) {
            return;
        }
        for (JobVertex vertex : graph.vertices()) {
            Map<String, List<String>> parts = new TreeMap<>(completeOutput);
            parts.keySet().removeIf(part -> !part.startsWith(SimulatedTask.part(vertex.id())));
            Set<String> there = new TreeSet<>(parts.keySet());
            there.retainAll(visible.keySet());
            check(
                    there.isEmpty() || visible.entrySet().containsAll(parts.entrySet()),
                    "visible-output-is-one-run",
                    visible);
        }
    }

    void ended(JobResult result, Map<String, List<String>> visible, Expected expected) {
        boolean hasOutput = !completeOutput.isEmpty();
        check(
                !hasOutput
                        || (result.state() == JobState.FINISHED
                                ? completeOutput.equals(visible)
                                : visible == null),
                "end-matches-output",
                result,
                visible);
        if (result.state() == JobState.FAILED) {
            Failure failure = result.failure();
            check(
                    !checkpoints || FallBack.damage(failure) == null,
                    "no-complete-checkpoint-damaged",
                    result);
            check(
                    expected.restartsSpent()
                            || (!checkpoints && failure.category() == Failure.Category.STATE)
                            || failure.where().equals("Starting workers"),
                    "ends-with-reason",
                    result);
        }
        check(
                result.state() != JobState.CANCELED || expected.cancelAsked(),
                "ends-with-reason",
                result);
        failureIs(result.failure());
    }

    void failureIs(Failure failure) {
        check(
                failure == null || failure.category() != Failure.Category.INTERNAL,
                "no-internal-failure",
                failure);
    }

    /**
     * @param restartsSpent whether the job may fail because a master has restarted it often enough
     */
    record Expected(boolean restartsSpent, boolean cancelAsked) {}
}
