package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.CLIENT;
import static io.millrace.api.ConfigOption.Scope.MASTER;
import static io.millrace.api.ConfigOption.Scope.WORKER;

import io.millrace.api.ConfigOption;
import io.millrace.api.MemorySize;
import java.time.Duration;

/** What a worker is made of: its memory, its slots, its network buffers. */
public final class TaskManagerOptions {
    private TaskManagerOptions() {}

    public static final ConfigOption<MemorySize> TOTAL_PROCESS_MEMORY =
            ConfigOption.named("taskmanager.memory.process.size", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .withDeprecatedKeys("taskmanager.heap.size")
                    .defaultValue(MemorySize.ofMebiBytes(1728))
                    .withDescription(
                            "Size of a worker's container, all memory of its process included; the"
                                    + " one setting to make. The default counts only while neither"
                                    + " taskmanager.memory.flink.size nor both"
                                    + " taskmanager.memory.task.heap.size and"
                                    + " taskmanager.memory.managed.size are set.");

    public static final ConfigOption<MemorySize> TOTAL_FLINK_MEMORY =
            ConfigOption.named("taskmanager.memory.flink.size", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .withDescription(
                            "Size of a worker without metaspace and overhead, which are added to"
                                    + " make its container.");

    public static final ConfigOption<MemorySize> FRAMEWORK_HEAP_MEMORY =
            ConfigOption.named("taskmanager.memory.framework.heap.size", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(MemorySize.ofMebiBytes(128))
                    .withDescription("Heap for the engine itself.");

    public static final ConfigOption<MemorySize> FRAMEWORK_OFF_HEAP_MEMORY =
            ConfigOption.named("taskmanager.memory.framework.off-heap.size", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(MemorySize.ofMebiBytes(128))
                    .withDescription("Direct memory for the engine itself.");

    public static final ConfigOption<MemorySize> TASK_HEAP_MEMORY =
            ConfigOption.named("taskmanager.memory.task.heap.size", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .withDescription("Heap for user code; unset: what the other parts leave.");

    public static final ConfigOption<MemorySize> TASK_OFF_HEAP_MEMORY =
            ConfigOption.named("taskmanager.memory.task.off-heap.size", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(MemorySize.ZERO)
                    .withDescription("Direct and native memory for user code.");

    public static final ConfigOption<MemorySize> MANAGED_MEMORY_SIZE =
            ConfigOption.named("taskmanager.memory.managed.size", MemorySize.class)
                    .readBy(CLIENT, MASTER, WORKER)
                    .withDeprecatedKeys("taskmanager.memory.size")
                    .withDescription(
                            "Native memory the engine hands out to operators; unset:"
                                    + " taskmanager.memory.managed.fraction counts.");

    public static final ConfigOption<Float> MANAGED_MEMORY_FRACTION =
            ConfigOption.named("taskmanager.memory.managed.fraction", Float.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(0.4f)
                    .between(0f, 0.999f)
                    .withDescription("Managed memory as a share of taskmanager.memory.flink.size.");

    public static final ConfigOption<MemorySize> NETWORK_MEMORY_MIN =
            ConfigOption.named("taskmanager.memory.network.min", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .withDeprecatedKeys("taskmanager.network.memory.min")
                    .defaultValue(MemorySize.ofMebiBytes(64))
                    .withDescription(
                            "Least memory for network buffers. The default yields to"
                                    + " taskmanager.memory.network.fraction and"
                                    + " taskmanager.memory.network.max where these are set.");

    public static final ConfigOption<MemorySize> NETWORK_MEMORY_MAX =
            ConfigOption.named("taskmanager.memory.network.max", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .withDeprecatedKeys("taskmanager.network.memory.max")
                    .defaultValue(MemorySize.MAX_VALUE)
                    .withDescription("Most memory for network buffers.");

    public static final ConfigOption<Float> NETWORK_MEMORY_FRACTION =
            ConfigOption.named("taskmanager.memory.network.fraction", Float.class)
                    .readBy(CLIENT, MASTER)
                    .withDeprecatedKeys("taskmanager.network.memory.fraction")
                    .defaultValue(0.1f)
                    .between(0f, 0.999f)
                    .withDescription("Network memory as a share of taskmanager.memory.flink.size.");

    public static final ConfigOption<MemorySize> JVM_METASPACE =
            ConfigOption.named("taskmanager.memory.jvm-metaspace.size", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(MemorySize.ofMebiBytes(256))
                    .withDescription("Metaspace of the JVM; also its limit.");

    public static final ConfigOption<MemorySize> JVM_OVERHEAD_MIN =
            ConfigOption.named("taskmanager.memory.jvm-overhead.min", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(MemorySize.ofMebiBytes(192))
                    .withDescription(
                            "Least overhead. The default yields to"
                                    + " taskmanager.memory.jvm-overhead.fraction and"
                                    + " taskmanager.memory.jvm-overhead.max where these are set.");

    public static final ConfigOption<MemorySize> JVM_OVERHEAD_MAX =
            ConfigOption.named("taskmanager.memory.jvm-overhead.max", MemorySize.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(MemorySize.ofGibiBytes(1))
                    .withDescription(
                            "Most overhead. The default yields to"
                                    + " taskmanager.memory.jvm-overhead.fraction and"
                                    + " taskmanager.memory.jvm-overhead.min where these are set.");

    public static final ConfigOption<Float> JVM_OVERHEAD_FRACTION =
            ConfigOption.named("taskmanager.memory.jvm-overhead.fraction", Float.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(0.1f)
                    .between(0f, 0.999f)
                    .withDescription(
                            "Overhead (thread stacks, code cache, collector tables, malloc) as a"
                                    + " share of the container.");

    public static final ConfigOption<MemorySize> MEMORY_SEGMENT_SIZE =
            ConfigOption.named("taskmanager.memory.segment-size", MemorySize.class)
                    .readBy(MASTER, WORKER)
                    .defaultValue(MemorySize.ofKibiBytes(32))
                    .between(MemorySize.ofKibiBytes(4), MemorySize.ofMebiBytes(1))
                    .withDescription(
                            "Size of one network buffer. Larger ones cost memory on every channel"
                                    + " and delay small records.");

    public static final ConfigOption<Integer> NUM_TASK_SLOTS =
            ConfigOption.named("taskmanager.numberOfTaskSlots", Integer.class)
                    .readBy(CLIENT, MASTER, WORKER)
                    .defaultValue(1)
                    .between(1, 1024)
                    .withDescription(
                            "Slots of a worker; each takes one subtask of every operator. A job"
                                    + " needs its parallelism divided by this many workers, rounded"
                                    + " up.");

    public static final ConfigOption<Integer> NETWORK_BUFFERS_PER_CHANNEL =
            ConfigOption.named("taskmanager.network.memory.buffers-per-channel", Integer.class)
                    .readBy(MASTER, WORKER)
                    .defaultValue(2)
                    .between(1, 1024)
                    .withDescription("Network buffers each remote input channel has for itself.");

    public static final ConfigOption<Integer> NETWORK_EXTRA_BUFFERS_PER_GATE =
            ConfigOption.named(
                            "taskmanager.network.memory.floating-buffers-per-gate", Integer.class)
                    .readBy(MASTER, WORKER)
                    .defaultValue(8)
                    .between(1, 65_536)
                    .withDescription("Network buffers the channels of an input gate share.");

    public static final ConfigOption<Duration> TASK_CANCELLATION_INTERVAL =
            ConfigOption.named("task.cancellation.interval", Duration.class)
                    .readBy(WORKER)
                    .defaultValue(Duration.ofSeconds(30))
                    .atLeast(Duration.ofMillis(1))
                    .withDescription(
                            "How often a subtask that was cancelled and has not ended is"
                                    + " interrupted again.");

    public static final ConfigOption<Duration> TASK_CANCELLATION_TIMEOUT =
            ConfigOption.named("task.cancellation.timeout", Duration.class)
                    .readBy(WORKER)
                    .defaultValue(Duration.ofSeconds(180))
                    .atLeast(Duration.ZERO)
                    .withDescription(
                            "A worker with a subtask that has not ended this long after its cancel"
                                + " ends itself, with the subtask's stack in its log; 0: never.");

    public static final ConfigOption<Duration> MASTER_LEASE =
            ConfigOption.named("taskmanager.registration.timeout", Duration.class)
                    .readBy(WORKER)
                    .defaultValue(Duration.ofMinutes(15))
                    .atLeast(Duration.ofSeconds(1))
                    .withDescription(
                            "A worker that has had no application master for this long leaves."
                                + " Unset, on YARN: five minutes longer than the cluster takes to"
                                + " notice that one is gone"
                                + " (yarn.am.liveness-monitor.expiry-interval-ms,"
                                + " yarn.nm.liveness-monitor.expiry-interval-ms). Keep it longer"
                                + " than that.");
}
