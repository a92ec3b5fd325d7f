package io.millrace.api.transform;

import io.millrace.api.function.SourceFunction;
import io.millrace.api.source.Source;
import io.millrace.api.time.WatermarkStrategy;
import java.io.Serializable;
import java.util.List;

/**
 * What a source delivers.
 *
 * @param <T> the type of the records
 */
public sealed interface SourceSpec<T> extends Serializable {

    /**
     * The values given, in order, once; runs with parallelism 1.
     *
     * @param values not null; whoever sends them writes them by the source's type, because a POJO
     *     need not be {@link Serializable}
     */
    record Elements<T>(List<T> values) implements SourceSpec<T> {}

    /** The numbers {@code from} to {@code to}, both included, divided among the subtasks. */
    record Sequence(long from, long to) implements SourceSpec<Long> {}

    /**
     * The lines of text files.
     *
     * @param path a file, a folder (its files, not those of folders in it; names that begin with a
     *     dot or an underscore are left out) or a glob, with or without a scheme
     * @param charsetName a charset in which LF is the byte 0x0A
     */
    record TextFile(String path, String charsetName) implements SourceSpec<String> {}

    /**
     * A source function of the user's, on a thread of its own.
     *
     * @param parallel whether several subtasks may run it
     */
    record Function<T>(SourceFunction<T> function, boolean parallel) implements SourceSpec<T> {}

    /**
     * A source of the user's that is divided into splits.
     *
     * @param strategy for the records of each split by themselves
     */
    record Splits<T>(Source<T, ?, ?> source, WatermarkStrategy<T> strategy)
            implements SourceSpec<T> {}
}
