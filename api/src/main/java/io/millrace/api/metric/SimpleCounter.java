package io.millrace.api.metric;

/** A counter with one writing thread. */
public class SimpleCounter implements Counter {
    // without a fence: it is read a little late, and a fence on each record is dear
    private long count;

    @Override
    public void inc() {
        count++;
    }

    @Override
    public void inc(long n) {
        count += n;
    }

    @Override
    public void dec() {
        count--;
    }

    @Override
    public void dec(long n) {
        count -= n;
    }

    @Override
    public long getCount() {
        return count;
    }
}
