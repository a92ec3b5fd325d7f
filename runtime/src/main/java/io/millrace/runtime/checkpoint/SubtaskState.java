package io.millrace.runtime.checkpoint;

import io.millrace.runtime.schedule.AttemptId;
import java.util.List;

/**
 * What one subtask has in a checkpoint, all in the file of its worker.
 *
 * @param alignmentNanos between the first and the last barrier of its inputs; 0 for a source
 * @param syncNanos for which the subtask stood still
 */
public record SubtaskState(
        AttemptId attempt, long alignmentNanos, long syncNanos, List<OperatorState> operators) {
    public SubtaskState {
        operators = List.copyOf(operators);
    }

    /** Bytes of it that lay in channels, overtaken by the barrier. */
    public long inFlightBytes() {
        return operators.stream()
                .flatMap(operator -> operator.parts().stream())
                .filter(part -> part.kind().isInFlight())
                .mapToLong(StatePart::length)
                .sum();
    }
}
