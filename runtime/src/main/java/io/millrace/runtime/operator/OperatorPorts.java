package io.millrace.runtime.operator;

import io.millrace.runtime.program.CollectedRecords;
import java.util.function.LongSupplier;

/**
 * What operators may ask of the world outside the job.
 *
 * @param wallMillis the wall clock, for user functions that ask for the processing time
 * @param collected where records go that are to come back to the program
 */
public record OperatorPorts(LongSupplier wallMillis, CollectedRecords collected) {

    /** In a process from which records cannot come back to the program. */
    public OperatorPorts(LongSupplier wallMillis) {
        this(wallMillis, CollectedRecords.nowhere());
    }
}
