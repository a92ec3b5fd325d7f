package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.StreamEvent;

/**
 * Starts subtasks: on threads of their own in a worker, on the simulation's one thread in tests.
 *
 * <p>Threads: called by the worker's loop.
 */
public interface Subtasks {

    /**
     * Starts an attempt and returns at once. The listener hears {@code running} at most once and
     * {@code ended} exactly once, from any thread, also if the attempt could not be started at all.
     */
    RunningSubtask start(TaskDeployment deployment, Listener listener);

    /** A subtask that was started. */
    interface RunningSubtask {
        TaskDeployment deployment();

        /**
         * Asks it to end; it ends soon after with {@link SubtaskEnd.Canceled}, unless it ended
         * before.
         */
        void cancel();

        /**
         * Lets a barrier begin in a subtask that is a source, or all of whose inputs have ended or
         * are about to; what came of it is told to the listener, unless the subtask ends before.
         */
        void triggerCheckpoint(StreamEvent.Barrier barrier);

        /** A checkpoint, and with it every earlier one, is complete. */
        void checkpointComplete(long checkpointId);

        /** A checkpoint is given up. */
        void checkpointAborted(long checkpointId);

        /**
         * A newer master is obeyed: barriers that an older one has let begin are dropped wherever
         * they are, as they may never come on all channels. What was saved at such barriers is not
         * given up yet, as the older master may have completed it.
         *
         * @param epoch of the newer master
         */
        void masterChanged(int epoch);

        /**
         * Whatever masters before an epoch have begun, and of which the subtask has not heard that
         * it is complete, is given up.
         */
        void checkpointsAbortedBefore(int epoch);

        /**
         * Has the subtask's source, if it has a coordinator, tell it what has come and what has
         * not; to be called once it runs, and again on each connection to the master.
         *
         * @param link number of the connection
         */
        default void register(int link) {}

        /**
         * Something of a coordinator for the subtask's source. Not lost, and in its order with
         * barriers.
         *
         * @param uid of the source's operator
         */
        default void operatorEvent(String uid, byte[] event) {}

        /** Counters so far; any thread. */
        SubtaskMetrics metrics();
    }

    /** Hears of a subtask's life. */
    interface Listener {
        /** All operators are open and records flow. */
        void running(TaskDeployment deployment);

        /** All states as they were at a barrier; the listener owns them now. */
        void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot);

        /** The subtask could not save its state at a barrier, and runs on. */
        void snapshotFailed(TaskDeployment deployment, long checkpointId, Failure failure);

        /** Something of the subtask's source for its coordinator, if there is one. */
        default void operatorEvent(TaskDeployment deployment, String uid, byte[] event) {}

        /** All is emitted; the subtask stays until it hears of a checkpoint that holds this. */
        void inputEnded(TaskDeployment deployment);

        /** Nothing of the subtask runs any more and all its memory was given back. */
        void ended(TaskDeployment deployment, SubtaskEnd end);
    }
}
