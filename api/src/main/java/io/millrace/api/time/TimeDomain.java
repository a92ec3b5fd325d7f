package io.millrace.api.time;

/** By which time a timer fires. */
public enum TimeDomain {
    EVENT_TIME,
    PROCESSING_TIME
}
