package io.millrace.runtime.checkpoint;

import io.millrace.api.Configuration;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.CheckpointOptions.Mode;
import io.millrace.runtime.config.CheckpointOptions.Retention;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.exchange.Overtaking;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * When and how a job is checkpointed.
 *
 * @param interval between two triggers; zero: only savepoints are taken
 * @param minPause between the end of one and the trigger of the next
 * @param timeout after which one is given up
 * @param maxConcurrent that may be on their way at a time
 * @param tolerableFailures in a row; one more fails the job
 * @param retained complete ones that are kept
 * @param retention what becomes of them when the job is cancelled
 * @param directory below which the job's folder lies; null if it is not set, which it is if the job
 *     is periodic
 */
public record CheckpointSettings(
        Duration interval,
        Duration minPause,
        Duration timeout,
        int maxConcurrent,
        int tolerableFailures,
        int retained,
        Retention retention,
        Mode mode,
        String directory) {

    /**
     * Those of a job; the interval is zero if it takes checkpoints only when it is asked to.
     *
     * @throws IllegalArgumentException if it takes some by itself and says not where to
     */
    public static CheckpointSettings of(ParsedConfiguration options) {
        Duration interval = options.getIfSet(CheckpointOptions.INTERVAL).orElse(Duration.ZERO);
        String directory = options.getIfSet(CheckpointOptions.DIRECTORY).orElse(null);
        if (!interval.isZero() && directory == null) {
            throw new IllegalArgumentException(
                    "execution.checkpointing.interval is "
                            + interval.toMillis()
                            + " ms, but execution.checkpointing.dir is not set: set it to a folder"
                            + " that all workers reach, for example on HDFS.");
        }
        return new CheckpointSettings(
                interval,
                options.get(CheckpointOptions.MIN_PAUSE),
                options.get(CheckpointOptions.TIMEOUT),
                options.get(CheckpointOptions.MAX_CONCURRENT),
                options.get(CheckpointOptions.TOLERABLE_FAILURES),
                options.get(CheckpointOptions.NUM_RETAINED),
                options.get(CheckpointOptions.RETENTION),
                options.get(CheckpointOptions.MODE),
                directory);
    }

    /** Whether checkpoints are taken without anybody asking. */
    public boolean isPeriodic() {
        return !interval.isZero();
    }

    /** The same, of a job's configuration. */
    public static boolean arePeriodic(Map<String, String> configuration) {
        return ParsedConfiguration.of(Configuration.fromMap(configuration))
                .getIfSet(CheckpointOptions.INTERVAL)
                .map(interval -> !interval.isZero())
                .orElse(false);
    }

    /**
     * After how many milliseconds since the trigger of a checkpoint its barriers overtake records;
     * {@link Overtaking#NO_TIMEOUT} if they never do.
     */
    public static long alignedTimeoutMillis(ParsedConfiguration options) {
        Optional<Boolean> unaligned = options.getIfSet(CheckpointOptions.UNALIGNED);
        if (options.get(CheckpointOptions.MODE) != CheckpointOptions.Mode.EXACTLY_ONCE
                || unaligned.isPresent() && !unaligned.get()) {
            return Overtaking.NO_TIMEOUT;
        }
        return options.getIfSet(CheckpointOptions.ALIGNED_TIMEOUT)
                .orElse(
                        unaligned.isPresent()
                                ? Duration.ZERO
                                : CheckpointOptions.DEFAULT_ALIGNED_TIMEOUT)
                .toMillis();
    }
}
