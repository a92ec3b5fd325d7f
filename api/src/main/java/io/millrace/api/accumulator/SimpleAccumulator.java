package io.millrace.api.accumulator;

import java.io.Serializable;

/**
 * An accumulator whose result has the type of the values added.
 *
 * @param <T> that type
 */
public interface SimpleAccumulator<T extends Serializable> extends Accumulator<T, T> {}
