package io.millrace.runtime.operator;

import io.millrace.api.state.BroadcastState;
import io.millrace.api.state.MapStateDescriptor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The broadcast states that one operator gives to its function, out of that function's states.
 *
 * <p>Threads: owned by the subtask.
 */
final class BroadcastStates {
    private final String operator;
    private final List<MapStateDescriptor<?, ?>> descriptors;
    private final Map<String, BroadcastState<?, ?>> states = new LinkedHashMap<>();

    /**
     * @param descriptors what the stream was broadcast with
     */
    BroadcastStates(String operator, List<MapStateDescriptor<?, ?>> descriptors) {
        this.operator = operator;
        this.descriptors = List.copyOf(descriptors);
    }

    /** Called before the first record. */
    void restore(OperatorStates from) throws IOException {
        for (MapStateDescriptor<?, ?> descriptor : descriptors) {
            states.put(descriptor.getName(), from.getBroadcastState(descriptor));
        }
    }

    /** For the broadcast side; the other side sees its read-only half. */
    @SuppressWarnings("unchecked") // the stream was broadcast with a descriptor of these types
    <K, V> BroadcastState<K, V> get(MapStateDescriptor<K, V> descriptor) {
        BroadcastState<?, ?> state = states.get(descriptor.getName());
        if (state == null) {
            throw new IllegalArgumentException(
                    "Operator '"
                            + operator
                            + "' asked for broadcast state '"
                            + descriptor.getName()
                            + "', but its stream was broadcast with "
                            + states.keySet()
                            + ": add the descriptor to broadcast(...).");
        }
        return (BroadcastState<K, V>) state;
    }
}
