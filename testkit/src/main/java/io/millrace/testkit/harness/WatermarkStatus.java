package io.millrace.testkit.harness;

/** Whether a channel takes part in the minimum of the watermarks. */
public enum WatermarkStatus {
    IDLE,
    ACTIVE
}
