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
 * <p>Format: the flags of {@link FlaggedSerializer} (if some keys or values are null, each has a
 * flag of its own), the number of entries, key and value of each. The kinds: 0 HashMap, 1
 * LinkedHashMap, 2 TreeMap in natural order. Any other map comes back as a LinkedHashMap with the
 * same order.
 */
final class MapSerializer<K, V> implements FlaggedSerializer<Map<K, V>> {
    static final int HASH_MAP = 0 << 4;
    static final int LINKED_HASH_MAP = 1 << 4;
    static final int TREE_MAP = 2 << 4;

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

    private static <K, V> Map<K, V> make(int flags, int count) {
        return switch (flags & ~NULL_PARTS) {
            case HASH_MAP -> new HashMap<>(CollectionSerializer.capacity(count));
            case LINKED_HASH_MAP -> new LinkedHashMap<>(CollectionSerializer.capacity(count));
            case TREE_MAP -> new TreeMap<>();
            default -> null;
        };
    }

    static boolean hasNull(Map<?, ?> map) {
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
        out.write(kindOf(value) | (hasNull ? NULL_PARTS : 0));
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
    public Map<K, V> read(int flags, RecordInput in) throws IOException {
        int count = in.readCount(2);
        Map<K, V> map = make(flags, count);
        if (!declared.isInstance(map)) {
            throw FlaggedSerializer.unknownFlags(declared.getName(), flags);
        }
        boolean hasNull = (flags & NULL_PARTS) != 0;
        for (int i = 0; i < count; i++) {
            K key = hasNull ? keys.readNullable(in) : keys.read(in);
            map.put(key, hasNull ? values.readNullable(in) : values.read(in));
        }
        return map;
    }

    @Override
    public void skip(int flags, RecordInput in) throws IOException {
        int count = in.readCount(2);
        if (!declared.isInstance(make(flags, 0))) {
            throw FlaggedSerializer.unknownFlags(declared.getName(), flags);
        }
        for (int i = 0; i < count; i++) {
            if ((flags & NULL_PARTS) != 0) {
                keys.skipNullable(in);
                values.skipNullable(in);
            } else {
                keys.skip(in);
                values.skip(in);
            }
        }
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
