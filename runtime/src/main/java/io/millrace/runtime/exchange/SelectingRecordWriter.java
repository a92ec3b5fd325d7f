package io.millrace.runtime.exchange;

import io.millrace.runtime.serializer.TypeSerializer;
import java.util.function.ToIntFunction;

/** Each record to the reader that a {@link ChannelSelector} says, or to all of them. */
final class SelectingRecordWriter implements RecordWriter {
    private final EdgeWriter edge;
    private final OutputChannel[] channels;
    private final TypeSerializer<Object> copier;
    private final ToIntFunction<Object> size;
    private final ChannelSelector selector;

    /**
     * @param copier of records that may be changed after they were emitted, or null
     * @param size of records, in bytes of the heap
     */
    SelectingRecordWriter(
            EdgeWriter edge,
            TypeSerializer<Object> copier,
            ToIntFunction<Object> size,
            ChannelSelector selector) {
        this.edge = edge;
        this.channels = edge.channelArray();
        this.copier = copier;
        this.size = size;
        this.selector = selector;
    }

    @Override
    public void write(Object value, long timestamp) throws Exception {
        int at = selector.select(value);
        if (at == ChannelSelector.ALL) {
            for (OutputChannel channel : channels) {
                write(channel, value, timestamp);
            }
        } else {
            write(channels[at], value, timestamp);
        }
        edge.written();
    }

    private void write(OutputChannel channel, Object value, long timestamp) {
        if (channel.handsObjectsOver()) {
            Object handed = copier == null ? value : copier.copy(value);
            channel.write(handed, timestamp, size.applyAsInt(handed));
        } else {
            channel.write(value, timestamp, 0);
        }
    }

    @Override
    public EdgeWriter edge() {
        return edge;
    }
}
