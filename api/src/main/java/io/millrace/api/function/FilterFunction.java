package io.millrace.api.function;

/** Says which records to keep. */
@FunctionalInterface
public interface FilterFunction<T> extends Function {
    boolean filter(T value) throws Exception;
}
