package io.millrace.runtime.metrics;

import static java.util.Objects.requireNonNull;

/**
 * What a metric of a user function showed at a moment.
 *
 * @param name the operator, the groups and the metric's own name, with dots between
 * @param count of a counter, a meter or a histogram; 0 of a gauge
 * @param rate of a meter, in events a second; 0 of others
 * @param text of a gauge or a histogram, for people, bounded; else empty
 */
public record MetricValue(String name, Kind kind, long count, double rate, String text) {

    public MetricValue {
        requireNonNull(name, "name");
        requireNonNull(kind, "kind");
        requireNonNull(text, "text");
    }

    /** What kind of metric it is. */
    public enum Kind {
        COUNTER,
        GAUGE,
        METER,
        HISTOGRAM
    }
}
