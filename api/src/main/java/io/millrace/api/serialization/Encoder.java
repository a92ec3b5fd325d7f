package io.millrace.api.serialization;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;

/**
 * Writes records one after the other into a file that may end behind any of them.
 *
 * <p>Threads: the subtask's.
 *
 * @param <IN> type of the records
 */
@FunctionalInterface
public interface Encoder<IN> extends Serializable {

    /**
     * @param stream keeps nothing of the array given; not to be closed
     */
    void encode(IN element, OutputStream stream) throws IOException;
}
