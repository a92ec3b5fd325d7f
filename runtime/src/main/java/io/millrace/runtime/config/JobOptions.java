package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.JOB;
import static io.millrace.api.ConfigOption.Scope.MASTER;
import static io.millrace.api.ConfigOption.Scope.WORKER;

import io.millrace.api.ConfigOption;
import io.millrace.api.ConfigOptions;
import io.millrace.api.MemorySize;
import io.millrace.api.RuntimeExecutionMode;
import java.time.Duration;
import java.util.List;

/** How a program becomes a job. */
public final class JobOptions {
    private JobOptions() {}

    public static final ConfigOption<Integer> DEFAULT_PARALLELISM =
            ConfigOption.named("parallelism.default", Integer.class)
                    .readBy(JOB)
                    .defaultValue(1)
                    .between(1, 32_768)
                    .withDescription(
                            "Parallelism of operators for which the program sets none (-p). Locally"
                                    + " the default is the number of processors.");

    public static final ConfigOption<Integer> MAX_PARALLELISM =
            ConfigOption.named("pipeline.max-parallelism", Integer.class)
                    .readBy(JOB)
                    .between(1, 32_768)
                    .withDescription(
                            "Number of key groups: the parallelism to which a job can ever grow."
                                    + " Unset: derived from its parallelism.");

    public static final ConfigOption<String> NAME =
            ConfigOption.named("pipeline.name", String.class)
                    .readBy(JOB)
                    .withDescription("Name of the job; unset: the one given to execute.");

    /** Read by {@link io.millrace.api.ExecutionConfig}, which also knows its quotes. */
    public static final ConfigOption<String> GLOBAL_JOB_PARAMETERS =
            ConfigOption.named("pipeline.global-job-parameters", String.class)
                    .readBy(WORKER)
                    .withDescription(
                            "Parameters that all functions can ask their runtime context for:"
                                    + " key:value pairs with commas between them; a key or value"
                                    + " with one of : , ' in it stands between single quotes.");

    /** Read by {@link io.millrace.api.ExecutionConfig#getAutoWatermarkInterval}. */
    public static final ConfigOption<Duration> AUTO_WATERMARK_INTERVAL =
            ConfigOption.named("pipeline.auto-watermark-interval", Duration.class)
                    .readBy(WORKER)
                    .defaultValue(Duration.ofMillis(200))
                    .atLeast(Duration.ZERO)
                    .withDescription(
                            "How often watermark generators are asked for a watermark; 0: only"
                                    + " those emit that do so on records.");

    public static final ConfigOption<Boolean> ALLOW_UNALIGNED_SOURCE_SPLITS =
            ConfigOption.named(
                            "pipeline.watermark-alignment.allow-unaligned-source-splits",
                            Boolean.class)
                    .readBy(WORKER)
                    .defaultValue(false)
                    .withDescription(
                            "Whether a reader with several splits that cannot let single ones rest"
                                + " may take part in an alignment of watermarks: it is then held up"
                                + " only as a whole. Otherwise its job fails when a split is"
                                + " ahead.");

    public static final ConfigOption<Boolean> OBJECT_REUSE =
            ConfigOption.named("pipeline.object-reuse", Boolean.class)
                    .readBy(JOB)
                    .defaultValue(false)
                    .withDescription(
                            "Whether a record may be handed from operator to operator without a"
                                    + " copy even where the user's code could still change it.");

    public static final ConfigOption<Boolean> OPERATOR_CHAINING =
            ConfigOption.named("pipeline.operator-chaining.enabled", Boolean.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("pipeline.operator-chaining")
                    .defaultValue(true)
                    .withDescription("Whether operators that can run in one thread do.");

    public static final ConfigOption<List<String>> CLASSPATHS =
            ConfigOptions.key("pipeline.classpaths")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .readBy(MASTER, WORKER)
                    .withDescription(
                            "URLs that every container reads classes of the user's from (-C).");

    public static final ConfigOption<RuntimeExecutionMode> RUNTIME_MODE =
            ConfigOption.named("execution.runtime-mode", RuntimeExecutionMode.class)
                    .readBy(JOB)
                    .defaultValue(RuntimeExecutionMode.STREAMING)
                    .withDescription(
                            "STREAMING emits every update of a keyed aggregate, BATCH its last one"
                                    + " at the end of bounded input, AUTOMATIC is BATCH if every"
                                    + " source is bounded.");

    public static final ConfigOption<Boolean> LOCAL_COMBINE =
            ConfigOption.named("execution.local-combine.enabled", Boolean.class)
                    .readBy(JOB)
                    .defaultValue(true)
                    .withDescription(
                            "Whether records on their way to windows are combined by key and pane"
                                    + " before they leave the worker, where nobody can tell and"
                                    + " where it makes them fewer.");

    public static final ConfigOption<Boolean> BUFFER_TIMEOUT_ENABLED =
            ConfigOption.named("execution.buffer-timeout.enabled", Boolean.class)
                    .readBy(JOB)
                    .defaultValue(true)
                    .withDescription(
                            "Whether a buffer leaves after execution.buffer-timeout.interval though"
                                    + " it is not full; false: only when it is full or its writer"
                                    + " waits.");

    public static final ConfigOption<Duration> BUFFER_TIMEOUT =
            ConfigOption.named("execution.buffer-timeout.interval", Duration.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("execution.buffer-timeout")
                    .defaultValue(Duration.ofMillis(100))
                    .atLeast(Duration.ZERO)
                    .withDescription(
                            "The longest a record waits in a buffer that is not full; 0: it never"
                                    + " waits.");

    public static final ConfigOption<Integer> COMMITTER_RETRIES =
            ConfigOption.named("sink.committer.retries", Integer.class)
                    .readBy(WORKER)
                    .defaultValue(10)
                    .atLeast(0)
                    .withDescription(
                            "How often a committer of sinkTo may try again what it could not"
                                    + " commit, with pauses from 0.1 s to 30 s, before its subtask"
                                    + " fails and is started again.");

    public static final ConfigOption<MemorySize> ACCUMULATORS_MAX_SIZE =
            ConfigOption.named("pipeline.accumulators.max-size", MemorySize.class)
                    .readBy(JOB)
                    .defaultValue(MemorySize.ofKibiBytes(256))
                    .between(MemorySize.ofKibiBytes(1), MemorySize.ofMebiBytes(16))
                    .withDescription(
                            "Limit of what the accumulators of one subtask take when they are sent"
                                    + " to the master, about once a second; a subtask that exceeds"
                                    + " it fails its job.");

    public static final ConfigOption<List<String>> LOCAL_DIRECTORIES =
            ConfigOptions.key("io.tmp.dirs")
                    .stringType()
                    .asList()
                    .defaultValue(List.of())
                    .readBy(WORKER)
                    .withDeprecatedKeys("taskmanager.tmp.dirs")
                    .withDescription(
                            "Directories on the worker's own disks, used in turns, for state that"
                                    + " does not fit into managed memory. Unset: those that YARN"
                                    + " gives the container (LOCAL_DIRS), else java.io.tmpdir.");
}
