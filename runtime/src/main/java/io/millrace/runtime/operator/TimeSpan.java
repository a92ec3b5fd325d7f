package io.millrace.runtime.operator;

/**
 * A time window as it is kept in state.
 *
 * @param start in milliseconds
 * @param end in milliseconds, exclusive
 */
record TimeSpan(long start, long end) {}
