package io.millrace.api.metric;

import java.util.Arrays;

/**
 * The exact distribution of the last numbers.
 *
 * <p>Threads: {@link #update} by one, the rest by any.
 */
public class DescriptiveStatisticsHistogram implements Histogram {
    private final long[] window;
    private long count;

    /**
     * @param windowSize how many numbers it remembers, at least 1
     */
    public DescriptiveStatisticsHistogram(int windowSize) {
        if (windowSize < 1) {
            throw new IllegalArgumentException(
                    "A histogram over the last "
                            + windowSize
                            + " numbers shows nothing: let it remember one at least.");
        }
        this.window = new long[windowSize];
    }

    @Override
    public synchronized void update(long value) {
        window[(int) (count++ % window.length)] = value;
    }

    @Override
    public synchronized long getCount() {
        return count;
    }

    @Override
    public synchronized HistogramStatistics getStatistics() {
        return new Snapshot(Arrays.copyOf(window, (int) Math.min(count, window.length)));
    }

    /** Exact statistics of the numbers in the window. */
    private static final class Snapshot extends HistogramStatistics {
        private final long[] sorted;

        Snapshot(long[] values) {
            this.sorted = values;
            Arrays.sort(sorted);
        }

        /** Between the two nearest ranks, in proportion; 0 of no numbers. */
        @Override
        public double getQuantile(double quantile) {
            if (sorted.length == 0) {
                return 0;
            }
            double rank = quantile * (sorted.length - 1);
            int below = (int) Math.max(0, Math.min(sorted.length - 1, Math.floor(rank)));
            int above = Math.min(sorted.length - 1, below + 1);
            return sorted[below] + (rank - below) * ((double) sorted[above] - sorted[below]);
        }

        @Override
        public long[] getValues() {
            return sorted.clone();
        }

        @Override
        public int size() {
            return sorted.length;
        }

        @Override
        public double getMean() {
            return Arrays.stream(sorted).average().orElse(0);
        }

        @Override
        public double getStdDev() {
            if (sorted.length < 2) {
                return 0;
            }
            double mean = getMean();
            double squares = Arrays.stream(sorted).mapToDouble(v -> (v - mean) * (v - mean)).sum();
            return Math.sqrt(squares / (sorted.length - 1));
        }

        @Override
        public long getMax() {
            return sorted.length == 0 ? 0 : sorted[sorted.length - 1];
        }

        @Override
        public long getMin() {
            return sorted.length == 0 ? 0 : sorted[0];
        }
    }
}
