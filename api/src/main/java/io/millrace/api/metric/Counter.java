package io.millrace.api.metric;

/** A number that goes up and down. The job's value is the sum of its subtasks'. */
public interface Counter extends Metric {
    void inc();

    void inc(long n);

    void dec();

    void dec(long n);

    long getCount();
}
