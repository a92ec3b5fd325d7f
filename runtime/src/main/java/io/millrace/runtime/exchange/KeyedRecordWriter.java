package io.millrace.runtime.exchange;

import io.millrace.api.function.KeySelector;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.function.ToIntFunction;

/** Each record to the reader that owns the key group of its key; a null key is refused. */
final class KeyedRecordWriter implements RecordWriter {
    private final EdgeWriter edge;
    private final OutputChannel[] channels;
    private final TypeSerializer<Object> copier;
    private final KeySelector<Object, Object> selector;
    private final ToIntFunction<Object> hash;
    private final int maxParallelism;

    /** By key group. */
    private final int[] readers;

    /**
     * @param copier of records that may be changed after they were emitted, or null
     * @param hash of keys that are not null
     */
    KeyedRecordWriter(
            EdgeWriter edge,
            TypeSerializer<Object> copier,
            KeySelector<Object, Object> selector,
            ToIntFunction<Object> hash,
            int maxParallelism) {
        this.edge = edge;
        this.channels = edge.channelArray();
        this.copier = copier;
        this.selector = selector;
        this.hash = hash;
        this.maxParallelism = maxParallelism;
        this.readers = new int[maxParallelism];
        for (int group = 0; group < maxParallelism; group++) {
            readers[group] = KeyGroups.subtask(group, maxParallelism, channels.length);
        }
    }

    @Override
    public void write(Object value, long timestamp) throws Exception {
        Object key = selector.getKey(value);
        if (key == null) {
            throw EdgeWriter.nullKey();
        }
        int group = KeyGroups.of(hash.applyAsInt(key), maxParallelism);
        OutputChannel channel = channels[readers[group]];
        channel.write(
                copier != null && channel.handsObjectsOver() ? copier.copy(value) : value,
                timestamp);
        edge.written();
    }

    @Override
    public EdgeWriter edge() {
        return edge;
    }
}
