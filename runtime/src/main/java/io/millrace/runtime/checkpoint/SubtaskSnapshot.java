package io.millrace.runtime.checkpoint;

import io.millrace.runtime.schedule.AttemptId;
import java.util.List;

/**
 * All states of one subtask as they were at a barrier.
 *
 * <p>Threads: handed from the subtask to the worker's loop to the thread that writes the file; one
 * at a time.
 *
 * @param ended whether it had emitted all before the barrier
 * @param alignmentNanos between the first and the last barrier of its inputs; 0 for a source
 * @param syncNanos for which the subtask stood still
 */
public record SubtaskSnapshot(
        AttemptId attempt,
        boolean ended,
        long alignmentNanos,
        long syncNanos,
        List<Operator> operators) {
    public SubtaskSnapshot {
        operators = List.copyOf(operators);
    }

    /** Of a subtask that runs on. */
    public SubtaskSnapshot(
            AttemptId attempt, long alignmentNanos, long syncNanos, List<Operator> operators) {
        this(attempt, false, alignmentNanos, syncNanos, operators);
    }

    /** All states of one operator. */
    public record Operator(String uid, List<SnapshotPart> parts) {
        public Operator {
            parts = List.copyOf(parts);
        }
    }

    /** Gives all back; the snapshot is not used any more. */
    public void release() {
        for (Operator operator : operators) {
            operator.parts().forEach(SnapshotPart::release);
        }
    }
}
