package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.state.MapStateDescriptor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A stream whose records go to every subtask of the stream it is connected with, to change state
 * there.
 *
 * @param <T> type of the records
 */
public class BroadcastStream<T> {
    private final DataStream<T> stream;
    private final List<MapStateDescriptor<?, ?>> states;

    BroadcastStream(DataStream<T> stream, MapStateDescriptor<?, ?>[] states) {
        this.stream = requireNonNull(stream, "stream");
        this.states = List.of(states);
        Set<String> names = new HashSet<>();
        for (MapStateDescriptor<?, ?> state : states) {
            if (!names.add(state.getName())) {
                throw new InvalidProgramException(
                        "Two broadcast states are called '"
                                + state.getName()
                                + "'; give each a name of its own.");
            }
        }
    }

    DataStream<T> stream() {
        return stream;
    }

    /** What the records may change. */
    public List<MapStateDescriptor<?, ?>> getBroadcastStateDescriptors() {
        return states;
    }
}
