/**
 * The way of records back to the program that has started their job, for {@code executeAndCollect}.
 *
 * <p>Entry: {@link io.millrace.runtime.collect.CollectedRecords} for the sink, {@link
 * io.millrace.runtime.collect.CollectedIterator} for the program; in between a queue where both are
 * in one process, else a connection of its own from each worker to the program's process, which is
 * the application master's.
 */
package io.millrace.runtime.collect;
