package io.millrace.runtime.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a snapshot of keyed state holds, for people: no value is made of any byte.
 *
 * @param keyType what the state is kept by
 * @param maxParallelism number of key groups of the whole operator
 * @param states in the order of their names
 * @param entries by the name of their state; empty if they were not counted
 */
public record SnapshotContents(
        String keyType, int maxParallelism, List<State> states, Map<String, Long> entries) {

    /**
     * One named state.
     *
     * @param type its kind and types in words
     * @param valueType the shape of its values; empty if it has none
     */
    public record State(String name, String type, String valueType) {}

    /** Reads what describes the states, and checks its sums. */
    public static SnapshotContents of(SnapshotInput input) throws IOException {
        SnapshotReader reader = new SnapshotReader(input);
        return new SnapshotContents(
                reader.keyType(), reader.maxParallelism(), states(reader), Map.of());
    }

    /** Reads all of it, checks all sums, and counts the entries. */
    public static SnapshotContents counted(SnapshotInput input) throws IOException {
        SnapshotReader reader = new SnapshotReader(input);
        Map<Integer, String> names = new TreeMap<>();
        Map<String, Long> entries = new TreeMap<>();
        for (SnapshotReader.State state : reader.states()) {
            names.put(state.id(), state.shape().name());
            entries.put(state.shape().name(), 0L);
        }
        reader.read(
                new KeyGroupRange(0, reader.maxParallelism() - 1),
                (group, state, bytes, full, keyLength, length, stamp, value, valueLength) ->
                        entries.merge(names.get(state), value < 0 ? 0L : 1L, Long::sum));
        return new SnapshotContents(
                reader.keyType(), reader.maxParallelism(), states(reader), entries);
    }

    private static List<State> states(SnapshotReader reader) {
        List<State> states = new ArrayList<>();
        for (SnapshotReader.State state : reader.states()) {
            states.add(
                    new State(
                            state.shape().name(), state.shape().text(), state.shape().valueType()));
        }
        states.sort(java.util.Comparator.comparing(State::name));
        return states;
    }
}
