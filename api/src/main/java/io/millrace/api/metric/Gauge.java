package io.millrace.api.metric;

/**
 * A value that is asked for when it is reported.
 *
 * @param <T> type of the value; its {@code toString()} is what people see
 */
@FunctionalInterface
public interface Gauge<T> extends Metric {
    T getValue();
}
