package io.millrace.api.type;

import java.io.Serializable;
import java.lang.invoke.MethodHandle;

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

    /**
     * {@link #get} for generated code: takes an {@code Object}, which is the record, and gives the
     * field as it is declared, so that a number is not boxed.
     *
     * @return null if the field is only found once there is a record
     */
    default MethodHandle getter() {
        return null;
    }

    /**
     * {@link #set} for generated code: takes an {@code Object}, which is the record, and the value
     * as the field is declared, and gives an {@code Object}.
     *
     * @return null if the field is only found once there is a record
     */
    default MethodHandle replacer() {
        return null;
    }
}
