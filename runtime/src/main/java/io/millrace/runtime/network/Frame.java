package io.millrace.runtime.network;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.StreamEvent;
import java.nio.ByteBuffer;

/**
 * What two workers tell each other about channels; {@link FrameCodec} has the bytes.
 *
 * <p>A channel's number is chosen by the end that reads it and is never used twice on a connection.
 */
sealed interface Frame {

    /** Reader to writer: send me this channel. */
    record Open(int channel, int credit, ChannelId id) implements Frame {}

    /** Reader to writer: so many more segments are free for the channel. */
    record Credit(int channel, int segments) implements Frame {}

    /** Reader to writer: I read no more; what is written from now on is thrown away. */
    record Stop(int channel) implements Frame {}

    /**
     * Writer to reader: bytes of records. Uses one credit.
     *
     * @param backlog full segments that wait behind this one
     * @param bytes belong to whoever made the frame, and only while it is handed over
     */
    record Data(int channel, int backlog, ByteBuffer bytes) implements Frame {}

    /** Writer to reader: an event, at its place among the records. */
    record Event(int channel, StreamEvent event) implements Frame {}

    /**
     * Writer to reader: a part of what {@link Overtaking} is too small for, in front of it.
     *
     * @param bytes as of {@link Data}; uses no credit
     */
    record Rest(int channel, ByteBuffer bytes) implements Frame {}

    /**
     * Writer to reader: a barrier in front of records that were written before it.
     *
     * @param bytes rest of the record that was sent in part; it comes again in its place. As of
     *     {@link Data}, but uses no credit
     */
    record Overtaking(int channel, StreamEvent.Barrier barrier, ByteBuffer bytes)
            implements Frame {}

    /** Writer to reader: nothing more will come, though the channel has not ended. */
    record Failed(int channel, String cause) implements Frame {}
}
