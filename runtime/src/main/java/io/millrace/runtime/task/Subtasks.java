package io.millrace.runtime.task;

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

        /** Counters so far; any thread. */
        SubtaskMetrics metrics();
    }

    /** Hears of a subtask's life. */
    interface Listener {
        /** All operators are open and records flow. */
        void running(TaskDeployment deployment);

        /** Nothing of the subtask runs any more and all its memory was given back. */
        void ended(TaskDeployment deployment, SubtaskEnd end);
    }
}
