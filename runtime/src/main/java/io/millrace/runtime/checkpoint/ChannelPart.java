package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.StatePart.Kind;
import java.io.IOException;

/**
 * What lay in a channel and belongs to the checkpoint, as bytes.
 *
 * @param kind {@link Kind#RECEIVED} or {@link Kind#UNSENT}
 * @param edge its name, the same in every version of the program
 * @param type what the records were written as
 * @param writer subtask at one end of the channel
 * @param reader subtask at the other end
 * @param peers how many subtasks are at the end of the edge at which it was not saved
 * @param content as of {@link io.millrace.runtime.exchange.ChannelContent}
 */
public record ChannelPart(
        Kind kind, String edge, String type, int writer, int reader, int peers, byte[] content)
        implements SnapshotPart {

    @Override
    public void write(PartWriter out) throws IOException {
        out.inFlight(this);
    }
}
