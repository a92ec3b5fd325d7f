package io.millrace.runtime.network;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.WorkerAddress;

/** The channels of one worker to and from other workers, over TCP. */
public final class NetworkChannels implements Channels, AutoCloseable {

    /** Listens on a free port. The pool stays the caller's, to be closed after this. */
    public NetworkChannels(DataNetworkSettings settings, NetworkBufferPool pool) {
        throw new UnsupportedOperationException();
    }

    /** Where other workers reach this one. */
    public WorkerAddress address() {
        throw new UnsupportedOperationException();
    }

    @Override
    public OutputChannel openOutput(
            ChannelId id, WorkerAddress reader, TypeSerializer<Object> serializer, Wakeup writer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputChannel openInput(
            ChannelId id, WorkerAddress writer, TypeSerializer<Object> serializer, Wakeup reader) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void release(AttemptId attempt) {
        throw new UnsupportedOperationException();
    }

    /** Connections that ended before they had proven themselves. */
    public long refusedConnections() {
        throw new UnsupportedOperationException();
    }

    /** Closes the port, every connection and every channel; idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
