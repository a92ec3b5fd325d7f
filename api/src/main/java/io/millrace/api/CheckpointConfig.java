package io.millrace.api;

import static java.util.Objects.requireNonNull;

import io.millrace.api.fs.Path;
import java.net.URI;
import java.time.Duration;

/**
 * What a program sets about checkpoints.
 *
 * <p>Shape: a view of option keys in a {@link Configuration}; only what the program has set is in
 * there, so that the launcher's options and the defaults hold for everything else.
 *
 * <p>Threads: belongs to the thread that runs the program's main method.
 */
public final class CheckpointConfig {
    private static final String INTERVAL = "execution.checkpointing.interval";
    private static final String MODE = "execution.checkpointing.mode";
    private static final String TIMEOUT = "execution.checkpointing.timeout";
    private static final String MIN_PAUSE = "execution.checkpointing.min-pause";
    private static final String MAX_CONCURRENT =
            "execution.checkpointing.max-concurrent-checkpoints";
    private static final String TOLERABLE_FAILED =
            "execution.checkpointing.tolerable-failed-checkpoints";
    private static final String RETENTION =
            "execution.checkpointing.externalized-checkpoint-retention";
    private static final String UNALIGNED = "execution.checkpointing.unaligned.enabled";
    private static final String ALIGNED_TIMEOUT =
            "execution.checkpointing.aligned-checkpoint-timeout";
    private static final String DIRECTORY = "execution.checkpointing.dir";

    /** What becomes of the checkpoints of a job that was cancelled. */
    public enum ExternalizedCheckpointCleanup {
        DELETE_ON_CANCELLATION,
        RETAIN_ON_CANCELLATION,
        NO_EXTERNALIZED_CHECKPOINTS
    }

    private final Configuration configuration;

