package io.millrace.runtime.memory;

import static io.millrace.runtime.config.TaskManagerOptions.FRAMEWORK_HEAP_MEMORY;
import static io.millrace.runtime.config.TaskManagerOptions.FRAMEWORK_OFF_HEAP_MEMORY;
import static io.millrace.runtime.config.TaskManagerOptions.JVM_METASPACE;
import static io.millrace.runtime.config.TaskManagerOptions.JVM_OVERHEAD_FRACTION;
import static io.millrace.runtime.config.TaskManagerOptions.JVM_OVERHEAD_MAX;
import static io.millrace.runtime.config.TaskManagerOptions.JVM_OVERHEAD_MIN;
import static io.millrace.runtime.config.TaskManagerOptions.MANAGED_MEMORY_FRACTION;
import static io.millrace.runtime.config.TaskManagerOptions.MANAGED_MEMORY_SIZE;
import static io.millrace.runtime.config.TaskManagerOptions.NETWORK_MEMORY_FRACTION;
import static io.millrace.runtime.config.TaskManagerOptions.NETWORK_MEMORY_MAX;
import static io.millrace.runtime.config.TaskManagerOptions.NETWORK_MEMORY_MIN;
import static io.millrace.runtime.config.TaskManagerOptions.TASK_HEAP_MEMORY;
import static io.millrace.runtime.config.TaskManagerOptions.TASK_OFF_HEAP_MEMORY;
import static io.millrace.runtime.config.TaskManagerOptions.TOTAL_FLINK_MEMORY;
import static io.millrace.runtime.config.TaskManagerOptions.TOTAL_PROCESS_MEMORY;

import io.millrace.api.ConfigOption;
import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.memory.ProcessMemory.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The derivation that {@link TaskManagerMemory} describes; P, F, ... are its names for the parts.
 */
final class TaskManagerMemoryRules {

    /** Less heap than this starts no worker. */
    private static final MemorySize LEAST_HEAP = MemorySize.ofMebiBytes(32);

    private static final String PROCESS = "process";
    private static final String OVERHEAD = "  overhead";

    private final ParsedConfiguration configuration;
    private final BoundedFraction networkRule;
    private final BoundedFraction overheadRule;
    private final MemorySize frameworkHeap;
    private final MemorySize frameworkOffHeap;
    private final MemorySize taskOffHeap;
    private final MemorySize metaspace;
    private final Optional<MemorySize> taskHeapSet;
    private final Optional<MemorySize> managedSet;
    private final Optional<MemorySize> flinkSet;
    private final Optional<MemorySize> processSet;

    TaskManagerMemoryRules(ParsedConfiguration configuration, FractionPolicy policy) {
        this.configuration = configuration;
        this.networkRule =
                new BoundedFraction(
                        "the network memory",
                        NETWORK_MEMORY_FRACTION,
                        NETWORK_MEMORY_MIN,
                        NETWORK_MEMORY_MAX,
                        configuration,
                        policy);
        this.overheadRule =
                new BoundedFraction(
                        "the overhead",
                        JVM_OVERHEAD_FRACTION,
                        JVM_OVERHEAD_MIN,
                        JVM_OVERHEAD_MAX,
                        configuration,
                        policy);
        this.frameworkHeap = configuration.get(FRAMEWORK_HEAP_MEMORY);
        this.frameworkOffHeap = configuration.get(FRAMEWORK_OFF_HEAP_MEMORY);
        this.taskOffHeap = configuration.get(TASK_OFF_HEAP_MEMORY);
        this.metaspace = configuration.get(JVM_METASPACE);
        this.taskHeapSet = configuration.getIfSet(TASK_HEAP_MEMORY);
        this.managedSet = configuration.getIfSet(MANAGED_MEMORY_SIZE);
        this.flinkSet = configuration.getIfSet(TOTAL_FLINK_MEMORY);
        this.processSet = configuration.getIfSet(TOTAL_PROCESS_MEMORY);
    }

