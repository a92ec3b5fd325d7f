package io.millrace.api.state;

import java.util.Set;

/**
 * Gives state of a subtask of an operator, whatever the key.
 *
 * <p>Shape: asked again with the same name it gives the same state.
 */
public interface OperatorStateStore {

    /** A list whose elements are dealt out again evenly when the parallelism changes. */
    <S> ListState<S> getListState(ListStateDescriptor<S> descriptor) throws Exception;

    /** A list of which each subtask gets the elements of all when the job is restored. */
    <S> ListState<S> getUnionListState(ListStateDescriptor<S> descriptor) throws Exception;

    /** A map that each subtask has the same contents of. */
    <K, V> BroadcastState<K, V> getBroadcastState(MapStateDescriptor<K, V> descriptor)
            throws Exception;

    Set<String> getRegisteredStateNames();

    Set<String> getRegisteredBroadcastStateNames();
}
