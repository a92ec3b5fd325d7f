package io.millrace.api.source;

/** Whether a source ends by itself. */
public enum Boundedness {
    /** It ends when its splits are read. */
    BOUNDED,
    /** It goes on until the job is ended. */
    CONTINUOUS_UNBOUNDED
}
