package io.millrace.api.metric;

/**
 * Something measured.
 *
 * <p>Threads: written by the function's thread, read by another one, a little late.
 */
public interface Metric {}
