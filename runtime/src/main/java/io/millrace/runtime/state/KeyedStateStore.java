package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import java.io.IOException;

/**
 * The state of one keyed operator of one subtask: values by key, name and namespace.
 *
 * <p>A key is first made the current one; the handles that the store gives out then read and write
 * what belongs to it. Keys are equal if their canonical bytes are: 0.0 and -0.0, all NaNs, and sets
 * and maps in any order. A key belongs to the key group that the exchange has sent it to.
 *
 * <p>Asking twice for a state of one name gives handles on the same state; asking with other types
 * is refused. States that a snapshot held and nobody has asked for yet are kept and written again.
 *
 * <p>Values are bytes: what a handle returns is a new object, and changing it changes nothing until
 * it is put again.
 *
 * <p>Threads: store and handles are owned by the subtask's thread. Only {@link StateSnapshot}s
 * leave it.
 *
 * <p>Errors: {@link StateException}, with the category that decides what follows. Memory that is
 * used up is one of them and names the options; it is never silent. Using a store after {@link
 * #close} is an {@link IllegalStateException}.
 */
public interface KeyedStateStore extends AutoCloseable {

    /** A store that keeps state as bytes in managed memory; empty. */
    static KeyedStateStore binary(KeyedStateSettings settings) {
        return new BinaryStateStore(settings);
    }

    /**
     * Makes a key the current one.
     *
     * @throws StateException if the key is null, is not of the key's type, or belongs to a key
     *     group of another subtask
     */
    void setCurrentKey(Object key);

    /** {@link #setCurrentKey} without a box, for keys of type Long or Integer. */
    void setCurrentKey(long key);

    /**
     * What reads ahead for keys that are about to be the current ones; null if that is of no use.
     */
    default KeysAhead keysAhead() {
        return null;
    }

    /** The current key; read from its bytes if it was not given as an object. */
    Object currentKey();

    /** The current key's group. */
    int currentKeyGroup();

    KeyGroupRange keyGroups();

    /** The number of key groups of the whole job vertex. */
    int maxParallelism();

    /** One value; the accumulators of reducing and aggregating states are such values too. */
    <V> StoredValue<V> value(
            String name, Namespace<?> namespace, TypeInformation<V> type, StateTtl ttl);

    /** One number, read, put and added to without a box. The same state as a value of type Long. */
    StoredLong longValue(String name, Namespace<?> namespace, StateTtl ttl);

    <E> StoredList<E> list(
            String name, Namespace<?> namespace, TypeInformation<E> elementType, StateTtl ttl);

    <K, V> StoredMap<K, V> map(
            String name,
            Namespace<?> namespace,
            TypeInformation<K> keyType,
            TypeInformation<V> valueType,
            StateTtl ttl);

    /** Keys and namespaces in the order of a number: timers, ends of panes. */
    OrderedState ordered(String name, Namespace<?> namespace);

    /** Keys in the order of numbers that many of them share: the ends of aligned windows. */
    CalendarState calendar(String name);

    /**
     * Arrays that are derived from other state and in no snapshot.
     *
     * @param type of the values in them
     * @param length of each
     * @return null if keys or values are no numbers, or an array had more than 32 KiB
     */
    <V> DerivedArray<V> derived(String name, TypeInformation<V> type, int length);

    /**
     * A way to remove whole panes of a state, of all keys at once.
     *
     * @param state a handle of this store on a state with panes
     * @return null if there is none: each key's are cleared one by one
     */
    default PaneDrop paneDrop(StoredState state) {
        return null;
    }

    /** Removes what all keys have in panes. */
    @FunctionalInterface
    interface PaneDrop {

        /**
         * Removes a pane and all before it, with a cost that hardly depends on how many keys there
         * are.
         */
        void dropThrough(long lastPane);
    }

    /**
     * Calls {@code action} for each key that has something in the state, with the key as the
     * current one. The action may change any state of its key. Afterwards the current key is
     * undefined.
     *
     * @param state a handle of this store, with the namespace to look in set (where it has any)
     */
    default void forEachKey(StoredState state, KeyAction action) throws Exception {
        for (int group = keyGroups().first(); group <= keyGroups().last(); group++) {
            forEachKey(group, state, action);
        }
    }

    /** The same for the keys of one key group of the store. */
    void forEachKey(int keyGroup, StoredState state, KeyAction action) throws Exception;

    /**
     * Calls {@code action} for each pane in which a key has something, with the key as the current
     * one. The action may change any state of its key. Afterwards the current key is undefined.
     *
     * @param state a handle of this store on a state of one value by pane
     */
    void forEachPane(StoredState state, PaneAction action) throws Exception;

    /** What {@link #forEachPane} does with each key and pane. */
    @FunctionalInterface
    interface PaneAction {
        void accept(long pane) throws Exception;
    }

    /** What {@link #forEachKey} does with each key. */
    @FunctionalInterface
    interface KeyAction {
        void accept(Object key) throws Exception;
    }

    /**
     * Takes a snapshot of all state as it is now. Costs microseconds: what is in it is copied by
     * {@link StateSnapshot#write}, on another thread, while this one goes on. A value that is
     * changed before it was written is copied first, once.
     *
     * <p>The snapshot is open until it is closed; until {@link #confirm} or {@link #abort} it may
     * become a base. Ids only grow.
     */
    StateSnapshot snapshot(long checkpointId, SnapshotKind kind);

    /**
     * The checkpoint is complete, and its snapshot durable: the next incremental snapshots hold
     * what has changed since it. Ignored for ids that are unknown, aborted or older than the base.
     */
    void confirm(long checkpointId);

    /** The checkpoint will never be complete; nothing will refer to its snapshot. */
    void abort(long checkpointId);

    /**
     * Adds what a snapshot holds of this store's key groups. Called before the first key, for each
     * snapshot of a chain from its full one to the last, and for the chains of all former subtasks
     * that had some of the key groups.
     *
     * @throws IOException if it cannot be read or is damaged, with what and where
     * @throws StateException if it holds a state of other types than this store
     */
    void restore(SnapshotInput snapshot) throws IOException;

    /**
     * Says that what was restored is what a checkpoint consists of, and that its files may be
     * referred to: the next incremental snapshot builds on it. Without this call it is a full one.
     * Called after the last {@link #restore} and before the first key.
     */
    void restored(long checkpointId);

    /** Bytes of managed memory in use: live, dead, indexes, and copies for open snapshots. */
    long memoryBytes();

    /** Bytes on local disk, for which there was no memory. */
    default long spilledBytes() {
        return 0;
    }

    /**
     * Gives the memory back: at once, or, as long as a snapshot is open, when the last one is
     * closed. May be called twice.
     */
    @Override
    void close();
}
