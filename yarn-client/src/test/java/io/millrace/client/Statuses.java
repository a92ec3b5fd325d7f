package io.millrace.client;

import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import io.millrace.runtime.master.JobStatus.VertexStatus;
import io.millrace.runtime.master.JobStatus.WorkerCount;
import java.util.ArrayList;
import java.util.List;

/** Statuses of a word count, with what a test wants to be different. */
final class Statuses {
    JobState state = JobState.RUNNING;
    long nowMillis;
    int restarts;
    long records;
    long bytesRead;
    String busiest = "count";
    String waitingFor;
    Failure failure;
    int workersRegistered = 2;
    final List<String> warnings = new ArrayList<>();
    final List<TimelineEvent> timeline = new ArrayList<>();

    final List<CheckpointStatistics> checkpoints = new ArrayList<>();
    private String jobId = "job-1";

    Statuses ofJob(String id) {
        jobId = id;
        return this;
    }

    JobStatus build() {
        return new JobStatus(
                RecordingDeployer.APPLICATION,
                1,
                jobId,
                "word count",
                state,
                nowMillis,
                restarts,
                new WorkerCount(2, 2, workersRegistered),
                List.of(vertex(0, "lines", records / 10, 0.4), vertex(1, "count", records, 0.984)),
                bytesRead,
                200L << 20,
                busiest,
                waitingFor,
                failure,
                warnings,
                timeline,
                List.of(),
                checkpoints);
    }

    private static VertexStatus vertex(int id, String name, long recordsIn, double busy) {
        return new VertexStatus(id, name, 2, 2, 0, recordsIn, 0, 0, 0, 0, 0, 0, busy, 1 - busy, 0);
    }
}
