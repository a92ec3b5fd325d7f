package io.millrace.api;

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
}
