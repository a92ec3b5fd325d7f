package io.millrace.runtime.worker;

import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.TaskDeployment;

/** What a task manager reacts to. */
public sealed interface WorkerEvent {

    /** Begin: look for the master. The first event. */
    record Started() implements WorkerEvent {}

    /**
     * A control connection to a master that has proven itself.
     *
     * @param connection its name, never used twice
     * @param epoch of that master
     */
    record Connected(String connection, int epoch) implements WorkerEvent {}

    /** The last {@link MasterLink#connect} came to nothing. */
    record NotConnected(String cause) implements WorkerEvent {}

    record Received(String connection, ToWorker message) implements WorkerEvent {}

    record Disconnected(String connection, String cause) implements WorkerEvent {}

    record SubtaskRunning(TaskDeployment deployment) implements WorkerEvent {}

    /** A subtask has emitted all, and stays for a checkpoint. */
    record SubtaskInputEnded(AttemptId attempt) implements WorkerEvent {}

    record SubtaskEnded(TaskDeployment deployment, SubtaskEnd end) implements WorkerEvent {}

    /** A subtask hands over what it has in a checkpoint. */
    record SubtaskSnapshotTaken(long checkpointId, SubtaskSnapshot snapshot)
            implements WorkerEvent {
        @Override
        public String toString() {
            return "SubtaskSnapshotTaken[" + checkpointId + ", " + snapshot.attempt() + "]";
        }
    }

    /** A subtask cannot take part in a checkpoint. */
    record SubtaskSnapshotFailed(long checkpointId, AttemptId attempt, Failure failure)
            implements WorkerEvent {}

    /** A subtask's source has something for its coordinator. */
    record SubtaskOperatorEvent(AttemptId attempt, String uid, byte[] event)
            implements WorkerEvent {
        @Override
        public String toString() {
            return "SubtaskOperatorEvent[" + attempt + ", " + uid + "]";
        }
    }

    /** The process is asked to end. */
    record Stopped(String reason) implements WorkerEvent {}

    /**
     * The task manager goes on where it waited for a timer.
     *
     * @param what names the timer
     */
    record Continued(String what, Runnable step) implements WorkerEvent {
        @Override
        public String toString() {
            return "Continued[" + what + "]";
        }
    }
}
