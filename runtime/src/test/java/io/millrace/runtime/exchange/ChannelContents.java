package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.ChannelReplay.Choice;
import io.millrace.runtime.exchange.ChannelReplay.Events;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.ArrayList;
import java.util.List;

/** Reads what was kept of channels. */
public final class ChannelContents {
    private ChannelContents() {}

    /** Records, watermarks and changes of idleness in their order. */
    public static List<Object> elements(ChannelContent content, TypeSerializer<Object> serializer)
            throws Exception {
        ChannelReplay replay = new ChannelReplay(KeptPieces.Disk.NONE);
        replay.add(0, content.toBytes(), serializer, Events.KEPT, Choice.ALL);
        List<Object> all = new ArrayList<>();
        for (Object next = replay.next(); next != null; next = replay.next()) {
            if (next instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    all.add(batch.values[i]);
                }
            } else {
                all.add(next);
            }
        }
        return all;
    }
}
