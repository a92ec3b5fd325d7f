/**
 * The way of records and events from one subtask to another: writers that choose a channel,
 * channels that hand over objects within a worker, gates that take all channels of a subtask in
 * turn.
 *
 * <p>Entry: {@link io.millrace.runtime.exchange.WorkerChannels} opens channels, {@link
 * io.millrace.runtime.exchange.EdgeWriter} writes, {@link io.millrace.runtime.exchange.InputGate}
 * reads. Channels to other workers have the same two interfaces and live in {@code
 * runtime.network}.
 *
 * <p>Threads: each end of a channel belongs to the thread of its subtask.
 */
package io.millrace.runtime.exchange;
