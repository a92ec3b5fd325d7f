package io.millrace.api.accumulator;

import java.io.Serializable;

/**
 * Adds values up in each subtask; the subtasks' parts are merged into one result for the job.
 *
 * <p>Shape: a part travels as Java serialization writes it, about once a second and when its
 * subtask has finished; what the attempts of a failed run have added does not count.
 *
 * <p>Threads: belongs to the subtask that added it to its runtime context.
 *
 * @param <V> type of the values added
 * @param <R> type of the result
 */
public interface Accumulator<V, R extends Serializable> extends Serializable, Cloneable {

    void add(V value);

    /** The result of this part alone. */
    R getLocalValue();

    /** Forgets what was added. */
    void resetLocal();

    /** Adds another part of the same class to this one; the other one stays as it is. */
    void merge(Accumulator<V, R> other);

    /** A part of its own with the same content. */
    Accumulator<V, R> clone();
}
