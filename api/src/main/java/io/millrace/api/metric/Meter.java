package io.millrace.api.metric;

/** How often something happens. */
public interface Meter extends Metric {
    /** It happened once. */
    void markEvent();

    void markEvent(long n);

    /** Events a second, over a time of the meter's own choice. */
    double getRate();

    /** All events so far. */
    long getCount();
}
