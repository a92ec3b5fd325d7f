package io.millrace.api.metric;

import static java.util.Objects.requireNonNull;

/**
 * The rate at which a counter grew during the last seconds.
 *
 * <p>Shape: the counter is looked at every {@value View#UPDATE_INTERVAL_SECONDS} seconds; the rate
 * is over the time span given, rounded down to a multiple of that, and once round at least.
 */
public class MeterView implements Meter, View {
    private static final int DEFAULT_SPAN_SECONDS = 60;

    private final Counter counter;
    private final int spanSeconds;

    /** The counter's values of the last looks, as a ring. */
    private final long[] seen;

    private int at;
    private volatile double rate;

    /**
     * Counts by itself.
     *
     * @param timeSpanInSeconds over which the rate is taken
     */
    public MeterView(int timeSpanInSeconds) {
        this(new SimpleCounter(), timeSpanInSeconds);
    }

    /** Over the last minute. */
    public MeterView(Counter counter) {
        this(counter, DEFAULT_SPAN_SECONDS);
    }

    public MeterView(Counter counter, int timeSpanInSeconds) {
        this.counter = requireNonNull(counter, "counter");
        this.spanSeconds =
                Math.max(
                        timeSpanInSeconds - timeSpanInSeconds % UPDATE_INTERVAL_SECONDS,
                        UPDATE_INTERVAL_SECONDS);
        this.seen = new long[spanSeconds / UPDATE_INTERVAL_SECONDS + 1];
    }

    @Override
    public void markEvent() {
        counter.inc();
    }

    @Override
    public void markEvent(long n) {
        counter.inc(n);
    }

    @Override
    public long getCount() {
        return counter.getCount();
    }

    @Override
    public double getRate() {
        return rate;
    }

    @Override
    public void update() {
        at = (at + 1) % seen.length;
        seen[at] = counter.getCount();
        // behind the newest value in the ring lies the oldest, a whole time span older
        rate = (double) (seen[at] - seen[(at + 1) % seen.length]) / spanSeconds;
    }
}