    CheckpointConfig(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Whether the program has set an interval. */
    public boolean isCheckpointingEnabled() {
        return getCheckpointInterval() > 0;
    }

    /** In milliseconds; -1 if the program has set none. */
    public long getCheckpointInterval() {
        return OptionText.millis(configuration, INTERVAL, -1);
    }

    /**
     * @param intervalMillis from the start of one checkpoint to that of the next, at least 10
     */
    public CheckpointConfig setCheckpointInterval(long intervalMillis) {
        if (intervalMillis < 10) {
            throw new InvalidProgramException(
                    "The checkpoint interval was set to "
                            + intervalMillis
                            + " ms, but it must be at least 10 ms.");
        }
        return millis(INTERVAL, intervalMillis);
    }

    public CheckpointingMode getCheckpointingMode() {
        return CheckpointingMode.valueOf(
                configuration.getString(MODE, CheckpointingMode.EXACTLY_ONCE.name()));
    }

    public CheckpointConfig setCheckpointingMode(CheckpointingMode mode) {
        configuration.setString(MODE, requireNonNull(mode, "mode").name());
        return this;
    }

    /** In milliseconds; -1 if the program has set none. */
    public long getCheckpointTimeout() {
        return OptionText.millis(configuration, TIMEOUT, -1);
    }

    /**
     * @param timeoutMillis after which a checkpoint is given up, at least 10
     */
    public CheckpointConfig setCheckpointTimeout(long timeoutMillis) {
        if (timeoutMillis < 10) {
            throw new InvalidProgramException(
                    "The checkpoint timeout was set to "
                            + timeoutMillis
                            + " ms, but it must be at least 10 ms.");
        }
        return millis(TIMEOUT, timeoutMillis);
    }

    /** In milliseconds; -1 if the program has set none. */
    public long getMinPauseBetweenCheckpoints() {
        return OptionText.millis(configuration, MIN_PAUSE, -1);
    }

    /**
     * @param pauseMillis from the end of one checkpoint to the start of the next, 0 or more
     */
    public CheckpointConfig setMinPauseBetweenCheckpoints(long pauseMillis) {
        return millis(
                MIN_PAUSE, Limits.notNegativeMillis(pauseMillis, "The pause between checkpoints"));
    }

    /** Checkpoints that may be under way at the same time, at least 1. */
    public CheckpointConfig setMaxConcurrentCheckpoints(int checkpoints) {
        if (checkpoints < 1) {
            throw new InvalidProgramException(
                    "The number of concurrent checkpoints was set to "
                            + checkpoints
                            + ", but it must be at least 1.");
        }
        configuration.setString(MAX_CONCURRENT, Integer.toString(checkpoints));
        return this;
    }

    /** Checkpoints in a row that may fail before the job does, 0 or more. */
    public CheckpointConfig setTolerableCheckpointFailureNumber(int checkpoints) {
        if (checkpoints < 0) {
            throw new InvalidProgramException(
                    "The number of tolerable checkpoint failures was set to "
                            + checkpoints
                            + ", but it must be 0 or more.");
        }
        configuration.setString(TOLERABLE_FAILED, Integer.toString(checkpoints));
        return this;
    }

    /** As {@link #setTolerableCheckpointFailureNumber}, with none or any; for older programs. */
    public CheckpointConfig setFailOnCheckpointingErrors(boolean failOnCheckpointingErrors) {
        return setTolerableCheckpointFailureNumber(
                failOnCheckpointingErrors ? 0 : Integer.MAX_VALUE);
    }

    public CheckpointConfig setExternalizedCheckpointCleanup(
            ExternalizedCheckpointCleanup cleanup) {
        configuration.setString(RETENTION, requireNonNull(cleanup, "cleanup").name());
        return this;
    }

    /** The same under the name that newer programs use. */
    public CheckpointConfig setExternalizedCheckpointRetention(
            ExternalizedCheckpointRetention retention) {
        configuration.setString(RETENTION, requireNonNull(retention, "retention").name());
        return this;
    }

    /** The same under the name that older programs use. */
    public CheckpointConfig enableExternalizedCheckpoints(ExternalizedCheckpointCleanup cleanup) {
        return setExternalizedCheckpointCleanup(cleanup);
    }

    /** Barriers overtake records from the start, or when a time-out that is set has passed. */
    public CheckpointConfig enableUnalignedCheckpoints() {
        return enableUnalignedCheckpoints(true);
    }

    /**
     * @param enabled false: barriers never overtake records, which they otherwise do when they have
     *     waited for 2 seconds
     */
    public CheckpointConfig enableUnalignedCheckpoints(boolean enabled) {
        configuration.setString(UNALIGNED, Boolean.toString(enabled));
        return this;
    }

    /**
     * For programs with loops in their graph, in which barriers must not overtake unless it is
     * forced; there are none here, and nothing changes.
     */
    public CheckpointConfig setForceUnalignedCheckpoints(boolean forceUnalignedCheckpoints) {
        return this;
    }

    /** How long barriers wait for records before them until they overtake them. */
    public CheckpointConfig setAlignedCheckpointTimeout(Duration timeout) {
        return millis(
                ALIGNED_TIMEOUT,
                Limits.notNegativeMillis(timeout.toMillis(), "The aligned checkpoint timeout"));
    }

    /** As {@link #setAlignedCheckpointTimeout}, for older programs. */
    public CheckpointConfig setAlignmentTimeout(Duration timeout) {
        return setAlignedCheckpointTimeout(timeout);
    }

    /** The directory that checkpoints are written to. */
    public CheckpointConfig setCheckpointStorage(String directory) {
        configuration.setString(DIRECTORY, requireNonNull(directory, "directory"));
        return this;
    }

    /** The directory that checkpoints are written to. */
    public CheckpointConfig setCheckpointStorage(URI directory) {
        return setCheckpointStorage(directory.toString());
    }

    /** The directory that checkpoints are written to. */
    public CheckpointConfig setCheckpointStorage(Path directory) {
        return setCheckpointStorage(directory.toUri());
    }

    private CheckpointConfig millis(String key, long millis) {
        configuration.setString(key, millis + " ms");
        return this;
    }
}
