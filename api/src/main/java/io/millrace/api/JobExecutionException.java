package io.millrace.api;

/** A job failed or was cancelled; the message has the root cause first. */
public class JobExecutionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String jobId;

    public JobExecutionException(String jobId, String message) {
        super(message);
        this.jobId = jobId;
    }

    public JobExecutionException(String jobId, String message, Throwable cause) {
        super(message, cause);
        this.jobId = jobId;
    }

    public String getJobID() {
        return jobId;
    }
}
