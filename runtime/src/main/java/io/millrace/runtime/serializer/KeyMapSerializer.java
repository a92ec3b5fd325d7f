package io.millrace.runtime.serializer;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes maps that are keys, so that equal ones have equal bytes.
 *
 * <p>Format: that of {@link MapSerializer}, with one kind for all maps and the entries in the order
 * of their bytes.
 */
final class KeyMapSerializer<K, V> implements FlaggedSerializer<Map<K, V>> {
    private final MapSerializer<K, V> maps;
    private final ValueSerializer<K> keys;
    private final ValueSerializer<V> values;
    private final int kind;

    /**
     * @param maps reads and copies
     * @param keys writes the map's keys as keys
     * @param values writes the map's values as keys
     */
    KeyMapSerializer(
            Class<?> declared,
            MapSerializer<K, V> maps,
            ValueSerializer<K> keys,
            ValueSerializer<V> values) {
        this.maps = maps;
        this.keys = keys;
        this.values = values;
        this.kind =
                declared == LinkedHashMap.class
                        ? MapSerializer.LINKED_HASH_MAP
                        : MapSerializer.HASH_MAP;
    }

    @Override
    public void write(Map<K, V> value, RecordOutput out) throws IOException {
        boolean hasNull = MapSerializer.hasNull(value);
        out.write(kind | (hasNull ? NULL_PARTS : 0));
        out.writeVarInt(value.size());
        SortedPieces pieces = new SortedPieces();
        for (Map.Entry<K, V> entry : value.entrySet()) {
            RecordOutput to = pieces.next();
            if (hasNull) {
                keys.writeNullable(entry.getKey(), to);
                values.writeNullable(entry.getValue(), to);
            } else {
                keys.write(entry.getKey(), to);
                values.write(entry.getValue(), to);
            }
            pieces.end();
        }
        pieces.writeTo(out);
    }

    @Override
    public Map<K, V> read(int flags, RecordInput in) throws IOException {
        return maps.read(flags, in);
    }

    @Override
    public void skip(int flags, RecordInput in) throws IOException {
        maps.skip(flags, in);
    }

    @Override
    public Map<K, V> copy(Map<K, V> value) {
        return maps.copy(value);
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
