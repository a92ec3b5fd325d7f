package io.millrace.api.transform;

import io.millrace.api.function.SinkFunction;
import io.millrace.api.sink.Sink;
import java.io.Serializable;

/**
 * Where records go.
 *
 * @param <T> type of the records
 */
public sealed interface SinkSpec<T> extends Serializable {

    /**
     * Standard output or error of the worker, one record a line. With a parallelism above 1 a line
     * begins with the number of the subtask, from 1.
     *
     * @param prefix put before each line, or null
     */
    record Print<T>(String prefix, boolean standardError) implements SinkSpec<T> {}

    /**
     * A folder of text files, one for each subtask, one record a line. It becomes visible as a
     * whole when the job finishes.
     *
     * @param overwrite whether a folder that exists is replaced; otherwise it is refused
     */
    record TextFile<T>(String path, boolean overwrite) implements SinkSpec<T> {}

    /** A sink function of the user's. */
    record Function<T>(SinkFunction<T> function) implements SinkSpec<T> {}

    /** A sink with a writer, and perhaps a committer. */
    record To<T>(Sink<T> sink) implements SinkSpec<T> {}

    /** Back to the program that has started the job, as its iterator asks for them. */
    record Collect<T>() implements SinkSpec<T> {}
}
