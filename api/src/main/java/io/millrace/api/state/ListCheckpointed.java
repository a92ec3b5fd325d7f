package io.millrace.api.state;

import java.io.Serializable;
import java.util.List;

/**
 * A function that keeps a list beside the state of keys, as older programs write it; newer ones
 * implement {@link CheckpointedFunction}, which counts where a function implements both.
 *
 * <p>Shape: the elements are dealt out again evenly when the parallelism changes.
 *
 * <p>Threads: as in {@link CheckpointedFunction}.
 *
 * <p>Format: the state is the list {@value #STATE} of the operator.
 *
 * @param <T> type of the elements; stored as state of that type, not by Java's serialization
 */
public interface ListCheckpointed<T extends Serializable> {

    /** Name of the state. */
    String STATE = "_default_";

    /**
     * Called for each checkpoint. An exception fails the subtask, which begins again from the last
     * checkpoint that is complete.
     *
     * @param timestamp when the checkpoint was triggered, in milliseconds since 1970
     * @return what the function is to be given when it begins again; empty for nothing
     */
    List<T> snapshotState(long checkpointId, long timestamp) throws Exception;

    /**
     * Called before {@code open} where the job is restored, with elements that this subtask or
     * others have returned; not called where it is new.
     */
    void restoreState(List<T> state) throws Exception;
}
