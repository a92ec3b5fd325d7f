package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.state.StateDefinition.Kind;
import io.millrace.runtime.state.StateDefinition.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which states a store has, by name and by number: those that the program has asked for, and those
 * that a snapshot held. A state that was restored is asked for with the types it was written with,
 * or with some that its values can be rewritten to, which then happens.
 *
 * <p>Threads: owned by the subtask's thread.
 *
 * @param <S> what the store has of each state
 */
public final class StateRegistry<S extends NamedState> {
    private static final Logger LOG = LoggerFactory.getLogger(StateRegistry.class);

    /** Makes a state without entries. */
    @FunctionalInterface
    public interface Maker<S> {
        S make(int id, Shape shape);
    }

    /** Rewrites all entries of a state. */
    @FunctionalInterface
    public interface Rewriter<S> {
        /**
         * @param former whose entries there are
         * @param now has the same number, and is the state from now on
         * @throws IOException if an entry cannot be rewritten
         */
        void rewrite(S former, S now, ValueMigration<?> values) throws IOException;
    }

    private final KeyedStateSettings settings;
    private final StoreFailures failures;
    private final int limit;
    private final Maker<S> maker;
    private final Rewriter<S> rewriter;
    private final List<S> states = new ArrayList<>();
    private final List<S> view = Collections.unmodifiableList(states);
    private final Map<String, S> byName = new HashMap<>();

    /** Names of the states that the program has asked for, as against those that were restored. */
    private final Set<String> asked = new HashSet<>();

    /**
     * @param limit how many states the store can have
     */
    public StateRegistry(
            KeyedStateSettings settings,
            StoreFailures failures,
            int limit,
            Maker<S> maker,
            Rewriter<S> rewriter) {
        this.settings = settings;
        this.failures = failures;
        this.limit = limit;
        this.maker = maker;
        this.rewriter = rewriter;
    }

    /** All states by their numbers; as they are at any time. */
    public List<S> all() {
        return view;
    }

    public S get(int id) {
        return states.get(id);
    }

    /**
     * The state that the program asks for, made or rewritten if need be.
     *
     * @param partType of a map's keys; null where there are none
     * @param valueType null where there are no values
     * @throws StateException if there is one of this name that has another shape
     */
    public S ask(
            String name,
            Kind kind,
            Namespace<?> namespace,
            TypeInformation<?> partType,
            TypeInformation<?> valueType,
            StateTtl ttl) {
        Shape shape = Shape.of(name, kind, namespace, partType, valueType, ttl);
        S state = byName.get(name);
        if (state == null) {
            state = add(shape);
        } else if (!asked.contains(name) && state.shape().mayBecome(shape)) {
            state = rewrite(state, shape, valueType);
        } else {
            state.shape()
                    .check(
                            shape,
                            settings.owner(),
                            asked.contains(name) ? "" : " in what is restored");
        }
        asked.add(name);
        state.setTtl(ttl);
        return state;
    }

    private S add(Shape shape) {
        if (states.size() == limit) {
            throw failures.tooManyStates(limit);
        }
        S state = maker.make(states.size(), shape);
        states.add(state);
        byName.put(shape.name(), state);
        return state;
    }

    /** Rewrites all that was restored of a state whose values have another shape now. */
    private S rewrite(S former, Shape shape, TypeInformation<?> valueType) {
        ValueMigration<?> values;
        try {
            values =
                    new ValueMigration<>(former.shape().valueType(), valueType, settings.classes());
        } catch (IllegalArgumentException e) {
            throw failures.cannotBecome(former.shape(), shape, e);
        }
        S now = maker.make(former.id(), shape);
        states.set(former.id(), now);
        byName.put(shape.name(), now);
        try {
            rewriter.rewrite(former, now, values);
        } catch (IOException e) {
            throw failures.entryCannotBecome(former.shape(), shape, e);
        }
        LOG.info(
                "State '{}' of {} was rewritten from a {} to a {}",
                shape.name(),
                settings.owner(),
                former.shape().text(),
                shape.text());
        return now;
    }

    /**
     * The states of a snapshot that is to be restored, by their numbers there; made if need be.
     *
     * @param name of the snapshot
     * @throws StateException if the snapshot's keys or one of its states are of other types
     */
    public Map<Integer, S> restored(SnapshotReader reader, String name) {
        reader.check(settings.owner(), settings.keyType(), settings.maxParallelism());
        Map<Integer, S> byFileId = new HashMap<>();
        for (SnapshotReader.State described : reader.states()) {
            S state = byName.get(described.shape().name());
            if (state == null) {
                state = add(described.shape());
            } else {
                state.shape().checkRestored(described.shape(), settings.owner(), name);
            }
            byFileId.put(described.id(), state);
        }
        return byFileId;
    }
}