    TaskManagerMemory derive() {
        if (isFromParts()) {
            return fromParts();
        } else if (flinkSet.isPresent()) {
            return fromFlink(flinkSet.get());
        }
        MemorySize process = configuration.get(TOTAL_PROCESS_MEMORY);
        try {
            return fromProcess(process);
        } catch (ConfigurationException e) {
            throw new ConfigurationException(e.getMessage() + leastProcess(process), e);
        }
    }

    TaskManagerMemory deriveGranted(MemorySize granted) {
        TaskManagerMemory asked = derive();
        if (granted.getMebiBytes() < asked.containerMebibytes()) {
            throw new IllegalArgumentException(
                    "A container of "
                            + granted
                            + " was granted where "
                            + asked.containerMebibytes()
                            + " MiB were asked for");
        }
        if (!isFromParts() && flinkSet.isEmpty()) {
            try {
                return fromProcess(granted);
            } catch (ConfigurationException e) {
                // The parts that the user has set fit only the size asked for.
                return withExtraOverhead(asked, granted);
            }
        }
        return withExtraOverhead(asked, granted);
    }

    private boolean isFromParts() {
        return taskHeapSet.isPresent() && managedSet.isPresent();
    }

    /** Way (a). */
    private TaskManagerMemory fromParts() {
        MemorySize sum = withoutNetwork(taskHeapSet.get(), managedSet.get());
        MemorySize network =
                flinkSet.isPresent()
                        ? networkRest(flinkSet.get(), sum)
                        : networkRule.besideRest(sum);
        return aroundFlink(taskHeapSet.get(), managedSet.get(), network);
    }

    /** Way (b). */
    private TaskManagerMemory fromFlink(MemorySize flink) {
        Parts parts = divide(flink);
        return aroundFlink(parts.taskHeap, parts.managed, parts.network);
    }

    /** Way (c). */
    private TaskManagerMemory fromProcess(MemorySize process) {
        MemorySize overhead = overheadRule.ofWhole(process);
        MemorySize aside = metaspace.add(overhead);
        if (aside.compareTo(process) > 0) {
            throw new ConfigurationException(
                    TOTAL_PROCESS_MEMORY.key()
                            + " is "
                            + MemoryText.of(process)
                            + ", but "
                            + JVM_METASPACE.key()
                            + " of "
                            + MemoryText.of(metaspace)
                            + " and the overhead of "
                            + MemoryText.of(overhead)
                            + " alone need more.");
        }
        Parts parts = divide(process.subtract(aside));
        return memory(parts.taskHeap, parts.managed, parts.network, overhead, process);
    }

    private record Parts(MemorySize taskHeap, MemorySize managed, MemorySize network) {}

    private Parts divide(MemorySize flink) {
        MemorySize managed =
                managedSet.orElseGet(
                        () -> flink.multiply(configuration.get(MANAGED_MEMORY_FRACTION)));
        if (taskHeapSet.isPresent()) {
            MemorySize sum = withoutNetwork(taskHeapSet.get(), managed);
            return new Parts(taskHeapSet.get(), managed, networkRest(flink, sum));
        }
        MemorySize network = networkRule.ofWhole(flink);
        MemorySize fixed = withoutNetwork(MemorySize.ZERO, managed).add(network);
        if (fixed.compareTo(flink) > 0) {
            throw new ConfigurationException(
                    "The worker's memory without metaspace and overhead is "
                            + MemoryText.of(flink)
                            + ", but framework heap "
                            + MemoryText.of(frameworkHeap)
                            + ", framework off-heap "
                            + MemoryText.of(frameworkOffHeap)
                            + ", task off-heap "
                            + MemoryText.of(taskOffHeap)
                            + ", managed "
                            + MemoryText.of(managed)
                            + " and network "
                            + MemoryText.of(network)
                            + " need "
                            + MemoryText.of(fixed)
                            + ": raise "
                            + (flinkSet.isPresent() ? TOTAL_FLINK_MEMORY : TOTAL_PROCESS_MEMORY)
                                    .key()
                            + " or lower one of these.");
        }
        return new Parts(flink.subtract(fixed), managed, network);
    }

