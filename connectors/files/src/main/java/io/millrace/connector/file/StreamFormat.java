package io.millrace.connector.file;

import io.millrace.api.fs.FileRange;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.Path;
import io.millrace.api.type.ResultTypeQueryable;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;

/**
 * How a file, or a part of one, becomes records.
 *
 * @param <T> the records
 */
public interface StreamFormat<T> extends Serializable, ResultTypeQueryable<T> {

    /** Whether the file can be entered in the middle, so that several readers can share it. */
    boolean isSplittable(Path file);

    /**
     * Opens what is left of a part of a file.
     *
     * @param position where a reader before has stopped, as {@link Reader#position} said; -1 for
     *     the beginning of the part
     */
    Reader<T> createReader(FileSystem files, FileRange part, long position) throws IOException;

    /** The records of one part. */
    interface Reader<T> extends Closeable {

        /** The next record, or null if there are no more. */
        T read() throws IOException;

        /**
         * Where the record after the last one that was read begins; -1 where the file has no such
         * place, and records have to be counted.
         */
        long position();
    }
}
