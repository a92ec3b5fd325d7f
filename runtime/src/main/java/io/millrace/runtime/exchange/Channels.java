package io.millrace.runtime.exchange;

import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.WorkerAddress;

/**
 * Opens both ends of channels for the subtasks of one worker.
 *
 * <p>Threads: called by the worker's loop.
 */
public interface Channels {

    /**
     * The writing end of a channel.
     *
     * @param writer called when {@link OutputChannel#isAvailable} turns true again
     */
    OutputChannel openOutput(
            ChannelId id, WorkerAddress reader, TypeSerializer<Object> serializer, Wakeup writer);

    /**
     * The reading end of a channel.
     *
     * @param reader called when {@link InputChannel#poll} may have something again
     */
    InputChannel openInput(
            ChannelId id, WorkerAddress writer, TypeSerializer<Object> serializer, Wakeup reader);

    /**
     * Closes every channel of an attempt and forgets it. Peers that still read or write see a
     * failure, unless the channel had ended.
     */
    void release(AttemptId attempt);
}
