package io.millrace.api.function;

/** Takes the key out of a record; the same record must always give an equal key. */
@FunctionalInterface
public interface KeySelector<T, K> extends Function {
    K getKey(T value) throws Exception;
}
