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
    private final Purpose purpose;
    private final long triggeredNanos;
    private final long wallMillis;
    private final List<CheckpointTask> tasks;
    private final List<CoordinatorState> coordinators;
    private final Map<String, Set<AttemptId>> expected = new LinkedHashMap<>();
    private final Map<String, ToMaster.CheckpointStored> stored = new LinkedHashMap<>();

    /** Those in which barriers began. */
    private final Set<AttemptId> begun = new HashSet<>();

    /** Attempts that have finished since it was triggered. */
    private final Set<AttemptId> finished = new HashSet<>();

    private Phase phase = Phase.COLLECTING;
    private Timer timer = () -> {};

    /**
     * What a checkpoint is for.
     *
     * @param listener null if nobody asked for it
     * @param ended attempts that had emitted all by themselves when it was triggered
     * @param last whether all had, so that nothing is to come behind it
     */
    record Purpose(
            CheckpointKind kind,
            CheckpointFolder folder,
            SavepointListener listener,
            Set<AttemptId> ended,
            boolean last) {}

    PendingCheckpoint(
            long id,
            Purpose purpose,
            long triggeredNanos,
            long wallMillis,
            List<CheckpointTask> tasks,
            List<CoordinatorState> coordinators) {
        this.coordinators = List.copyOf(coordinators);
        this.id = id;
        this.purpose = purpose;
        this.triggeredNanos = triggeredNanos;
        this.wallMillis = wallMillis;
        this.tasks = List.copyOf(tasks);
        for (CheckpointTask task : tasks) {
            if (task.phase() == CheckpointTask.Phase.RUNNING) {
                expected.computeIfAbsent(task.worker(), w -> new HashSet<>()).add(task.attempt());
                if (task.source()) {
                    begun.add(task.attempt());
                }
            }
        }
    }

    long id() {
        return id;
    }

    Purpose purpose() {
        return purpose;
    }

    CheckpointKind kind() {
        return purpose.kind();
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

    /** An attempt has finished, perhaps before its barrier; its worker will say so. */
    void finished(AttemptId attempt) {
        finished.add(attempt);
    }

    /**
     * Those in which barriers must begin now, since all that they read have finished, and have not
     * begun; by worker.
     */
    Map<String, List<AttemptId>> begin(List<CheckpointTask> now) {
        Map<String, List<AttemptId>> beginning = new LinkedHashMap<>();
        for (CheckpointTask task : now) {
            if (task.source()
                    && task.phase() == CheckpointTask.Phase.RUNNING
                    && expected.getOrDefault(task.worker(), Set.of()).contains(task.attempt())
                    && !stored.containsKey(task.worker())
                    && begun.add(task.attempt())) {
                beginning
                        .computeIfAbsent(task.worker(), w -> new ArrayList<>())
                        .add(task.attempt());
            }
        }
        return beginning;
    }

    /** Takes a worker's answer; false if it was not asked, has answered, or answers less. */
    boolean store(String worker, ToMaster.CheckpointStored answer) {
        Set<AttemptId> asked = expected.get(worker);
        if (asked == null || stored.containsKey(worker)) {
            return false;
        }
        Set<AttemptId> answered = new HashSet<>();
        answer.subtasks().forEach(subtask -> answered.add(subtask.attempt()));
        Set<AttemptId> missing = new HashSet<>(asked);
        missing.removeAll(answered);
        if (!asked.containsAll(answered) || !finished.containsAll(missing)) {
            return false;
        }
        stored.put(worker, answer);
        return true;
    }

    /** Whether a worker was asked and has not answered. */
    boolean awaits(String worker) {
        return phase == Phase.COLLECTING
                && expected.containsKey(worker)
                && !stored.containsKey(worker);
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
                    int number = 0; // without a meaning if all lies in shared files
                    if (answer.file() != null) {
                        number = files.size();
                        files.add(answer.file());
                    }
                    for (SubtaskState subtask : answer.subtasks()) {
                        // drained is not the same: what is started from it reads on
                        boolean hadEnded =
                                subtask.ended()
                                        && (purpose.kind() != CheckpointKind.DRAIN
                                                || purpose.ended().contains(subtask.attempt()));
                        states.put(
                                subtask.attempt(),
                                new Subtask(hadEnded, number, subtask.operators()));
                    }
                });
        Map<Integer, List<Subtask>> byVertex = new HashMap<>();
        for (CheckpointTask task : tasks) {
            byVertex.computeIfAbsent(task.attempt().vertex(), v -> new ArrayList<>())
                    .add(states.getOrDefault(task.attempt(), new Subtask(true, 0, List.of())));
        }
        List<Vertex> vertices = new ArrayList<>();
        for (JobVertex vertex : graph.vertices()) {
            vertices.add(
                    new Vertex(
                            vertex.id(),
                            vertex.name(),
                            vertex.parallelism(),
                            vertex.maxParallelism(),
                            byVertex.get(vertex.id()),
                            vertex.operators().stream()
                                    .map(o -> new CheckpointMetadata.Operator(o.uid(), o.name()))
                                    .toList()));
        }
        return new CheckpointMetadata(
                id,
                epoch,
                graph.jobId(),
                graph.jobName(),
                wallMillis,
                files,
                vertices,
                purpose.kind(),
                coordinators);
    }

    /**
     * What is known of it.
     *
     * @param state how it is, or ended
     * @param totalBytes of all files that it consists of
     * @param failure why it failed, or empty
     */
    CheckpointStatistics statistics(
            CheckpointStatistics.State state,
            long nowNanos,
            long totalBytes,
            JobGraph graph,
            String failure) {
        SubtaskState slowest = null;
        long alignmentNanos = 0;
        long syncNanos = 0;
        long newBytes = 0;
        long inFlightBytes = 0;
        int answered = 0;
        for (ToMaster.CheckpointStored answer : stored.values()) {
            for (SubtaskState subtask : answer.subtasks()) {
                answered++;
                newBytes += subtask.newBytes();
                inFlightBytes += subtask.inFlightBytes();
                alignmentNanos = Math.max(alignmentNanos, subtask.alignmentNanos());
                syncNanos = Math.max(syncNanos, subtask.syncNanos());
                if (slowest == null
                        || subtask.alignmentNanos() + subtask.syncNanos()
                                > slowest.alignmentNanos() + slowest.syncNanos()) {
                    slowest = subtask;
                }
            }
        }
        return new CheckpointStatistics(
                id,
                purpose.kind(),
                state,
                wallMillis,
                Math.max(0, nowNanos - triggeredNanos) / 1_000_000,
                alignmentNanos / 1_000_000,
                syncNanos / 1_000_000,
                newBytes,
                Math.max(newBytes, totalBytes),
                inFlightBytes,
                expected.values().stream().mapToInt(Set::size).sum(),
                answered,
                slowest == null
                        ? null
                        : new CheckpointStatistics.Slowest(
                                graph.vertex(slowest.attempt().vertex()).name(),
                                slowest.attempt().subtask(),
                                slowest.alignmentNanos() / 1_000_000,
                                slowest.syncNanos() / 1_000_000),
                purpose.kind().isSavepoint() ? purpose.folder().path() : "",
                failure);
    }
}
