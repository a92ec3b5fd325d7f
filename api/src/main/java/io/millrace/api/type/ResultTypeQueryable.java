package io.millrace.api.type;

/** A function that knows the type of what it emits and is asked before anything is guessed. */
public interface ResultTypeQueryable<T> {
    TypeInformation<T> getProducedType();
}