    /** The overhead around parts that are known. */
    private TaskManagerMemory aroundFlink(
            MemorySize taskHeap, MemorySize managed, MemorySize network) {
        MemorySize flink = withoutNetwork(taskHeap, managed).add(network);
        MemorySize rest = flink.add(metaspace);
        MemorySize overhead;
        if (processSet.isPresent()) {
            overhead =
                    overheadRule.checkRest(
                            processSet.get().getBytes() - rest.getBytes(),
                            TOTAL_PROCESS_MEMORY.key()
                                    + " of "
                                    + MemoryText.of(processSet.get())
                                    + ", "
                                    + JVM_METASPACE.key()
                                    + " of "
                                    + MemoryText.of(metaspace)
                                    + " and the other parts of "
                                    + MemoryText.of(flink));
        } else {
            overhead = overheadRule.besideRest(rest);
        }
        return memory(taskHeap, managed, network, overhead, rest.add(overhead));
    }

    private MemorySize networkRest(MemorySize flink, MemorySize sum) {
        return networkRule.checkRest(
                flink.getBytes() - sum.getBytes(),
                "The worker's memory without metaspace and overhead of "
                        + MemoryText.of(flink)
                        + " and its other parts of "
                        + MemoryText.of(sum)
                        + " ("
                        + TASK_HEAP_MEMORY.key()
                        + " "
                        + MemoryText.of(taskHeapSet.orElse(MemorySize.ZERO))
                        + ")");
    }

    private MemorySize withoutNetwork(MemorySize taskHeap, MemorySize managed) {
        return frameworkHeap.add(frameworkOffHeap).add(taskHeap).add(taskOffHeap).add(managed);
    }

    private TaskManagerMemory withExtraOverhead(TaskManagerMemory asked, MemorySize granted) {
        if (granted.compareTo(asked.process()) <= 0) {
            return asked; // less than a mebibyte apart: containers are counted in whole ones
        }
        MemorySize extra = granted.subtract(asked.process());
        List<Line> lines = new ArrayList<>();
        for (Line line : asked.lines()) {
            lines.add(
                    switch (line.name()) {
                        case PROCESS -> new Line(PROCESS, granted, "granted by YARN");
                        case OVERHEAD ->
                                new Line(
                                        line.name(),
                                        line.size().add(extra),
                                        line.from()
                                                + ", and "
                                                + MemoryText.of(extra)
                                                + " that YARN granted beyond what was asked for");
                        default -> line;
                    });
        }
        return new TaskManagerMemory(
                asked.frameworkHeap(),
                asked.taskHeap(),
                asked.managed(),
                asked.frameworkOffHeap(),
                asked.taskOffHeap(),
                asked.network(),
                asked.metaspace(),
                asked.overhead().add(extra),
                lines);
    }

