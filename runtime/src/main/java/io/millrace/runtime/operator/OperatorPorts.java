package io.millrace.runtime.operator;

import java.util.function.LongSupplier;

/**
 * What operators may ask of the world outside the job.
 *
 * @param wallMillis the wall clock, for user functions that ask for the processing time
 */
public record OperatorPorts(LongSupplier wallMillis) {}
