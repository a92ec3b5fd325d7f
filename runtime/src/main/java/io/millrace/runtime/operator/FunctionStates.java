package io.millrace.runtime.operator;

import io.millrace.api.state.AggregatingState;
import io.millrace.api.state.AggregatingStateDescriptor;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.MapState;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ReducingState;
import io.millrace.api.state.ReducingStateDescriptor;
import io.millrace.api.state.State;
import io.millrace.api.state.StateDescriptor;
import io.millrace.api.state.StateTtlConfig;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredState;
import java.util.HashMap;
import java.util.Map;

/**
 * The states that functions of one operator ask for, in the operator's store.
 *
 * <p>With a namespace, such as a window, all of them are seen from the one that {@link #bind} has
 * set last.
 *
 * <p>Threads: owned by the subtask.
 */
public final class FunctionStates implements KeyedStateStore {
    private final io.millrace.runtime.state.KeyedStateStore store;
    private final Namespace<?> namespaces;
    private final String prefix;
    private final Map<String, View> views = new HashMap<>();
    private Object namespace;

    /**
     * A state that was asked for.
     *
     * @param state as the function sees it
     */
    record View(State state, StoredState stored) {}

    /**
     * @param prefix of the states' names in the store, to tell them from those of others
     */
    FunctionStates(
            io.millrace.runtime.state.KeyedStateStore store,
            Namespace<?> namespaces,
            String prefix) {
        this.store = store;
        this.namespaces = namespaces;
        this.prefix = prefix;
    }

    /** States without a namespace under their own names, as process functions have them. */
    public static KeyedStateStore of(io.millrace.runtime.state.KeyedStateStore store) {
        return new FunctionStates(store, Namespace.none(), "");
    }

    /** Sets the namespace of what is asked for from now on. */
    void bind(Object current) {
        this.namespace = current;
    }

    /** The state, of whatever kind. */
    @SuppressWarnings("unchecked") // each kind of descriptor gives its kind of state
    <S extends State> S get(StateDescriptor<S, ?> descriptor) {
        return (S) view(descriptor).state();
    }

    View view(StateDescriptor<?, ?> descriptor) {
        View view = views.get(descriptor.getName());
        if (view == null) {
            view = make(descriptor);
            views.put(descriptor.getName(), view);
        } else if (view.state() instanceof FunctionState made
                && made.kind() != descriptor.getType()) {
            throw new IllegalArgumentException(
                    "State '"
                            + descriptor.getName()
                            + "' was asked for as a "
                            + made.kind()
                            + " state and as a "
                            + descriptor.getType()
                            + " state; give the two different names.");
        }
        if (namespaces != Namespace.none()) {
            view.stored().setNamespace(namespace);
        }
        return view;
    }

    /**
     * Moves what some namespaces have of a state into another.
     *
     * @throws IllegalArgumentException if it is a state that cannot be merged
     */
    void merge(StateDescriptor<?, ?> descriptor, Iterable<?> from, Object into) throws Exception {
        View view = view(descriptor);
        if (!(view.state() instanceof FunctionState.Mergeable mergeable)) {
            throw new IllegalArgumentException(
                    "State '"
                            + descriptor.getName()
                            + "' is a "
                            + descriptor.getType()
                            + " state, which cannot be merged; lists, reducing and aggregating"
                            + " states can.");
        }
        mergeable.buffer().merge(into, from);
        view.stored().setNamespace(into);
    }

    private View make(StateDescriptor<?, ?> descriptor) {
        String name = prefix + descriptor.getName();
        StateTtl ttl = ttlOf(descriptor.getTtlConfig());
        if (descriptor instanceof ListStateDescriptor<?> list) {
            return make(list, name, ttl);
        }
        if (descriptor instanceof MapStateDescriptor<?, ?> map) {
            return make(map, name, ttl);
        }
        if (descriptor instanceof ReducingStateDescriptor<?> reducing) {
            return make(reducing, name, ttl);
        }
        if (descriptor instanceof AggregatingStateDescriptor<?, ?, ?> aggregating) {
            return make(aggregating, name, ttl);
        }
        return make((ValueStateDescriptor<?>) descriptor, name, ttl);
    }

    private <T> View make(ValueStateDescriptor<T> descriptor, String name, StateTtl ttl) {
        var stored = store.value(name, namespaces, descriptor.getTypeInformation(), ttl);
        return new View(new FunctionState.Value<>(stored, descriptor.getDefaultValue()), stored);
    }

    private <T> View make(ListStateDescriptor<T> descriptor, String name, StateTtl ttl) {
        var stored = store.list(name, namespaces, descriptor.getElementType(), ttl);
        return new View(new FunctionState.Elements<>(stored), stored);
    }

    private <K, V> View make(MapStateDescriptor<K, V> descriptor, String name, StateTtl ttl) {
        var stored =
                store.map(
                        name, namespaces, descriptor.getKeyType(), descriptor.getValueType(), ttl);
        return new View(new FunctionState.Entries<>(stored), stored);
    }

    private <T> View make(ReducingStateDescriptor<T> descriptor, String name, StateTtl ttl) {
        var stored = store.value(name, namespaces, descriptor.getTypeInformation(), ttl);
        return new View(
                new FunctionState.Reducing<>(stored, descriptor.getReduceFunction()), stored);
    }

    private <I, A, O> View make(
            AggregatingStateDescriptor<I, A, O> descriptor, String name, StateTtl ttl) {
        var stored = store.value(name, namespaces, descriptor.getTypeInformation(), ttl);
        return new View(
                new FunctionState.Aggregating<>(stored, descriptor.getAggregateFunction()), stored);
    }

    private static StateTtl ttlOf(StateTtlConfig config) {
        if (!config.isEnabled()) {
            return StateTtl.NONE;
        }
        return StateTtl.of(
                config.getTimeToLive(),
                config.getUpdateType() == StateTtlConfig.UpdateType.OnReadAndWrite
                        ? StateTtl.Update.ON_READ_AND_WRITE
                        : StateTtl.Update.ON_CREATE_AND_WRITE,
                config.getStateVisibility()
                                == StateTtlConfig.StateVisibility.ReturnExpiredIfNotCleanedUp
                        ? StateTtl.Visibility.RETURN_EXPIRED_IF_NOT_CLEANED_UP
                        : StateTtl.Visibility.NEVER_RETURN_EXPIRED);
    }

    @Override
    public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
        return get(descriptor);
    }

    @Override
    public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
        return get(descriptor);
    }

    @Override
    public <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
        return get(descriptor);
    }

    @Override
    public <IN, ACC, OUT> AggregatingState<IN, OUT> getAggregatingState(
            AggregatingStateDescriptor<IN, ACC, OUT> descriptor) {
        return get(descriptor);
    }

    @Override
    public <UK, UV> MapState<UK, UV> getMapState(MapStateDescriptor<UK, UV> descriptor) {
        return get(descriptor);
    }
}
