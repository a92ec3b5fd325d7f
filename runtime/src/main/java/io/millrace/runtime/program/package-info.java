/**
 * What a program holds of its job while that runs: the client that it asks, and the way of records
 * back to it, for {@code executeAndCollect}.
 *
 * <p>Entry: {@link io.millrace.runtime.program.MasterJobClient}; {@link
 * io.millrace.runtime.program.CollectedRecords} for the sink, {@link
 * io.millrace.runtime.program.CollectedIterator} for the program. In between lies a queue where
 * both are in one process, else a connection of its own from each worker to the program's process,
 * which is the application master's.
 */
package io.millrace.runtime.program;
