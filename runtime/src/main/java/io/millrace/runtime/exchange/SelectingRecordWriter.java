package io.millrace.runtime.exchange;

import io.millrace.runtime.serializer.TypeSerializer;

/** Each record to the reader that a {@link ChannelSelector} says, or to all of them. */
final class SelectingRecordWriter implements RecordWriter {
    private final EdgeWriter edge;
    private final OutputChannel[] channels;
    private final TypeSerializer<Object> copier;
    private final ChannelSelector selector;

    /**
     * @param copier of records that may be changed after they were emitted, or null
     */
    SelectingRecordWriter(
            EdgeWriter edge, TypeSerializer<Object> copier, ChannelSelector selector) {
        this.edge = edge;
        this.channels = edge.channelArray();
        this.copier = copier;
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
        channel.write(
                copier != null && channel.handsObjectsOver() ? copier.copy(value) : value,
                timestamp);
    }

    @Override
    public EdgeWriter edge() {
        return edge;
    }
}
