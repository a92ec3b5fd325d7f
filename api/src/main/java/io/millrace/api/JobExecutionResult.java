package io.millrace.api;

import java.util.concurrent.TimeUnit;

/** What a finished job tells its program. */
public class JobExecutionResult {
    private final String jobId;
    private final long netRuntimeMillis;

    public JobExecutionResult(String jobId, long netRuntimeMillis) {
        this.jobId = jobId;
        this.netRuntimeMillis = netRuntimeMillis;
    }

    public String getJobID() {
        return jobId;
    }

    /** Milliseconds from the start of the job to its end. */
    public long getNetRuntime() {
        return netRuntimeMillis;
    }

    /** The time from the start of the job to its end, rounded down. */
    public long getNetRuntime(TimeUnit unit) {
        return unit.convert(netRuntimeMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public String toString() {
        return "Job " + jobId + " has finished after " + netRuntimeMillis + " ms";
    }
}
