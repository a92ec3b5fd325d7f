/**
 * Connections between processes: records between workers with credit, and the control channel; both
 * behind one handshake.
 *
 * <p>Entry: {@link io.millrace.runtime.network.NetworkChannels}, {@link
 * io.millrace.runtime.network.ControlServer}, {@link io.millrace.runtime.network.ControlClient}.
 * The bytes are in {@code FrameCodec}, {@code FrameSeal} and {@code Handshake}.
 *
 * <p>Only this package imports {@code io.netty}, and in it only the classes {@code Netty...},
 * {@code Control...}, {@code HandshakeHandler} and {@code NetworkChannels}: the protocol of
 * channels runs on {@link io.millrace.runtime.network.InMemoryNetwork} as well.
 *
 * <p>Threads: a connection belongs to one event loop. Locks are taken in the order {@code
 * RemoteChannels}, channel, gate, local pool, global pool. Segments are recycled, and wakeups
 * called, without a channel's lock.
 */
package io.millrace.runtime.network;
