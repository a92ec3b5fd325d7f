package io.millrace.runtime.task;

import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.task.Subtasks.RunningSubtask;

/** A subtask to which all that is asked of it comes as a command in its mailbox. */
interface CommandedSubtask extends RunningSubtask {

    /** Takes a command that must not be lost; any thread. */
    void put(SubtaskCommand command);

    /** Takes a command that may be left out when too many wait; any thread. */
    void tell(SubtaskCommand command);

    @Override
    default void triggerCheckpoint(StreamEvent.Barrier barrier) {
        tell(new SubtaskCommand.TriggerCheckpoint(barrier));
    }

    @Override
    default void checkpointComplete(long checkpointId) {
        put(new SubtaskCommand.CheckpointComplete(checkpointId));
    }

    @Override
    default void checkpointAborted(long checkpointId) {
        put(new SubtaskCommand.CheckpointAborted(checkpointId));
    }

    @Override
    default void masterChanged(int epoch) {
        put(new SubtaskCommand.MasterChanged(epoch));
    }

    @Override
    default void checkpointsAbortedBefore(int epoch) {
        put(new SubtaskCommand.CheckpointsAbortedBefore(epoch));
    }

    @Override
    default void register(int link) {
        put(new SubtaskCommand.Register(link));
    }

    @Override
    default void operatorEvent(String uid, byte[] event) {
        put(new SubtaskCommand.OperatorEvent(uid, event));
    }
}
