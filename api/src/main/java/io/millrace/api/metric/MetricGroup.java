package io.millrace.api.metric;

import java.util.Map;

/**
 * Registers metrics under names; groups lie within groups.
 *
 * <p>Invariant: a name is used once in a group; of two metrics with one name the first stays, and
 * the second is not reported.
 *
 * <p>Threads: any.
 */
public interface MetricGroup {

    /** A new counter under the name. */
    default Counter counter(String name) {
        return counter(name, new SimpleCounter());
    }

    default Counter counter(int name) {
        return counter(String.valueOf(name));
    }

    /** Registers a counter of the user's. */
    <C extends Counter> C counter(String name, C counter);

    default <C extends Counter> C counter(int name, C counter) {
        return counter(String.valueOf(name), counter);
    }

    <T, G extends Gauge<T>> G gauge(String name, G gauge);

    default <T, G extends Gauge<T>> G gauge(int name, G gauge) {
        return gauge(String.valueOf(name), gauge);
    }

    <H extends Histogram> H histogram(String name, H histogram);

    default <H extends Histogram> H histogram(int name, H histogram) {
        return histogram(String.valueOf(name), histogram);
    }

    <M extends Meter> M meter(String name, M meter);

    default <M extends Meter> M meter(int name, M meter) {
        return meter(String.valueOf(name), meter);
    }

    /** The group of this name within this one; made if there is none. */
    MetricGroup addGroup(String name);

    default MetricGroup addGroup(int name) {
        return addGroup(String.valueOf(name));
    }

    /** A group for a key with a group for one of its values in it; returns the inner one. */
    MetricGroup addGroup(String key, String value);

    /** Names from the outermost group to this one. */
    String[] getScopeComponents();

    /** Keys and values of {@link #addGroup(String, String)} on the way to this group. */
    Map<String, String> getAllVariables();

    /** The scope and the name, with dots between. */
    String getMetricIdentifier(String metricName);
}
