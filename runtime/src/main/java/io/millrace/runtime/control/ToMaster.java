package io.millrace.runtime.control;

import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.List;

/** What a worker tells the application master. */
public sealed interface ToMaster extends ControlMessage {

    /**
     * All there is to know about a worker; the first message on each of its connections. The worker
     * has promised the master's epoch in the same step in which it made the report: nothing that an
     * older master has commanded happens after it.
     *
     * @param link counts the worker's connections; a report with a lower one than seen is stale
     * @param epoch that the worker has promised
     * @param tasks that run, or are about to
     * @param ends that were not acknowledged yet
     * @param highestSeen the newest attempt of each subtask that it was ever told to run
     */
    record Report(
            WorkerAddress address,
            int link,
            int epoch,
            int slots,
            WorkerStart start,
            List<TaskReport> tasks,
            List<TaskEnded> ends,
            List<AttemptId> highestSeen)
            implements ToMaster {
        public Report {
            tasks = List.copyOf(tasks);
            ends = List.copyOf(ends);
            highestSeen = List.copyOf(highestSeen);
        }
    }

    /** An attempt has opened its operators. */
    record TaskRunning(AttemptId attempt) implements ToMaster {}

    /**
     * An attempt has ended. Told again in each report until {@link ToWorker.EndKnown} answers it.
     *
     * @param metrics its last counters
     */
    record TaskEnded(
            AttemptId attempt, Generation generation, SubtaskEnd end, SubtaskMetrics metrics)
            implements ToMaster {}

    /**
     * A sign of life.
     *
     * @param loops how many events the worker's loop has handled
     */
    record WorkerBeat(long loops, List<TaskBeat> tasks) implements ToMaster {
        public WorkerBeat {
            tasks = List.copyOf(tasks);
        }
    }

    /**
     * An attempt has emitted all and stays until a checkpoint that holds this is complete. Told
     * again on each connection.
     */
    record InputEnded(AttemptId attempt) implements ToMaster {}

    /**
     * What the worker's subtasks have in a checkpoint is stored, and was read again.
     *
     * @param epoch of the master that has triggered it
     * @param file null if no subtask has any state
     * @param subtasks those that were asked, without those that have finished before their barriers
     */
    record CheckpointStored(long id, int epoch, WorkerFile file, List<SubtaskState> subtasks)
            implements ToMaster {
        public CheckpointStored {
            subtasks = List.copyOf(subtasks);
        }
    }

    /**
     * The worker cannot store a checkpoint.
     *
     * @param epoch of the master that has triggered it
     */
    record CheckpointDeclined(long id, int epoch, Failure failure) implements ToMaster {}

    /**
     * Something of a source's reader for its coordinator.
     *
     * @param uid of the operator
     */
    record OperatorEvent(AttemptId attempt, String uid, byte[] event) implements ToMaster {}

    /** The worker ends; none of its tasks runs any more. */
    record Leaving(String reason) implements ToMaster {}

    /**
     * An attempt in a report.
     *
     * @param slot of the worker
     * @param confirmed the newest checkpoint that it knows to be complete, 0 if none
     */
    record TaskReport(
            AttemptId attempt, Generation generation, Phase phase, int slot, long confirmed) {}

    /** How far an attempt is. */
    enum Phase {
        STARTING,
        RUNNING,
        CANCELLING
    }

    /** Counters of an attempt. */
    record TaskBeat(AttemptId attempt, SubtaskMetrics metrics) {}

    /**
     * When the worker's process came to life.
     *
     * <p>Unit: milliseconds since 1970 by the worker's clock; 0 where unknown.
     */
    record WorkerStart(long processMillis, long mainMillis, long connectedMillis) {}
}
