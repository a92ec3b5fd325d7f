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
    private final ToIntFunction<Object> size;
    private final KeySelector<Object, Object> selector;
    private final ToIntFunction<Object> hash;
    private final int maxParallelism;

    /** By key group. */
    private final int[] readers;

    /**
     * @param copier of records that may be changed after they were emitted, or null
     * @param size of records, in bytes of the heap
     * @param hash of keys that are not null
     */
    KeyedRecordWriter(
            EdgeWriter edge,
            TypeSerializer<Object> copier,
            ToIntFunction<Object> size,
            KeySelector<Object, Object> selector,
            ToIntFunction<Object> hash,
            int maxParallelism) {
        this.edge = edge;
        this.channels = edge.channelArray();
        this.copier = copier;
        this.size = size;
        this.selector = selector;
        this.hash = hash;
        this.maxParallelism = maxParallelism;
        this.readers = edge.readers(maxParallelism);
    }

    @Override
    public void write(Object value, long timestamp) throws Exception {
        Object key = selector.getKey(value);
        if (key == null) {
            throw EdgeWriter.nullKey();
        }
        int group = KeyGroups.of(hash.applyAsInt(key), maxParallelism);
        OutputChannel channel = channels[readers[group]];
        if (channel.handsObjectsOver()) {
            Object handed = copier == null ? value : copier.copy(value);
            channel.write(handed, timestamp, size.applyAsInt(handed));
        } else {
            channel.write(value, timestamp, 0);
        }
        edge.written();
    }

    @Override
    public EdgeWriter edge() {
        return edge;
    }
}
