package io.millrace.runtime.task;

import io.millrace.runtime.exchange.StreamEvent;

/** What others may ask of a running subtask. */
sealed interface SubtaskCommand {

    /** To end soon, without finishing. */
    record Cancel() implements SubtaskCommand {}

    /**
     * To look at what the user's functions have counted and measured.
     *
     * @param nowNanos of the clock that views are told the time by
     */
    record LookAtValues(long nowNanos) implements SubtaskCommand {}

    /** To look whether a time has come that an operator waits for. */
    record TimerDue() implements SubtaskCommand {}

    /** To let a barrier begin; only of a source that runs. */
    record TriggerCheckpoint(StreamEvent.Barrier barrier) implements SubtaskCommand {}

    /** To know that a checkpoint, and with it every earlier one, is complete. */
    record CheckpointComplete(long checkpointId) implements SubtaskCommand {}

    /** To know that a checkpoint is given up. */
    record CheckpointAborted(long checkpointId) implements SubtaskCommand {}

    /** To drop the barriers of masters before an epoch. */
    record MasterChanged(int epoch) implements SubtaskCommand {}

    /** To know that undecided checkpoints of masters before an epoch are given up. */
    record CheckpointsAbortedBefore(int epoch) implements SubtaskCommand {}

    /**
     * To have its source register with its coordinator.
     *
     * @param link number of the worker's connection to the master
     */
    record Register(int link) implements SubtaskCommand {}

    /**
     * To give its source something of its coordinator.
     *
     * @param uid of the source's operator
     */
    record OperatorEvent(String uid, byte[] event) implements SubtaskCommand {}
}
