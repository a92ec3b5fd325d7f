package io.millrace.runtime.control;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.TaskDeployment;
import java.util.List;

/**
 * What the application master tells a worker. A worker ignores what has an older epoch than its
 * promise.
 */
public sealed interface ToWorker extends ControlMessage {

    /** Of the master that sends it: the number of its application attempt. */
    int epoch();

    /**
     * The master knows the worker's report and what comes next builds on it.
     *
     * @param link of the report
     * @param beatMillis how often the worker shows a sign of life
     * @param timeoutMillis how long either may be silent
     */
    record Welcome(int epoch, int link, long beatMillis, long timeoutMillis) implements ToWorker {}

    /**
     * Run this. Ignored if the same or a newer attempt of the subtask was seen before.
     *
     * @param slot of the worker, from 0; takes one subtask of each vertex
     */
    record Deploy(int epoch, int slot, TaskDeployment deployment) implements ToWorker {}

    /**
     * These attempts go on under this master, which counts on them as if it had started them. What
     * older masters have begun and this one does not name is given up.
     *
     * @param attempts of the worker that the master wants to run
     * @param checkpointId the newest complete checkpoint: it and every earlier one may be acted on,
     *     also again; 0 if there is none
     */
    record Adopt(int epoch, List<AttemptId> attempts, long checkpointId) implements ToWorker {
        public Adopt {
            attempts = List.copyOf(attempts);
        }
    }

    /** End this; without effect if it has ended or was never seen. */
    record Cancel(int epoch, AttemptId attempt) implements ToWorker {}

    /** The end of an attempt is known and need not be told again. */
    record EndKnown(int epoch, AttemptId attempt) implements ToWorker {}

    /**
     * A sign of life.
     *
     * @param loops how many events the master's loop has handled
     */
    record MasterBeat(int epoch, long loops) implements ToWorker {}

    /**
     * Take part in a checkpoint: those in which barriers begin at once, the others when barriers
     * reach them. Answered by {@link ToMaster.CheckpointStored} or {@link
     * ToMaster.CheckpointDeclined}. Sent again with more that begin when writers have finished
     * before their barriers began.
     *
     * @param checkpointId never used twice
     * @param folder path of the job's folder, or of the savepoint's own
     * @param wallMillis when it was triggered, milliseconds since 1970
     * @param attempts all of the worker that take part
     * @param sources those of them in which barriers begin
     */
    record TriggerCheckpoint(
            int epoch,
            long checkpointId,
            CheckpointKind kind,
            String folder,
            long wallMillis,
            List<AttemptId> attempts,
            List<AttemptId> sources)
            implements ToWorker {
        public TriggerCheckpoint {
            attempts = List.copyOf(attempts);
            sources = List.copyOf(sources);
        }
    }

    /**
     * A checkpoint, or the savepoint that the job ends with, is complete, and with it every earlier
     * checkpoint.
     */
    record CheckpointComplete(int epoch, long checkpointId) implements ToWorker {}

    /**
     * A savepoint is complete with which the job does not end. Nobody acts on that outside: after a
     * failure the job goes on from its last checkpoint, which may be older.
     */
    record SavepointComplete(int epoch, long checkpointId) implements ToWorker {}

    /** A checkpoint is given up and will never be complete. */
    record CheckpointAborted(int epoch, long checkpointId) implements ToWorker {}

    /**
     * Something of a source's coordinator for its reader.
     *
     * @param uid of the operator
     */
    record OperatorEvent(int epoch, AttemptId attempt, String uid, byte[] event)
            implements ToWorker {}

    /** Cancel all and exit. */
    record Leave(int epoch, String reason) implements ToWorker {}
}
