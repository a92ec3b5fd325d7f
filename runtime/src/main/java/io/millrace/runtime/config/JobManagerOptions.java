package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.CLIENT;
import static io.millrace.api.ConfigOption.Scope.MASTER;
import static io.millrace.api.ConfigOption.Scope.WORKER;

import io.millrace.api.ConfigOption;
import io.millrace.api.MemorySize;
import java.time.Duration;

/** What the application master is made of, and its patience with workers. */
public final class JobManagerOptions {
    private JobManagerOptions() {}

    public static final ConfigOption<MemorySize> TOTAL_PROCESS_MEMORY =
            ConfigOption.named("jobmanager.memory.process.size", MemorySize.class)
                    .readBy(CLIENT)
                    .withDeprecatedKeys("jobmanager.heap.size")
                    .defaultValue(MemorySize.ofMebiBytes(1600))
                    .withDescription(
                            "Size of the application master's container, all memory of its process"
                                    + " included. The default counts only while neither"
                                    + " jobmanager.memory.flink.size nor"
                                    + " jobmanager.memory.heap.size is set.");

    public static final ConfigOption<MemorySize> TOTAL_FLINK_MEMORY =
            ConfigOption.named("jobmanager.memory.flink.size", MemorySize.class)
                    .readBy(CLIENT)
                    .withDescription(
                            "Size of the application master without metaspace and overhead, which"
                                    + " are added to make its container.");

    public static final ConfigOption<MemorySize> JVM_HEAP_MEMORY =
            ConfigOption.named("jobmanager.memory.heap.size", MemorySize.class)
                    .readBy(CLIENT)
                    .withDescription(
                            "Heap of the application master; unset: what the rest leaves.");

    public static final ConfigOption<MemorySize> OFF_HEAP_MEMORY =
            ConfigOption.named("jobmanager.memory.off-heap.size", MemorySize.class)
                    .readBy(CLIENT)
                    .defaultValue(MemorySize.ofMebiBytes(128))
                    .withDescription("Direct and native memory of the application master.");

    public static final ConfigOption<Boolean> JVM_DIRECT_MEMORY_LIMIT_ENABLED =
            ConfigOption.named("jobmanager.memory.enable-jvm-direct-memory-limit", Boolean.class)
                    .readBy(CLIENT)
                    .defaultValue(false)
                    .withDescription(
                            "Whether jobmanager.memory.off-heap.size is also the JVM's limit of"
                                    + " direct memory.");

    public static final ConfigOption<MemorySize> JVM_METASPACE =
            ConfigOption.named("jobmanager.memory.jvm-metaspace.size", MemorySize.class)
                    .readBy(CLIENT)
                    .defaultValue(MemorySize.ofMebiBytes(256))
                    .withDescription("Metaspace of the JVM; also its limit.");

    public static final ConfigOption<MemorySize> JVM_OVERHEAD_MIN =
            ConfigOption.named("jobmanager.memory.jvm-overhead.min", MemorySize.class)
                    .readBy(CLIENT)
                    .defaultValue(MemorySize.ofMebiBytes(192))
                    .withDescription(
                            "Least overhead. The default yields to"
                                    + " jobmanager.memory.jvm-overhead.fraction and"
                                    + " jobmanager.memory.jvm-overhead.max where these are set.");

    public static final ConfigOption<MemorySize> JVM_OVERHEAD_MAX =
            ConfigOption.named("jobmanager.memory.jvm-overhead.max", MemorySize.class)
                    .readBy(CLIENT)
                    .defaultValue(MemorySize.ofGibiBytes(1))
                    .withDescription(
                            "Most overhead. The default yields to"
                                    + " jobmanager.memory.jvm-overhead.fraction and"
                                    + " jobmanager.memory.jvm-overhead.min where these are set.");

    public static final ConfigOption<Float> JVM_OVERHEAD_FRACTION =
            ConfigOption.named("jobmanager.memory.jvm-overhead.fraction", Float.class)
                    .readBy(CLIENT)
                    .defaultValue(0.1f)
                    .between(0f, 0.999f)
                    .withDescription("Overhead as a share of the container.");

    public static final ConfigOption<Duration> HEARTBEAT_INTERVAL =
            ConfigOption.named("heartbeat.interval", Duration.class)
                    .readBy(MASTER, WORKER)
                    .defaultValue(Duration.ofSeconds(10))
                    .atLeast(Duration.ofMillis(1))
                    .withDescription("How often master and workers say that they live.");

    public static final ConfigOption<Duration> HEARTBEAT_TIMEOUT =
            ConfigOption.named("heartbeat.timeout", Duration.class)
                    .readBy(MASTER, WORKER)
                    .defaultValue(Duration.ofSeconds(50))
                    .atLeast(Duration.ofMillis(2))
                    .withDescription(
                            "Silence after which the other side counts as lost; longer than"
                                    + " heartbeat.interval.");

    public static final ConfigOption<Duration> SLOT_REQUEST_TIMEOUT =
            ConfigOption.named("slot.request.timeout", Duration.class)
                    .readBy(MASTER)
                    .defaultValue(Duration.ofMinutes(5))
                    .atLeast(Duration.ofMillis(1))
                    .withDescription(
                            "How long a job waits for its workers, with a line that says what it"
                                    + " waits for, before it fails.");

    public static final ConfigOption<Double> START_WORKER_MAX_FAILURE_RATE =
            ConfigOption.named("resourcemanager.start-worker.max-failure-rate", Double.class)
                    .readBy(MASTER)
                    .defaultValue(10.0)
                    .atLeast(0.1)
                    .withDescription(
                            "Workers that may fail to start in a minute before the master waits for"
                                    + " resourcemanager.start-worker.retry-interval.");

    public static final ConfigOption<Duration> PREVIOUS_WORKER_RECOVERY_TIMEOUT =
            ConfigOption.named("resourcemanager.previous-worker.recovery.timeout", Duration.class)
                    .readBy(MASTER)
                    .defaultValue(Duration.ofSeconds(60))
                    .atLeast(Duration.ZERO)
                    .withDescription(
                            "How long a new attempt of the master waits for workers of the attempt"
                                + " before it to reconnect; then it releases their containers.");

    public static final ConfigOption<String> HA_STORAGE_PATH =
            ConfigOption.named("high-availability.storageDir", String.class)
                    .readBy(CLIENT, MASTER)
                    .withDescription(
                            "Directory of the job records, in which the next attempt of the master"
                                    + " finds what it must know; unset: below"
                                    + " yarn.staging-directory.");
}
