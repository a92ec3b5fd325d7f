package io.millrace.api.serialization;

import io.millrace.api.fs.FSDataOutputStream;
import java.io.IOException;
import java.io.Serializable;

/**
 * Writes records into a file that can be read only when it is complete, such as one with a footer.
 *
 * <p>Threads: the subtask's.
 *
 * @param <T> type of the records
 */
public interface BulkWriter<T> {

    void addElement(T element) throws IOException;

    /** Hands what is held back to the stream, as far as the format allows. */
    void flush() throws IOException;

    /** Writes what the file needs at its end; does not close the stream, and nothing follows. */
    void finish() throws IOException;

    /**
     * Makes the writer of one file.
     *
     * @param <T> type of the records
     */
    @FunctionalInterface
    interface Factory<T> extends Serializable {
        BulkWriter<T> create(FSDataOutputStream out) throws IOException;
    }
}
