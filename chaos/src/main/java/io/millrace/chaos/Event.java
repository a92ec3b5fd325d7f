package io.millrace.chaos;

/**
 * What the job counts.
 *
 * @param timeMillis event time
 */
public record Event(long key, long timeMillis, long value) {}
