package io.millrace.runtime.serializer;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes maps.
 *
 * <p>Format: a header byte, the number of entries, key and value of each. The header has bit 0 for
 * null, bit 1 if some keys or values are null (each then has a flag of its own), and in its upper
 * half the kind: 0 HashMap, 1 LinkedHashMap, 2 TreeMap in natural order. Any other map comes back
 * as a LinkedHashMap with the same order.
 */
final class MapSerializer<K, V> implements ValueSerializer<Map<K, V>> {
    private static final int NULL_ELEMENTS = 2;
    private static final int HASH_MAP = 0;
    private static final int LINKED_HASH_MAP = 1;
    private static final int TREE_MAP = 2;

    private final Class<?> declared;
    private final ValueSerializer<K> keys;
    private final ValueSerializer<V> values;

    MapSerializer(Class<?> declared, ValueSerializer<K> keys, ValueSerializer<V> values) {
        this.declared = declared;
        this.keys = keys;
        this.values = values;
    }

    private static int kindOf(Map<?, ?> value) {
        if (value instanceof HashMap && !(value instanceof LinkedHashMap)) {
            return HASH_MAP;
        }
        return value instanceof SortedMap<?, ?> sorted && sorted.comparator() == null
                ? TREE_MAP
                : LINKED_HASH_MAP;
    }

    private static <K, V> Map<K, V> make(int kind, int count) {
        return switch (kind) {
            case HASH_MAP -> new HashMap<>(CollectionSerializer.capacity(count));
            case LINKED_HASH_MAP -> new LinkedHashMap<>(CollectionSerializer.capacity(count));
            case TREE_MAP -> new TreeMap<>();
            default -> null;
        };
    }

    private static boolean hasNull(Map<?, ?> map) {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getKey() == null || entry.getValue() == null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void write(Map<K, V> value, RecordOutput out) throws IOException {
        boolean hasNull = hasNull(value);
        out.write(kindOf(value) << 4 | (hasNull ? NULL_ELEMENTS : 0));
        out.writeVarInt(value.size());
        for (Map.Entry<K, V> entry : value.entrySet()) {
            if (hasNull) {
                keys.writeNullable(entry.getKey(), out);
                values.writeNullable(entry.getValue(), out);
            } else {
                keys.write(entry.getKey(), out);
                values.write(entry.getValue(), out);
            }
        }
    }

    @Override
    public void writeNullable(Map<K, V> value, RecordOutput out) throws IOException {
        if (value == null) {
            out.write(NULL);
        } else {
            write(value, out);
        }
    }

    @Override
    public Map<K, V> read(RecordInput in) throws IOException {
        return read(in.readByte(), in);
    }

    @Override
    public Map<K, V> readNullable(RecordInput in) throws IOException {
        int header = in.readByte();
        return header == NULL ? null : read(header, in);
    }

    private Map<K, V> read(int header, RecordInput in) throws IOException {
        int count = in.readCount(2);
        Map<K, V> map = (header & 0xd) == 0 ? make(header >> 4, count) : null;
        if (!declared.isInstance(map)) {
            throw new IOException(
                    "A "
                            + declared.getName()
                            + " begins with the byte "
                            + header
                            + ": the record is damaged");
        }
        boolean hasNull = (header & NULL_ELEMENTS) != 0;
        for (int i = 0; i < count; i++) {
            K key = hasNull ? keys.readNullable(in) : keys.read(in);
            map.put(key, hasNull ? values.readNullable(in) : values.read(in));
        }
        return map;
    }

    @Override
    public Map<K, V> copy(Map<K, V> value) {
        Map<K, V> copy = make(kindOf(value), value.size());
        for (Map.Entry<K, V> entry : value.entrySet()) {
            copy.put(keys.copyNullable(entry.getKey()), values.copyNullable(entry.getValue()));
        }
        return copy;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
