package io.millrace.runtime.task;

import io.millrace.runtime.metrics.UserValues;
import java.util.List;

/**
 * Counters of one subtask since its start.
 *
 * @param busyNanos time spent with records
 * @param idleNanos time spent waiting for input
 * @param backPressuredNanos time spent waiting for an output to take more
 * @param sourceBytesRead bytes of its splits that its sources have read
 * @param loops how often its loop went round; stands still only if the subtask hangs
 * @param user what its functions have counted and measured, about a beat ago; at its end, all
 */
public record SubtaskMetrics(
        long busyNanos,
        long idleNanos,
        long backPressuredNanos,
        long recordsIn,
        long recordsOut,
        long sourceBytesRead,
        long loops,
        List<EdgeMetrics> inputs,
        List<EdgeMetrics> outputs,
        UserValues user) {

    public SubtaskMetrics {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** Of a subtask whose functions count and measure nothing. */
    public SubtaskMetrics(
            long busyNanos,
            long idleNanos,
            long backPressuredNanos,
            long recordsIn,
            long recordsOut,
            long sourceBytesRead,
            long loops,
            List<EdgeMetrics> inputs,
            List<EdgeMetrics> outputs) {
        this(
                busyNanos,
                idleNanos,
                backPressuredNanos,
                recordsIn,
                recordsOut,
                sourceBytesRead,
                loops,
                inputs,
                outputs,
                UserValues.NONE);
    }

    public static final SubtaskMetrics NONE =
            new SubtaskMetrics(0, 0, 0, 0, 0, 0, 0, List.of(), List.of());

    /**
     * What passed one end of one edge.
     *
     * @param bytes 0 where nothing was serialized
     */
    public record EdgeMetrics(int edge, long records, long bytes) {}
}
