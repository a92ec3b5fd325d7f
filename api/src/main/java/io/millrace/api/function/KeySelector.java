package io.millrace.api.function;

/**
 * Takes the key out of a record; the same record must always give an equal key.
 *
 * <p>It is called by the task that sends a record and by the one that reads it, and there more than
 * once: first some records ahead, so that their state is in the processor's cache in their turn.
 */
@FunctionalInterface
public interface KeySelector<T, K> extends Function {
    K getKey(T value) throws Exception;
}
