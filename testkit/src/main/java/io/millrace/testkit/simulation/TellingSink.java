package io.millrace.testkit.simulation;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.type.TypeInformation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps what comes in state of its own. What a subtask of it had when it was closed can be asked
 * for right afterwards, as all is on one thread.
 */
final class TellingSink<T> extends RichSinkFunction<T> implements CheckpointedFunction {
    private static final long serialVersionUID = 1;

    /** By the name of the simulation. */
    private static final Map<String, Closed> CLOSED = new ConcurrentHashMap<>();

    private final String simulation;
    private final String state;
    private final TypeInformation<T> type;
    private final KeySelector<T, Long> place;
    private transient Map<Long, T> kept;
    private transient ListState<T> saved;

    /**
     * What a subtask had.
     *
     * @param state name of its state
     * @param elements in the order of their places, or in that in which they came
     */
    record Closed(String state, List<?> elements) {}

    /**
     * @param simulation its name
     * @param state name of the state
     * @param place of which only the newest element is kept; null: all are kept
     */
    TellingSink(
            String simulation, String state, TypeInformation<T> type, KeySelector<T, Long> place) {
        this.simulation = simulation;
        this.state = state;
        this.type = type;
        this.place = place;
    }

    /** What the subtask had that was closed last. */
    static Closed closedLast(String simulation) {
        return CLOSED.get(simulation);
    }

    static void forget(String simulation) {
        CLOSED.remove(simulation);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        kept = new TreeMap<>();
        saved =
                context.getOperatorStateStore()
                        .getListState(new ListStateDescriptor<>(state, type));
        for (T element : saved.get()) {
            keep(element);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        saved.update(new ArrayList<>(kept.values()));
    }

    @Override
    public void invoke(T element, Context context) throws Exception {
        keep(element);
    }

    private void keep(T element) throws Exception {
        kept.put(place == null ? (Long) (long) kept.size() : place.getKey(element), element);
    }

    @Override
    public void close() {
        CLOSED.put(simulation, new Closed(state, List.copyOf(kept.values())));
    }
}
