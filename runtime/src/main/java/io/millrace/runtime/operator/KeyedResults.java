package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.PartWriter;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHasher;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.SnapshotInput;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * One value for each key, in a map on the heap, which is written as a whole in a checkpoint.
 *
 * <p>Format: for each key of the subtask: key group, 4 bytes | key | value, as their serializers
 * write them.
 *
 * <p>Threads: owned by the subtask.
 */
final class KeyedResults {
    private static final String NAME = "results";

    private final TypeSerializer<Object> keys;
    private final TypeSerializer<Object> values;
    private final KeyHasher<Object> hasher;
    private final int maxParallelism;
    private final KeyGroupRange own;
    private final String type;

    final Map<Object, Object> map = new HashMap<>();

    /**
     * @param type of keys and values, as text
     */
    KeyedResults(
            TypeSerializer<Object> keys,
            TypeSerializer<Object> values,
            KeyHasher<Object> hasher,
            String type,
            SubtaskContext subtask) {
        this.keys = keys;
        this.values = values;
        this.hasher = hasher;
        this.type = type;
        this.maxParallelism = subtask.deployment().maxParallelism();
        this.own = KeyGroupRange.of(subtask.subtask(), maxParallelism, subtask.parallelism());
    }

    SnapshotPart snapshot() throws IOException {
        RecordOutput out = new RecordOutput(1024);
        for (Map.Entry<Object, Object> entry : map.entrySet()) {
            out.writeInt(KeyGroups.of(hasher.hash(entry.getKey()), maxParallelism));
            keys.serialize(entry.getKey(), out);
            values.serialize(entry.getValue(), out);
        }
        return new Written(type, own, Arrays.copyOf(out.bytes(), out.length()));
    }

    private record Written(String type, KeyGroupRange groups, byte[] bytes)
            implements SnapshotPart {
        @Override
        public void write(PartWriter out) throws IOException {
            out.keyed(
                    NAME,
                    type,
                    groups.first(),
                    groups.last(),
                    to -> to.write(bytes, 0, bytes.length));
        }
    }

    void restore(RestoredOperator state) throws IOException {
        for (Slice slice : state.keyed()) {
            if (!slice.part().type().equals(type)) {
                throw new IOException(
                        "State '"
                                + NAME
                                + "' was saved as "
                                + slice.part().type()
                                + ", the program has "
                                + type
                                + ": keep the type, or give the operator another uid");
            }
            SnapshotInput input = state.input(slice);
            byte[] bytes = new byte[Math.toIntExact(input.length())];
            input.read(0, bytes, 0, bytes.length);
            RecordInput in = new RecordInput();
            in.reset(bytes, 0, bytes.length);
            while (in.remaining() > 0) {
                int group = in.readInt();
                Object key = keys.deserialize(in);
                Object value = values.deserialize(in);
                if (own.contains(group)) {
                    map.put(key, value);
                }
            }
        }
    }
}