    private TaskManagerMemory memory(
            MemorySize taskHeap,
            MemorySize managed,
            MemorySize network,
            MemorySize overhead,
            MemorySize process) {
        if (frameworkHeap.add(taskHeap).compareTo(LEAST_HEAP) < 0) {
            throw new ConfigurationException(
                    FRAMEWORK_HEAP_MEMORY.key()
                            + " of "
                            + MemoryText.of(frameworkHeap)
                            + " and a task heap of "
                            + MemoryText.of(taskHeap)
                            + " are less than the "
                            + MemoryText.of(LEAST_HEAP)
                            + " of heap that a worker needs to start: raise one of them or the"
                            + " total.");
        }
        MemorySize flink = withoutNetwork(taskHeap, managed).add(network);
        List<Line> lines =
                List.of(
                        new Line(PROCESS, process, processReason(process)),
                        new Line(
                                "  metaspace",
                                metaspace,
                                JVM_METASPACE.key() + setOrDefault(JVM_METASPACE)),
                        new Line(OVERHEAD, overhead, overheadReason(overhead, process)),
                        new Line("  flink", flink, flinkReason()),
                        new Line(
                                "    framework heap",
                                frameworkHeap,
                                FRAMEWORK_HEAP_MEMORY.key() + setOrDefault(FRAMEWORK_HEAP_MEMORY)),
                        new Line(
                                "    task heap",
                                taskHeap,
                                taskHeapSet.isPresent()
                                        ? TASK_HEAP_MEMORY.key() + setOrDefault(TASK_HEAP_MEMORY)
                                        : "what the other parts leave"),
                        new Line(
                                "    managed",
                                managed,
                                managedSet.isPresent()
                                        ? MANAGED_MEMORY_SIZE.key()
                                                + setOrDefault(MANAGED_MEMORY_SIZE)
                                        : MANAGED_MEMORY_FRACTION.key()
                                                + " "
                                                + configuration.get(MANAGED_MEMORY_FRACTION)
                                                + " of "
                                                + MemoryText.of(flink)),
                        new Line(
                                "    framework off-heap",
                                frameworkOffHeap,
                                FRAMEWORK_OFF_HEAP_MEMORY.key()
                                        + setOrDefault(FRAMEWORK_OFF_HEAP_MEMORY)),
                        new Line(
                                "    task off-heap",
                                taskOffHeap,
                                TASK_OFF_HEAP_MEMORY.key() + setOrDefault(TASK_OFF_HEAP_MEMORY)),
                        new Line(
                                "    network",
                                network,
                                taskHeapSet.isPresent()
                                                && (managedSet.isEmpty() || flinkSet.isPresent())
                                        ? "what the other parts leave"
                                        : networkRule.reason(network, flink)));
        return new TaskManagerMemory(
                frameworkHeap,
                taskHeap,
                managed,
                frameworkOffHeap,
                taskOffHeap,
                network,
                metaspace,
                overhead,
                lines);
    }

    private String processReason(MemorySize process) {
        if (processSet.isPresent() && processSet.get().equals(process)) {
            return TOTAL_PROCESS_MEMORY.key() + setOrDefault(TOTAL_PROCESS_MEMORY);
        } else if (isFromParts() || flinkSet.isPresent()) {
            return "the sum of its parts";
        } else if (configuration.get(TOTAL_PROCESS_MEMORY).equals(process)) {
            return TOTAL_PROCESS_MEMORY.key() + setOrDefault(TOTAL_PROCESS_MEMORY);
        }
        return "granted by YARN; asked for "
                + MemoryText.of(configuration.get(TOTAL_PROCESS_MEMORY))
                + " ("
                + TOTAL_PROCESS_MEMORY.key()
                + ")";
    }

    private String overheadReason(MemorySize overhead, MemorySize process) {
        boolean isRest = processSet.isPresent() && (isFromParts() || flinkSet.isPresent());
        return isRest ? "what the other parts leave" : overheadRule.reason(overhead, process);
    }

    private String flinkReason() {
        if (flinkSet.isPresent()) {
            return TOTAL_FLINK_MEMORY.key() + setOrDefault(TOTAL_FLINK_MEMORY);
        }
        return isFromParts() ? "the sum of its parts" : "what metaspace and overhead leave";
    }

    private String setOrDefault(ConfigOption<?> option) {
        return " (" + configuration.origin(option) + ")";
    }

    /** The least container with the other settings as they are, as a further sentence. */
    private String leastProcess(MemorySize from) {
        int tooSmall = from.getMebiBytes();
        int enough = Math.max(1024, tooSmall);
        while (!isEnough(enough)) {
            if (enough > (1 << 24)) {
                return ""; // other settings contradict each other whatever the size
            }
            tooSmall = enough;
            enough *= 2;
        }
        while (enough - tooSmall > 1) {
            int middle = (enough + tooSmall) >>> 1;
            if (isEnough(middle)) {
                enough = middle;
            } else {
                tooSmall = middle;
            }
        }
        return " With the other settings as they are, the least "
                + TOTAL_PROCESS_MEMORY.key()
                + " is "
                + enough
                + "m.";
    }

    private boolean isEnough(int processMebibytes) {
        try {
            fromProcess(MemorySize.ofMebiBytes(processMebibytes));
            return true;
        } catch (ConfigurationException e) {
            return false;
        }
    }
}
