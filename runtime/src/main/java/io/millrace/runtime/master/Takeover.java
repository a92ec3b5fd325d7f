package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToMaster.OperatorEvent;
import io.millrace.runtime.control.ToMaster.Phase;
import io.millrace.runtime.control.ToMaster.Report;
import io.millrace.runtime.control.ToMaster.TaskEnded;
import io.millrace.runtime.control.ToMaster.TaskReport;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import io.millrace.runtime.schedule.ExecutionGraph.Adopted;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.Region;
import io.millrace.runtime.schedule.SlotSharing.SubtaskId;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * What a master that takes a job over knows of the attempts of those before it, and which regions
 * it may keep.
 *
 * <p>A region is kept if each of its subtasks runs, or has finished, in one and the same
 * generation, and no restart of that generation is on record. Anything less may be a start, a
 * restart or a loss that the older master was in the middle of: the region starts again.
 *
 * <p>Threads: owned by the master's loop.
 */
final class Takeover {

    /** Worker of attempts that have finished and of which only the record knows. */
    private static final WorkerSlot NOWHERE = new WorkerSlot("", 0);

    private final ExecutionGraph graph;
    private final List<TaskEnded> recorded;
    private final List<RestartIntent> intents;
    private final Map<String, Known> workers = new LinkedHashMap<>();
    private final Set<Region> undecided;

    /** What a worker has. */
    static final class Known {
        private final Map<AttemptId, TaskReport> tasks = new LinkedHashMap<>();
        private final Map<AttemptId, TaskEnded> ends = new LinkedHashMap<>();
        private final Set<AttemptId> inputsEnded = new LinkedHashSet<>();
        private final List<OperatorEvent> events = new ArrayList<>();

        Collection<TaskReport> tasks() {
            return tasks.values();
        }

        Collection<TaskEnded> ends() {
            return ends.values();
        }
    }

    /**
     * @param recorded attempts that have finished
     * @param intents restarts, carried out or not
     */
    Takeover(
            ExecutionGraph graph,
            Collection<TaskEnded> recorded,
            Collection<RestartIntent> intents) {
        this.graph = graph;
        this.recorded = List.copyOf(recorded);
        this.intents = List.copyOf(intents);
        this.undecided = new LinkedHashSet<>(graph.regions());
    }

    /** What is left of the newest generation of a region. */
    record Found(Generation generation, List<Adopted> attempts, Verdict verdict) {

        /** Whether none of it runs any more. */
        boolean isFinished() {
            return attempts.stream().allMatch(a -> a.state() == Execution.State.FINISHED);
        }
    }

    /** What becomes of a region. */
    enum Verdict {
        /** It goes on as it is. */
        KEEP,
        /** Part of it is missing, or the older master was in the middle of something. */
        RESTART,
        /** It has failed while there was no master. */
        FAILED,
        /** Nobody knows of any attempt. */
        NOTHING
    }

    Set<Region> undecided() {
        return undecided;
    }

    boolean isDecided(Region region) {
        return !undecided.contains(region);
    }

    void decided(Region region) {
        undecided.remove(region);
    }

    /** A worker has said all it has; what it has said before does not count any more. */
    void reported(String workerId, Report report) {
        Known known = new Known();
        report.tasks().forEach(task -> known.tasks.put(task.attempt(), task));
        report.ends().forEach(end -> known.ends.put(end.attempt(), end));
        workers.put(workerId, known);
    }

    /** An attempt has come to run since its worker's report. */
    void running(String workerId, AttemptId attempt) {
        Known known = workers.get(workerId);
        if (known != null) {
            known.tasks.computeIfPresent(
                    attempt,
                    (a, task) ->
                            new TaskReport(
                                    attempt,
                                    task.generation(),
                                    Phase.RUNNING,
                                    task.slot(),
                                    task.confirmed()));
        }
    }

    /** An attempt has emitted all, and stays for a checkpoint. */
    void inputEnded(String workerId, AttemptId attempt) {
        Known known = workers.get(workerId);
        if (known != null) {
            known.inputsEnded.add(attempt);
        }
    }

    /** A reader has told its coordinator something, which hears it if the region is kept. */
    void operatorEvent(String workerId, OperatorEvent told) {
        Known known = workers.get(workerId);
        if (known != null) {
            known.events.add(told);
        }
    }

    /** What readers of a region have told, by worker, in its order. */
    void operatorEvents(Region region, BiConsumer<String, OperatorEvent> then) {
        workers.forEach(
                (workerId, known) ->
                        known.events.stream()
                                .filter(told -> graph.regionOf(told.attempt()) == region)
                                .forEach(told -> then.accept(workerId, told)));
    }

