package io.millrace.runtime.checkpoint;

import io.millrace.runtime.schedule.AttemptId;
import java.util.List;

/**
 * What one subtask has in a checkpoint, all in the file of its worker.
 *
 * @param ended whether it had emitted all before the barrier
 * @param alignmentNanos between the first and the last barrier of its inputs; 0 for a source
 * @param syncNanos for which the subtask stood still
 */
public record SubtaskState(
        AttemptId attempt,
        boolean ended,
        long alignmentNanos,
        long syncNanos,
        List<OperatorState> operators) {
    public SubtaskState {
        operators = List.copyOf(operators);
    }

    /** Of a subtask that runs on. */
    public SubtaskState(
            AttemptId attempt, long alignmentNanos, long syncNanos, List<OperatorState> operators) {
        this(attempt, false, alignmentNanos, syncNanos, operators);
    }
}
