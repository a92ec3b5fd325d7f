package io.millrace.runtime.local;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Clusters for tests of whole jobs, the options that such jobs are run with, and what must come
 * out.
 */
final class LocalJobs {
    private static final int NETWORK_BYTES = 4 << 20;
    private static final int MANAGED_BYTES = 64 << 20;
    private static final int SECONDS = 120;

    private LocalJobs() {}

    /** With more than one worker records travel over TCP between them. */
    static LocalCluster cluster(int workers, int slotsPerWorker) {
        return new LocalCluster(
                new LocalSettings(
                        workers,
                        slotsPerWorker,
                        NETWORK_BYTES,
                        MANAGED_BYTES,
                        Duration.ofMillis(100)),
                LocalJobs.class.getClassLoader());
    }

    /** Runs a job to its end, in a cluster of its own. */
    static JobResult run(int workers, int slotsPerWorker, JobGraph graph) throws Exception {
        try (LocalCluster cluster = cluster(workers, slotsPerWorker)) {
            return cluster.run(graph).get(SECONDS, TimeUnit.SECONDS);
        }
    }

    /**
     * Checkpoints into a folder.
     *
     * @param interval as the option takes it
     */
    static Map<String, String> checkpoints(Path folder, String interval) {
        Map<String, String> options = new HashMap<>();
        options.put("execution.checkpointing.interval", interval);
        options.put("execution.checkpointing.dir", folder.toUri().toString());
        return options;
    }

    /** The same of a job that is started again at once when it fails. */
    static Map<String, String> checkpointsAndRestarts(Path folder, String interval) {
        Map<String, String> options = checkpoints(folder, interval);
        options.put("restart-strategy.type", "fixed-delay");
        options.put("restart-strategy.fixed-delay.delay", "10 ms");
        return options;
    }

    /** The sums of all numbers from a first to a last one, by their remainders. */
    static Map<Long, Long> sumsByRemainder(long first, long last, int divisor) {
        Map<Long, Long> sums = new TreeMap<>();
        for (long number = first; number <= last; number++) {
            sums.merge(number % divisor, number, Long::sum);
        }
        return sums;
    }
}
