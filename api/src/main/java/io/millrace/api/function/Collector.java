package io.millrace.api.function;

/** Takes the records that a function emits. */
public interface Collector<T> {
    void collect(T record);

    /** Flushes what is buffered; functions never need to call it. */
    default void close() {}
}
