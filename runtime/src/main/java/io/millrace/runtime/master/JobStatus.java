package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.metrics.JobValues;
import java.util.List;

/**
 * What can be said about a job at a moment.
 *
 * @param nowMillis by the master's clock, milliseconds since 1970
 * @param restarts how often it was started again by this application master
 * @param inputBytesRead of {@code inputBytesTotal}, in this run
 * @param inputBytesTotal of all files that it reads; 0 if it reads none
 * @param busiest name of the vertex that limits the job now, or null
 * @param waitingFor what it waits for, in words, or null
 * @param failure the root cause of the last failure, or null; still there after a restart
 * @param warnings what is odd, a sentence each
 * @param timeline what happened when
 * @param values what the user's functions measure, and what they have added up once all of them
 *     have finished
 * @param checkpoints those on their way and the last that are over, the newest first
 */
public record JobStatus(
        String applicationId,
        int epoch,
        String jobId,
        String jobName,
        JobState state,
        long nowMillis,
        int restarts,
        WorkerCount workers,
        List<VertexStatus> vertices,
        long inputBytesRead,
        long inputBytesTotal,
        String busiest,
        String waitingFor,
        Failure failure,
        List<String> warnings,
        List<TimelineEvent> timeline,
        List<JobValues.Shown> values,
        List<CheckpointStatistics> checkpoints) {

    public JobStatus {
        vertices = List.copyOf(vertices);
        warnings = List.copyOf(warnings);
        timeline = List.copyOf(timeline);
        values = List.copyOf(values);
        checkpoints = List.copyOf(checkpoints);
    }

    /** Of a job whose functions measure nothing, and that takes no checkpoints. */
    public JobStatus(
            String applicationId,
            int epoch,
            String jobId,
            String jobName,
            JobState state,
            long nowMillis,
            int restarts,
            WorkerCount workers,
            List<VertexStatus> vertices,
            long inputBytesRead,
            long inputBytesTotal,
            String busiest,
            String waitingFor,
            Failure failure,
            List<String> warnings,
            List<TimelineEvent> timeline) {
        this(
                applicationId,
                epoch,
                jobId,
                jobName,
                state,
                nowMillis,
                restarts,
                workers,
                vertices,
                inputBytesRead,
                inputBytesTotal,
                busiest,
                waitingFor,
                failure,
                warnings,
                timeline,
                List.of(),
                List.of());
    }

    /**
     * How far the workers are.
     *
     * @param needed for the job
     * @param granted containers that the cluster has given and that live
     * @param registered of them with a worker that has reported
     */
    public record WorkerCount(int needed, int granted, int registered) {}

    /**
     * Sums over the subtasks of a vertex in this run.
     *
     * @param running subtasks that run
     * @param finished subtasks that have finished
     * @param busyRatio part of the last beat's time spent with records, 0 to 1, of the busiest
     *     subtask
     * @param idleRatio mean part spent waiting for input
     * @param backPressuredRatio mean part spent waiting for an output
     */
    public record VertexStatus(
            int id,
            String name,
            int parallelism,
            int running,
            int finished,
            long recordsIn,
            long recordsOut,
            long bytesIn,
            long bytesOut,
            long busyMillis,
            long idleMillis,
            long backPressuredMillis,
            double busyRatio,
            double idleRatio,
            double backPressuredRatio) {}

    /**
     * Something with a name happened.
     *
     * @param name e.g. {@code containers asked}
     * @param subject whom it happened to (a container's id), or empty
     * @param wallMillis milliseconds since 1970, by the clock of the one it happened to
     */
    public record TimelineEvent(String name, String subject, long wallMillis) {}
}
