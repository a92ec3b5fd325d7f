package io.millrace.benchmarks;

import io.millrace.api.function.SinkFunction;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.local.LocalCluster;
import io.millrace.runtime.local.LocalSettings;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Workload BP: bids through two task managers into a sink that is far slower than the source, to
 * see that memory stays flat under back-pressure and how fast such a job is cancelled.
 *
 * <p>Gives one line of JSON: heap after collection and direct memory in the first and the last half
 * of the run, their peaks, and the time from cancel to the last subtask's end.
 */
final class BackPressure {
    private static final LongAdder CONSUMED = new LongAdder();

    private BackPressure() {}

    /**
     * Runs it and returns its line.
     *
     * @param spinNanos work in the sink for each record
     */
    static String run(long records, long spinNanos) throws Exception {
        Samples samples = new Samples();
        long startNanos = System.nanoTime();
        JobGraph graph = graph(records, spinNanos);
        try (LocalCluster cluster = cluster()) {
            CompletableFuture<JobResult> run = cluster.run(graph);
            long lastPrinted = 0;
            while (!run.isDone()) {
                awaitAtMost(run, 1);
                samples.take((double) CONSUMED.sum() / records);
                if (CONSUMED.sum() - lastPrinted > records / 20) {
                    lastPrinted = CONSUMED.sum();
                    System.err.printf(
                            Locale.ROOT,
                            "%,d of %,d records, %s%n",
                            lastPrinted,
                            records,
                            samples.last());
                }
            }
            if (run.get().state() != JobState.FINISHED || CONSUMED.sum() != records) {
                throw new IllegalStateException(
                        run.get() + ", records " + CONSUMED.sum() + " of " + records);
            }
        }
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        long cancelMillis = cancelMillis(records, spinNanos);
        return samples.json(records, spinNanos, seconds, cancelMillis);
    }

    private static long cancelMillis(long records, long spinNanos) throws Exception {
        CONSUMED.reset();
        try (LocalCluster cluster = cluster()) {
            CompletableFuture<JobResult> run = cluster.run(graph(records, spinNanos));
            while (CONSUMED.sum() < records / 100 && !run.isDone()) {
                awaitAtMost(run, 1);
            }
            long from = System.nanoTime();
            cluster.cancel("the benchmark");
            JobResult result = run.get();
            if (result.state() != JobState.CANCELED) {
                throw new IllegalStateException("cancelled, but it is " + result);
            }
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        }
    }

    private static void awaitAtMost(CompletableFuture<JobResult> run, int seconds)
            throws Exception {
        try {
            run.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // the caller looks again
        }
    }

    private static LocalCluster cluster() {
        return new LocalCluster(
                new LocalSettings(2, 1, 16 << 20, 64 << 20, Duration.ofSeconds(30)),
                BackPressure.class.getClassLoader());
    }

    private static JobGraph graph(long records, long spinNanos) throws Exception {
        return Programs.graph(
                Programs.bidsByAuction(records, 10_000, new SpinningSink(spinNanos)),
                "back-pressure",
                2);
    }

    private static final class SpinningSink implements SinkFunction<Bid> {
        private static final long serialVersionUID = 1L;
        private final long spinNanos;

        SpinningSink(long spinNanos) {
            this.spinNanos = spinNanos;
        }

        @Override
        public void invoke(Bid bid, Context context) {
            long until = System.nanoTime() + spinNanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            CONSUMED.increment();
        }
    }

    /** Memory over the run: heap right after a full collection, direct memory as it is. */
    private static final class Samples {
        private final List<long[]> firstHalf = new ArrayList<>();
        private final List<long[]> lastHalf = new ArrayList<>();
        private long[] last = {0, 0};

        void take(double done) {
            // a full collection, as a young one leaves what is dead in the old generation
            System.gc();
            long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            long direct = 0;
            for (BufferPoolMXBean pool :
                    ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
                direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
            }
            last = new long[] {heap, direct};
            // the first tenth is start-up: class loading, pools being filled
            if (done >= 0.1) {
                (done < 0.55 ? firstHalf : lastHalf).add(last);
            }
        }

        String last() {
            return "heap after collection "
                    + (last[0] >> 10)
                    + " KiB, direct "
                    + (last[1] >> 10)
                    + " KiB";
        }

        private static long peak(List<long[]> samples, int what) {
            return samples.stream().mapToLong(sample -> sample[what]).max().orElse(0);
        }

        String json(long records, long spinNanos, double seconds, long cancelMillis) {
            long gcMillis =
                    ManagementFactory.getGarbageCollectorMXBeans().stream()
                            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                            .sum();
            return String.format(
                    Locale.ROOT,
                    "{\"workload\":\"BP\",\"records\":%d,\"spinNanos\":%d,\"seconds\":%.1f,\"maxHeapBytes\":%d,"
                        + "\"heapAfterGcPeakFirstHalf\":%d,\"heapAfterGcPeakLastHalf\":%d,"
                        + "\"directPeakFirstHalf\":%d,\"directPeakLastHalf\":%d,\"gcMillis\":%d,\"cancelMillis\":%d}",
                    records,
                    spinNanos,
                    seconds,
                    Runtime.getRuntime().maxMemory(),
                    peak(firstHalf, 0),
                    peak(lastHalf, 0),
                    peak(firstHalf, 1),
                    peak(lastHalf, 1),
                    gcMillis,
                    cancelMillis);
        }
    }
}
