package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A checkpoint on its way.
 *
 * <pre>
 * COLLECTING -> WRITING -> DECIDING -> PUBLISHING
 * </pre>
 *
 * <p>Invariant: from DECIDING on it cannot be given up, as it may be complete already.
 *
 * <p>Threads: owned by the coordinator's loop.
 */
final class PendingCheckpoint {

    /** How far it is. */
    enum Phase {
        /** Workers have not answered yet. */
        COLLECTING,
        /** Its metadata is being written under the name that says that it is not complete. */
        WRITING,
        /** Its completion is being put on record. */
        DECIDING,
        /** It is complete; its metadata gets its name. */
        PUBLISHING
    }

    private final long id;
    private final long triggeredNanos;
    private final long wallMillis;
    private final List<CheckpointTask> tasks;
    private final List<CoordinatorState> coordinators;
    private final Map<String, Set<AttemptId>> expected = new LinkedHashMap<>();
    private final Map<String, ToMaster.CheckpointStored> stored = new LinkedHashMap<>();
    private Phase phase = Phase.COLLECTING;
    private Timer timer = () -> {};

    PendingCheckpoint(
            long id,
            long triggeredNanos,
            long wallMillis,
            List<CheckpointTask> tasks,
            List<CoordinatorState> coordinators) {
        this.coordinators = List.copyOf(coordinators);
        this.id = id;
        this.triggeredNanos = triggeredNanos;
        this.wallMillis = wallMillis;
        this.tasks = List.copyOf(tasks);
        for (CheckpointTask task : tasks) {
            if (task.phase() == CheckpointTask.Phase.RUNNING) {
                expected.computeIfAbsent(task.worker(), w -> new HashSet<>()).add(task.attempt());
            }
        }
    }

    long id() {
        return id;
    }

    long triggeredNanos() {
        return triggeredNanos;
    }

    long wallMillis() {
        return wallMillis;
    }

    Phase phase() {
        return phase;
    }

    void become(Phase next) {
        if (next.ordinal() != phase.ordinal() + 1) {
            throw new IllegalStateException(
                    "Checkpoint " + id + " cannot go from " + phase + " to " + next);
        }
        phase = next;
    }

    /** Whether it is too late to give it up. */
    boolean isDecided() {
        return phase.compareTo(Phase.DECIDING) >= 0;
    }

    void timer(Timer timeout) {
        this.timer = timeout;
    }

    void cancelTimer() {
        timer.cancel();
    }

    /** Workers with a running subtask. */
    Set<String> workers() {
        return expected.keySet();
    }

    List<AttemptId> attemptsOf(String worker) {
        return tasks.stream()
                .filter(task -> task.phase() == CheckpointTask.Phase.RUNNING)
                .filter(task -> task.worker().equals(worker))
                .map(CheckpointTask::attempt)
                .toList();
    }

    List<AttemptId> sourcesOf(String worker) {
        return tasks.stream()
                .filter(task -> task.phase() == CheckpointTask.Phase.RUNNING && task.source())
                .filter(task -> task.worker().equals(worker))
                .map(CheckpointTask::attempt)
                .toList();
    }

    /** Whether an attempt still has to answer. */
    boolean awaits(AttemptId attempt) {
        return phase == Phase.COLLECTING
                && expected.entrySet().stream()
                        .anyMatch(
                                e ->
                                        !stored.containsKey(e.getKey())
                                                && e.getValue().contains(attempt));
    }

    /** Takes a worker's answer; false if it was not asked, has answered, or answers less. */
    boolean store(String worker, ToMaster.CheckpointStored answer) {
        Set<AttemptId> asked = expected.get(worker);
        if (asked == null || stored.containsKey(worker)) {
            return false;
        }
        Set<AttemptId> answered = new HashSet<>();
        answer.subtasks().forEach(subtask -> answered.add(subtask.attempt()));
        if (!answered.equals(asked)) {
            return false;
        }
        stored.put(worker, answer);
        return true;
    }

    boolean isStoredByAll() {
        return stored.size() == expected.size();
    }

    /** {@code 3 of 8 subtasks had not answered}, and whose. */
    String missing() {
        List<String> missing = new ArrayList<>();
        int all = 0;
        for (CheckpointTask task : tasks) {
            if (task.phase() == CheckpointTask.Phase.RUNNING) {
                all++;
                if (!stored.containsKey(task.worker())) {
                    missing.add(
                            "v" + task.attempt().vertex() + "[" + task.attempt().subtask() + "]");
                }
            }
        }
        int shown = Math.min(8, missing.size());
        return missing.size()
                + " of "
                + all
                + " subtasks had not answered: "
                + String.join(", ", missing.subList(0, shown))
                + (shown < missing.size() ? ", ..." : "");
    }

    CheckpointMetadata metadata(int epoch, JobGraph graph) {
        List<WorkerFile> files = new ArrayList<>();
        Map<AttemptId, Subtask> states = new HashMap<>();
        stored.forEach(
                (worker, answer) -> {
                    int number = 0;
                    if (answer.file() != null) {
                        number = files.size();
                        files.add(answer.file());
                    }
                    for (SubtaskState subtask : answer.subtasks()) {
                        states.put(
                                subtask.attempt(), new Subtask(false, number, subtask.operators()));
                    }
                });
        Map<Integer, List<Subtask>> byVertex = new HashMap<>();
        for (CheckpointTask task : tasks) {
            byVertex.computeIfAbsent(task.attempt().vertex(), v -> new ArrayList<>())
                    .add(
                            task.phase() == CheckpointTask.Phase.FINISHED
                                    ? new Subtask(true, 0, List.of())
                                    : states.get(task.attempt()));
        }
        List<Vertex> vertices = new ArrayList<>();
        for (JobVertex vertex : graph.vertices()) {
            vertices.add(
                    new Vertex(
                            vertex.id(),
                            vertex.name(),
                            vertex.parallelism(),
                            vertex.maxParallelism(),
                            byVertex.get(vertex.id())));
        }
        return new CheckpointMetadata(
                id,
                epoch,
                graph.jobId(),
                graph.jobName(),
                wallMillis,
                files,
                vertices,
                coordinators);
    }

    /** The longest that a subtask waited for its barriers, and who; for texts. */
    String slowest() {
        SubtaskState slowest = null;
        for (ToMaster.CheckpointStored answer : stored.values()) {
            for (SubtaskState subtask : answer.subtasks()) {
                if (slowest == null
                        || subtask.alignmentNanos() + subtask.syncNanos()
                                > slowest.alignmentNanos() + slowest.syncNanos()) {
                    slowest = subtask;
                }
            }
        }
        return slowest == null
                ? "no subtask"
                : "v"
                        + slowest.attempt().vertex()
                        + "["
                        + slowest.attempt().subtask()
                        + "], aligned "
                        + slowest.alignmentNanos() / 1_000_000
                        + " ms, stood still "
                        + slowest.syncNanos() / 1_000_000
                        + " ms";
    }
}
