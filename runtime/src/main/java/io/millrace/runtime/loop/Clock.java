package io.millrace.runtime.loop;

/** Tells the time to decisions, so that a test may tell another. */
public interface Clock {

    /** For deadlines and durations; monotonic, of no meaning outside the process. */
    long nanoTime();

    /** For texts and records: milliseconds since 1970; may jump. */
    long wallMillis();
}
