package io.millrace.api.state;

import java.util.List;

/** A list for each key, or of an operator. */
public interface ListState<T> extends MergingState<T, Iterable<T>> {

    /** Replaces all; an empty list clears the state. */
    void update(List<T> values) throws Exception;

    void addAll(List<T> values) throws Exception;
}
