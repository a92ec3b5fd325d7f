package io.millrace.api.metric;

/** The distribution of the numbers that a histogram remembers. */
public abstract class HistogramStatistics {
    /**
     * The number below which this part of the numbers lies.
     *
     * @param quantile 0 to 1
     */
    public abstract double getQuantile(double quantile);

    /** The numbers, in no particular order. */
    public abstract long[] getValues();

    /** How many numbers there are. */
    public abstract int size();

    public abstract double getMean();

    public abstract double getStdDev();

    public abstract long getMax();

    public abstract long getMin();
}
