package io.millrace.api.stream;

import io.millrace.api.function.KeySelector;
import io.millrace.api.type.FieldAccessor;

/**
 * The key that is one field of a record, as it is.
 *
 * @param <K> type of the field, as the user says
 */
public record FieldValueSelector<T, K>(FieldAccessor<T, ?> field) implements KeySelector<T, K> {
    @Override
    @SuppressWarnings("unchecked") // a partitioner of another type fails at the first record
    public K getKey(T value) {
        return (K) field.get(value);
    }
}
