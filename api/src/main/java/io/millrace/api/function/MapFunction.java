package io.millrace.api.function;

/** One record out for each record in. */
@FunctionalInterface
public interface MapFunction<T, O> extends Function {
    O map(T value) throws Exception;
}
