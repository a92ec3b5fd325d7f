package io.millrace.runtime.task;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Where a subtask is in its life. */
public enum SubtaskState {
    /** Put together; nothing of the user's was called. */
    CREATED,
    /** Operators are open, records flow. */
    RUNNING,
    /** All input was read; operators emit what is left. */
    FINISHING,
    /** All is emitted; it stays until a checkpoint that it has joined since then is complete. */
    ENDED,
    /** It has come to the barrier that stops the job, and waits for the savepoint's completion. */
    SUSPENDED,
    FINISHED,
    CANCELED,
    FAILED;

    private static final Map<SubtaskState, Set<SubtaskState>> NEXT =
            new EnumMap<>(
                    Map.of(
                            CREATED, EnumSet.of(RUNNING, CANCELED, FAILED),
                            RUNNING, EnumSet.of(FINISHING, SUSPENDED, FINISHED, CANCELED, FAILED),
                            FINISHING, EnumSet.of(ENDED, FINISHED, CANCELED, FAILED),
                            ENDED, EnumSet.of(FINISHED, CANCELED, FAILED),
                            SUSPENDED, EnumSet.of(RUNNING, FINISHED, CANCELED, FAILED),
                            FINISHED, EnumSet.noneOf(SubtaskState.class),
                            CANCELED, EnumSet.noneOf(SubtaskState.class),
                            FAILED, EnumSet.noneOf(SubtaskState.class)));

    public boolean mayBecome(SubtaskState next) {
        return NEXT.get(this).contains(next);
    }

    /** Whether nothing follows. */
    public boolean isTerminal() {
        return NEXT.get(this).isEmpty();
    }
}
