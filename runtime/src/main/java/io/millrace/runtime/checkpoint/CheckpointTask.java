package io.millrace.runtime.checkpoint;

import io.millrace.runtime.schedule.AttemptId;

/**
 * A subtask as far as checkpoints are concerned.
 *
 * @param worker that it runs on
 * @param source whether it reads no other, or all that it reads have finished, so that its barrier
 *     begins there
 */
public record CheckpointTask(AttemptId attempt, String worker, boolean source, Phase phase) {

    /** How far it is. */
    public enum Phase {
        /** It runs not yet, or not any more: no checkpoint can be taken. */
        NOT_RUNNING,
        RUNNING,
        FINISHED
    }
}
