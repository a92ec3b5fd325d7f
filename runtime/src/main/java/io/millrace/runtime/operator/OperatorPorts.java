package io.millrace.runtime.operator;

import io.millrace.runtime.program.CollectedRecords;
import java.util.function.LongSupplier;

/**
 * What operators may ask of the world outside the job.
 *
 * @param wallMillis the wall clock
 * @param alarms ring by that clock
 * @param stores make the state of keyed operators
 * @param collected where records go that are to come back to the program
 */
public record OperatorPorts(
        LongSupplier wallMillis, Alarms alarms, KeyedStores stores, CollectedRecords collected) {

    /** In a process from which records cannot come back to the program. */
    public OperatorPorts(LongSupplier wallMillis, Alarms alarms, KeyedStores stores) {
        this(wallMillis, alarms, stores, CollectedRecords.nowhere());
    }
}
