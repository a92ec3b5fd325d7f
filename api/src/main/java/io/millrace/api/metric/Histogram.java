package io.millrace.api.metric;

/** How numbers are distributed. */
public interface Histogram extends Metric {
    void update(long value);

    /** How many numbers it was ever given. */
    long getCount();

    /** The distribution as it is now. */
    HistogramStatistics getStatistics();
}
