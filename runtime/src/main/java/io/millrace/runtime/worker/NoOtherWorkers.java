package io.millrace.runtime.worker;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;

/** The remote channels of the only worker there is. */
public final class NoOtherWorkers implements Channels {

    @Override
    public OutputChannel openOutput(
            ChannelId id, WorkerAddress reader, TypeSerializer<Object> serializer, Wakeup writer) {
        throw new IllegalStateException(
                "Channel " + id + " leads to " + reader + ", but there is one worker only");
    }

    @Override
    public InputChannel openInput(
            ChannelId id, WorkerAddress writer, TypeSerializer<Object> serializer, Wakeup reader) {
        throw new IllegalStateException(
                "Channel " + id + " comes from " + writer + ", but there is one worker only");
    }

    @Override
    public void release(AttemptId attempt) {
        // there are none
    }
}
