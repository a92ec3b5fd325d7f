package io.millrace.runtime.master;

import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.master.JobStatus.VertexStatus;
import io.millrace.runtime.metrics.AccumulatorPart;
import io.millrace.runtime.metrics.JobValues;
import io.millrace.runtime.metrics.JobValues.Shown;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.SubtaskMetrics.EdgeMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sums the counters of subtasks up. */
final class StatusReport {
    private static final double NOTABLE = 0.1;

    private StatusReport() {}

    static List<VertexStatus> vertices(ExecutionGraph graph) {
        List<VertexStatus> vertices = new ArrayList<>();
        for (JobVertex vertex : graph.graph().vertices()) {
            vertices.add(vertex(vertex, graph.executionsOf(vertex.id())));
        }
        return vertices;
    }

    private static VertexStatus vertex(JobVertex vertex, List<Execution> executions) {
        int running = 0;
        int finished = 0;
        long recordsIn = 0;
        long recordsOut = 0;
        long bytesIn = 0;
        long bytesOut = 0;
        long busy = 0;
        long idle = 0;
        long backPressured = 0;
        double busiest = 0;
        double idleRatios = 0;
        double backPressuredRatios = 0;
        for (Execution execution : executions) {
            SubtaskMetrics metrics = execution.metrics();
            running += execution.state() == Execution.State.RUNNING ? 1 : 0;
            finished += execution.state() == Execution.State.FINISHED ? 1 : 0;
            recordsIn += metrics.recordsIn();
            recordsOut += metrics.recordsOut();
            bytesIn += metrics.inputs().stream().mapToLong(EdgeMetrics::bytes).sum();
            bytesOut += metrics.outputs().stream().mapToLong(EdgeMetrics::bytes).sum();
            busy += metrics.busyNanos();
            idle += metrics.idleNanos();
            backPressured += metrics.backPressuredNanos();
            if (execution.state() == Execution.State.RUNNING) {
                SubtaskMetrics before = execution.earlierMetrics();
                double busyNow = metrics.busyNanos() - before.busyNanos();
                double idleNow = metrics.idleNanos() - before.idleNanos();
                double pressedNow = metrics.backPressuredNanos() - before.backPressuredNanos();
                double all = Math.max(1, busyNow + idleNow + pressedNow);
                busiest = Math.max(busiest, busyNow / all);
                idleRatios += idleNow / all;
                backPressuredRatios += pressedNow / all;
            }
        }
        return new VertexStatus(
                vertex.id(),
                vertex.name(),
                vertex.parallelism(),
                running,
                finished,
                recordsIn,
                recordsOut,
                bytesIn,
                bytesOut,
                busy / 1_000_000,
                idle / 1_000_000,
                backPressured / 1_000_000,
                busiest,
                idleRatios / Math.max(1, running),
                backPressuredRatios / Math.max(1, running));
    }

    /** The vertex that limits the job: the busiest of those that run, or null if none is. */
    static String busiest(List<VertexStatus> vertices) {
        return vertices.stream()
                .filter(v -> v.running() > 0 && v.busyRatio() >= NOTABLE)
                .max(Comparator.comparingDouble(VertexStatus::busyRatio))
                .map(VertexStatus::name)
                .orElse(null);
    }

    static long inputBytesRead(ExecutionGraph graph) {
        return graph.executions().stream().mapToLong(e -> e.metrics().sourceBytesRead()).sum();
    }

    /** A sentence for each task whose loop has not gone round for longer than the limit. */
    static List<String> standingStill(ExecutionGraph graph, long nowNanos, Duration limit) {
        return graph.executions().stream()
                .filter(e -> e.stillNanos(nowNanos) > limit.toNanos())
                .map(
                        e ->
                                "Task "
                                        + e.name()
                                        + " on "
                                        + e.slot().workerId()
                                        + " has not gone round its loop for "
                                        + Duration.ofNanos(e.stillNanos(nowNanos)).toSeconds()
                                        + " s")
                .toList();
    }

    /** What the subtasks of the run have added up so far; those that failed do not count. */
    static List<AccumulatorPart> accumulators(ExecutionGraph graph) {
        return graph.executions().stream()
                .filter(
                        e ->
                                e.state() == Execution.State.RUNNING
                                        || e.state() == Execution.State.FINISHED)
                .flatMap(e -> e.metrics().user().accumulators().stream())
                .toList();
    }

    static List<Shown> metrics(ExecutionGraph graph) {
        return JobValues.shownMetrics(
                graph.executions().stream().map(e -> e.metrics().user()).toList());
    }
}
