package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.JOB;

import io.millrace.api.ConfigOption;
import java.time.Duration;

/** When and where a job's state is saved. */
public final class CheckpointOptions {
    private CheckpointOptions() {}

    /** What a restored job promises. */
    public enum Mode {
        EXACTLY_ONCE,
        AT_LEAST_ONCE
    }

    /** What becomes of checkpoints when the job is cancelled. */
    public enum Retention {
        RETAIN_ON_CANCELLATION,
        DELETE_ON_CANCELLATION,
        NO_EXTERNALIZED_CHECKPOINTS
    }

    public static final ConfigOption<Duration> INTERVAL =
            ConfigOption.named("execution.checkpointing.interval", Duration.class)
                    .readBy(JOB)
                    .atLeast(Duration.ZERO)
                    .withDescription(
                            "Time from the trigger of one checkpoint to that of the next; unset or"
                                    + " 0: none is taken, and a failed job starts from nothing.");

    public static final ConfigOption<String> DIRECTORY =
            ConfigOption.named("execution.checkpointing.dir", String.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("state.checkpoints.dir", "state.backend.fs.checkpointdir")
                    .withDescription(
                            "Folder that checkpoints are written to, below it one folder a job;"
                                    + " all workers must reach it, on HDFS for example. Must be set"
                                    + " where checkpoints are taken, except locally: there a"
                                    + " temporary folder does.");

    public static final ConfigOption<String> SAVEPOINT_DIRECTORY =
            ConfigOption.named("execution.checkpointing.savepoint-dir", String.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("state.savepoints.dir", "savepoints.state.backend.fs.dir")
                    .withDescription(
                            "Folder below which each savepoint makes one of its own, where the"
                                    + " command names none. Unset: the folder of the checkpoints.");

    public static final ConfigOption<Mode> MODE =
            ConfigOption.named("execution.checkpointing.mode", Mode.class)
                    .readBy(JOB)
                    .defaultValue(Mode.EXACTLY_ONCE)
                    .withDescription(
                            "EXACTLY_ONCE holds an input back while barriers of the others are"
                                    + " awaited, AT_LEAST_ONCE does not and may count records"
                                    + " twice after a failure.");

    public static final ConfigOption<Boolean> UNALIGNED =
            ConfigOption.named("execution.checkpointing.unaligned.enabled", Boolean.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("execution.checkpointing.unaligned")
                    .withDescription(
                            "Whether barriers overtake records, which are saved with the"
                                    + " checkpoint. Unset: those that have waited for"
                                    + " execution.checkpointing.aligned-checkpoint-timeout do."
                                    + " true: so, and at once where no time-out is set. false:"
                                    + " none. Only with EXACTLY_ONCE; savepoints wait always.");

    public static final ConfigOption<Duration> ALIGNED_TIMEOUT =
            ConfigOption.named("execution.checkpointing.aligned-checkpoint-timeout", Duration.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("execution.checkpointing.alignment-timeout")
                    .atLeast(Duration.ZERO)
                    .withDescription(
                            "How long after the trigger of a checkpoint its barriers wait for the"
                                    + " records before them; 0: they overtake at once. Unset: 2 s,"
                                    + " or 0 if execution.checkpointing.unaligned.enabled is"
                                    + " true.");

    /** Used where no time-out is set and barriers were not asked to overtake. */
    public static final Duration DEFAULT_ALIGNED_TIMEOUT = Duration.ofSeconds(2);

    public static final ConfigOption<Boolean> INCREMENTAL =
            ConfigOption.named("execution.checkpointing.incremental", Boolean.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("state.backend.incremental")
                    .defaultValue(true)
                    .withDescription(
                            "Whether a checkpoint writes of keyed state only what has changed since"
                                    + " the last complete one, whose files it refers to; all of it"
                                    + " is written again when the changes have become as large."
                                    + " Otherwise each checkpoint stands for itself.");

    public static final ConfigOption<Duration> TIMEOUT =
            ConfigOption.named("execution.checkpointing.timeout", Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ofMinutes(10))
                    .atLeast(Duration.ofMillis(10))
                    .withDescription("A checkpoint that is not complete by then is given up.");

    public static final ConfigOption<Duration> MIN_PAUSE =
            ConfigOption.named("execution.checkpointing.min-pause", Duration.class)
                    .readBy(JOB)
                    .defaultValue(Duration.ZERO)
                    .atLeast(Duration.ZERO)
                    .withDescription(
                            "Least time between the end of one checkpoint and the trigger of the"
                                    + " next.");

    public static final ConfigOption<Integer> MAX_CONCURRENT =
            ConfigOption.named("execution.checkpointing.max-concurrent-checkpoints", Integer.class)
                    .readBy(JOB)
                    .defaultValue(1)
                    .between(1, 100)
                    .withDescription("Checkpoints that may be on their way at a time.");

    public static final ConfigOption<Integer> TOLERABLE_FAILURES =
            ConfigOption.named(
                            "execution.checkpointing.tolerable-failed-checkpoints", Integer.class)
                    .readBy(JOB)
                    .defaultValue(Integer.MAX_VALUE)
                    .atLeast(0)
                    .withDescription(
                            "Checkpoints that may fail in a row; one more fails the job, which then"
                                    + " starts again from the last complete one. By default a job"
                                    + " whose data flow never fails for its checkpoints.");

    public static final ConfigOption<Retention> RETENTION =
            ConfigOption.named(
                            "execution.checkpointing.externalized-checkpoint-retention",
                            Retention.class)
                    .readBy(JOB)
                    .defaultValue(Retention.RETAIN_ON_CANCELLATION)
                    .withDescription(
                            "Whether the checkpoints of a job that was cancelled stay. Those of a"
                                    + " job that failed always do, those of one that finished never"
                                    + " do.");

    public static final ConfigOption<Integer> NUM_RETAINED =
            ConfigOption.named("execution.checkpointing.num-retained", Integer.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("state.checkpoints.num-retained")
                    .defaultValue(1)
                    .between(1, 1000)
                    .withDescription("Complete checkpoints that are kept, the newest ones.");
}