    /** Attempts of a region that have emitted all. */
    List<AttemptId> inputsEnded(Region region) {
        return workers.values().stream()
                .flatMap(known -> known.inputsEnded.stream())
                .filter(attempt -> graph.regionOf(attempt) == region)
                .toList();
    }

    /** An attempt has ended since its worker's report. */
    void ended(String workerId, TaskEnded end) {
        Known known = workers.get(workerId);
        if (known != null) {
            known.tasks.remove(end.attempt());
            known.ends.put(end.attempt(), end);
        }
    }

    void lost(String workerId) {
        workers.remove(workerId);
    }

    /** Whether a worker has anything that the job may keep. */
    boolean claims(String workerId) {
        Known known = workers.get(workerId);
        return known != null && !(known.tasks.isEmpty() && known.ends.isEmpty());
    }

    /**
     * Looks at what is known of a region now.
     *
     * @param held whether the cluster vouches for a worker
     */
    Found find(Region region, Predicate<String> held) {
        Map<SubtaskId, Adopted> attempts = new LinkedHashMap<>();
        Generation newest = newest(region);
        if (newest == null) {
            return new Found(null, List.of(), Verdict.NOTHING);
        }
        boolean abandoned = intents.stream().anyMatch(i -> i.abandons(region.index(), newest));
        boolean sound = !abandoned;
        boolean failed = false;
        for (Map.Entry<String, Known> of : workers.entrySet()) {
            for (TaskReport task : of.getValue().tasks()) {
                if (isOf(region, newest, task.attempt(), task.generation())) {
                    sound &= task.phase() == Phase.RUNNING && held.test(of.getKey());
                    attempts.put(subtask(task.attempt()), running(of.getKey(), task));
                }
            }
            for (TaskEnded end : of.getValue().ends()) {
                if (isOf(region, newest, end.attempt(), end.generation())) {
                    if (end.end() instanceof SubtaskEnd.Finished) {
                        attempts.put(
                                subtask(end.attempt()),
                                finished(new WorkerSlot(of.getKey(), 0), end));
                    } else {
                        sound = false;
                        failed |= end.end() instanceof SubtaskEnd.Failed;
                    }
                }
            }
        }
        for (TaskEnded end : recorded) {
            if (isOf(region, newest, end.attempt(), end.generation())) {
                attempts.putIfAbsent(subtask(end.attempt()), finished(NOWHERE, end));
            }
        }
        sound &= attempts.keySet().containsAll(region.subtasks());
        Verdict verdict =
                sound ? Verdict.KEEP : failed && !abandoned ? Verdict.FAILED : Verdict.RESTART;
        return new Found(newest, List.copyOf(attempts.values()), verdict);
    }

    private Generation newest(Region region) {
        Generation newest = null;
        for (Known known : workers.values()) {
            for (TaskReport task : known.tasks()) {
                newest = newer(region, newest, task.attempt(), task.generation());
            }
            for (TaskEnded end : known.ends()) {
                newest = newer(region, newest, end.attempt(), end.generation());
            }
        }
        for (TaskEnded end : recorded) {
            newest = newer(region, newest, end.attempt(), end.generation());
        }
        return newest;
    }

    private Generation newer(
            Region region, Generation newest, AttemptId attempt, Generation generation) {
        boolean newer =
                graph.regionOf(attempt) == region
                        && (newest == null || generation.compareTo(newest) > 0);
        return newer ? generation : newest;
    }

    private boolean isOf(
            Region region, Generation newest, AttemptId attempt, Generation generation) {
        return graph.regionOf(attempt) == region && generation.equals(newest);
    }

    private static SubtaskId subtask(AttemptId attempt) {
        return new SubtaskId(attempt.vertex(), attempt.subtask());
    }

    private static Adopted running(String workerId, TaskReport task) {
        return new Adopted(
                task.attempt(),
                new WorkerSlot(workerId, task.slot()),
                task.phase() == Phase.CANCELLING
                        ? Execution.State.CANCELLING
                        : task.phase() == Phase.RUNNING
                                ? Execution.State.RUNNING
                                : Execution.State.DEPLOYING,
                SubtaskMetrics.NONE);
    }

    private static Adopted finished(WorkerSlot slot, TaskEnded end) {
        return new Adopted(end.attempt(), slot, Execution.State.FINISHED, end.metrics());
    }

    /** How attempts of a generation have failed while there was no master. */
    List<Failure> failures(Region region, Generation generation) {
        List<Failure> failures = new ArrayList<>();
        for (Known known : workers.values()) {
            for (TaskEnded end : known.ends()) {
                if (isOf(region, generation, end.attempt(), end.generation())
                        && end.end() instanceof SubtaskEnd.Failed failed) {
                    failures.add(failed.failure());
                }
            }
        }
        return failures;
    }

    /** What each worker has, by its id. */
    Map<String, Known> workers() {
        return workers;
    }
}
