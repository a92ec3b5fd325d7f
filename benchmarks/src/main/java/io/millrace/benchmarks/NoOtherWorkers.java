package io.millrace.benchmarks;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.WorkerAddress;

/** For parts that are measured within one worker. */
final class NoOtherWorkers implements Channels {
    @Override
    public OutputChannel openOutput(
            ChannelId id, WorkerAddress reader, TypeSerializer<Object> serializer, Wakeup writer) {
        throw new IllegalStateException(id + " leads to another worker, " + reader);
    }

    @Override
    public InputChannel openInput(
            ChannelId id, WorkerAddress writer, TypeSerializer<Object> serializer, Wakeup reader) {
        throw new IllegalStateException(id + " comes from another worker, " + writer);
    }

    @Override
    public void release(AttemptId attempt) {
        // none was opened
    }
}
