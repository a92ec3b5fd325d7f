package io.millrace.runtime.checkpoint;

import java.util.List;

/**
 * What one operator of one subtask has in a checkpoint.
 *
 * @param uid the operator's, the same in every version of the program
 */
public record OperatorState(String uid, List<StatePart> parts) {
    public OperatorState {
        parts = List.copyOf(parts);
    }
}
