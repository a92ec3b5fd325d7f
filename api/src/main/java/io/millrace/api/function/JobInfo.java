package io.millrace.api.function;

/** Which job a function runs in. */
public interface JobInfo {
    /** 32 hexadecimal digits. */
    String getJobId();

    String getJobName();
}
