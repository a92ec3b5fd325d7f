package io.millrace.runtime.checkpoint;

import io.millrace.runtime.schedule.AttemptId;
import java.util.List;

/**
 * What one subtask has in a checkpoint.
 *
 * @param ended whether it had emitted all before the barrier
 * @param alignmentNanos between the first and the last barrier of its inputs; 0 for a source
 * @param syncNanos for which the subtask stood still
 * @param newBytes written for this checkpoint
 * @param totalBytes that whoever restores it reads, with those of earlier checkpoints
 */
public record SubtaskState(
        AttemptId attempt,
        boolean ended,
        long alignmentNanos,
        long syncNanos,
        long newBytes,
        long totalBytes,
        List<OperatorState> operators) {
    public SubtaskState {
        operators = List.copyOf(operators);
    }

    /** One for which nothing was written. */
    public SubtaskState(
            AttemptId attempt,
            boolean ended,
            long alignmentNanos,
            long syncNanos,
            List<OperatorState> operators) {
        this(attempt, ended, alignmentNanos, syncNanos, 0, 0, operators);
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
