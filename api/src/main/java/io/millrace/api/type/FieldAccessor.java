package io.millrace.api.type;

import java.io.Serializable;

/**
 * Reads and replaces one field of a record; made from a position or a field expression.
 *
 * @param <T> the record
 * @param <F> the field
 */
public interface FieldAccessor<T, F> extends Serializable {

    /** The field as the user named it, for messages. */
    String expression();

    TypeInformation<F> fieldType();

    F get(T record);

    /**
     * A record with the field replaced: the same object where it can be changed, else a new one.
     */
    T set(T record, F value);
}
