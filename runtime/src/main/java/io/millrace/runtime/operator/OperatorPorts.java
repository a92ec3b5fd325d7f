package io.millrace.runtime.operator;

import java.util.function.LongSupplier;

/**
 * What operators may ask of the world outside the job.
 *
 * @param wallMillis the wall clock
 * @param alarms ring by that clock
 * @param stores make the state of keyed operators
 */
public record OperatorPorts(LongSupplier wallMillis, Alarms alarms, KeyedStores stores) {}
