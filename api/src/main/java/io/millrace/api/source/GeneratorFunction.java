package io.millrace.api.source;

import io.millrace.api.function.Function;

/** Makes a record of a number. */
@FunctionalInterface
public interface GeneratorFunction<T, O> extends Function {

    default void open(SourceReaderContext readerContext) throws Exception {}

    default void close() throws Exception {}

    O map(T value) throws Exception;
}
