package io.millrace.runtime.memory;

import static io.millrace.runtime.config.JobManagerOptions.JVM_DIRECT_MEMORY_LIMIT_ENABLED;
import static io.millrace.runtime.config.JobManagerOptions.JVM_HEAP_MEMORY;
import static io.millrace.runtime.config.JobManagerOptions.JVM_METASPACE;
import static io.millrace.runtime.config.JobManagerOptions.JVM_OVERHEAD_FRACTION;
import static io.millrace.runtime.config.JobManagerOptions.JVM_OVERHEAD_MAX;
import static io.millrace.runtime.config.JobManagerOptions.JVM_OVERHEAD_MIN;
import static io.millrace.runtime.config.JobManagerOptions.OFF_HEAP_MEMORY;
import static io.millrace.runtime.config.JobManagerOptions.TOTAL_FLINK_MEMORY;
import static io.millrace.runtime.config.JobManagerOptions.TOTAL_PROCESS_MEMORY;

import io.millrace.api.ConfigOption;
import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.memory.ProcessMemory.Line;
import java.util.List;
import java.util.Optional;

/** The derivation that {@link JobManagerMemory} describes. */
final class JobManagerMemoryRules {

    /** Less heap than this starts no application master. */
    private static final MemorySize LEAST_HEAP = MemorySize.ofMebiBytes(64);

    private final ParsedConfiguration configuration;
    private final BoundedFraction overheadRule;
    private final MemorySize offHeap;
    private final MemorySize metaspace;
    private final Optional<MemorySize> heapSet;
    private final Optional<MemorySize> flinkSet;
    private final Optional<MemorySize> processSet;

    JobManagerMemoryRules(ParsedConfiguration configuration, FractionPolicy policy) {
        this.configuration = configuration;
        this.overheadRule =
                new BoundedFraction(
                        "the overhead",
                        JVM_OVERHEAD_FRACTION,
                        JVM_OVERHEAD_MIN,
                        JVM_OVERHEAD_MAX,
                        configuration,
                        policy);
        this.offHeap = configuration.get(OFF_HEAP_MEMORY);
        this.metaspace = configuration.get(JVM_METASPACE);
        this.heapSet = configuration.getIfSet(JVM_HEAP_MEMORY);
        this.flinkSet = configuration.getIfSet(TOTAL_FLINK_MEMORY);
        this.processSet = configuration.getIfSet(TOTAL_PROCESS_MEMORY);
    }

    JobManagerMemory derive() {
        if (heapSet.isPresent()) {
            return fromHeap(heapSet.get());
        } else if (flinkSet.isPresent()) {
            return aroundFlink(heapOf(flinkSet.get(), TOTAL_FLINK_MEMORY), offHeap);
        }
        return fromProcess(configuration.get(TOTAL_PROCESS_MEMORY));
    }

    JobManagerMemory deriveGranted(MemorySize granted) {
        JobManagerMemory asked = derive();
        if (granted.getMebiBytes() < asked.containerMebibytes()) {
            throw new IllegalArgumentException(
                    "A container of "
                            + granted
                            + " was granted where "
                            + asked.containerMebibytes()
                            + " MiB were asked for");
        }
        if (heapSet.isEmpty() && flinkSet.isEmpty()) {
            return fromProcess(granted);
        } else if (granted.compareTo(asked.process()) <= 0) {
            return asked; // less than a mebibyte apart: containers are counted in whole ones
        }
        MemorySize extra = granted.subtract(asked.process());
        return memory(
                asked.heap(),
                asked.offHeap(),
                asked.overhead().add(extra),
                "what the granted container leaves");
    }

    private JobManagerMemory fromHeap(MemorySize heap) {
        if (flinkSet.isEmpty()) {
            return aroundFlink(heap, offHeap);
        }
        MemorySize flink = flinkSet.get();
        boolean contradicts =
                configuration.isSet(OFF_HEAP_MEMORY)
                        ? !heap.add(offHeap).equals(flink)
                        : heap.compareTo(flink) > 0;
        if (contradicts) {
            throw new ConfigurationException(
                    JVM_HEAP_MEMORY.key()
                            + " of "
                            + MemoryText.of(heap)
                            + " and "
                            + OFF_HEAP_MEMORY.key()
                            + " of "
                            + MemoryText.of(offHeap)
                            + " do not make up "
                            + TOTAL_FLINK_MEMORY.key()
                            + " of "
                            + MemoryText.of(flink)
                            + ": leave one of the three out.");
        }
        return aroundFlink(heap, flink.subtract(heap));
    }

    private JobManagerMemory fromProcess(MemorySize process) {
        MemorySize overhead = overheadRule.ofWhole(process);
        MemorySize aside = metaspace.add(overhead);
        MemorySize flink = aside.compareTo(process) > 0 ? MemorySize.ZERO : process.subtract(aside);
        return memory(
                heapOf(flink, TOTAL_PROCESS_MEMORY),
                offHeap,
                overhead,
                overheadRule.reason(overhead, process));
    }

    private MemorySize heapOf(MemorySize flink, ConfigOption<MemorySize> total) {
        long heap = flink.getBytes() - offHeap.getBytes();
        if (heap < LEAST_HEAP.getBytes()) {
            throw new ConfigurationException(
                    total.key()
                            + " of "
                            + MemoryText.of(configuration.get(total))
                            + " leaves "
                            + MemoryText.of(MemorySize.ofBytes(Math.max(0, heap)))
                            + " of heap to the application master beside "
                            + OFF_HEAP_MEMORY.key()
                            + " of "
                            + MemoryText.of(offHeap)
                            + (total == TOTAL_PROCESS_MEMORY
                                    ? ", "
                                            + JVM_METASPACE.key()
                                            + " of "
                                            + MemoryText.of(metaspace)
                                            + " and the overhead"
                                    : "")
                            + "; it needs "
                            + MemoryText.of(LEAST_HEAP)
                            + ": raise "
                            + total.key()
                            + " by "
                            + MemoryText.of(
                                    MemorySize.ofBytes(LEAST_HEAP.getBytes() - Math.max(0, heap)))
                            + " or more.");
        }
        return MemorySize.ofBytes(heap);
    }

    private JobManagerMemory aroundFlink(MemorySize heap, MemorySize offHeap) {
        MemorySize rest = heap.add(offHeap).add(metaspace);
        if (processSet.isEmpty()) {
            MemorySize overhead = overheadRule.besideRest(rest);
            return memory(
                    heap, offHeap, overhead, overheadRule.reason(overhead, rest.add(overhead)));
        }
        MemorySize overhead =
                overheadRule.checkRest(
                        processSet.get().getBytes() - rest.getBytes(),
                        TOTAL_PROCESS_MEMORY.key()
                                + " of "
                                + MemoryText.of(processSet.get())
                                + " and the other parts of "
                                + MemoryText.of(rest));
        return memory(heap, offHeap, overhead, "what the other parts leave");
    }

    private JobManagerMemory memory(
            MemorySize heap, MemorySize offHeap, MemorySize overhead, String overheadReason) {
        MemorySize process = heap.add(offHeap).add(metaspace).add(overhead);
        List<Line> lines =
                List.of(
                        new Line("process", process, processReason(process)),
                        new Line("  metaspace", metaspace, setOrDefault(JVM_METASPACE)),
                        new Line("  overhead", overhead, overheadReason),
                        new Line(
                                "  heap",
                                heap,
                                heapSet.isPresent()
                                        ? setOrDefault(JVM_HEAP_MEMORY)
                                        : "what the other parts leave"),
                        new Line("  off-heap", offHeap, setOrDefault(OFF_HEAP_MEMORY)));
        return new JobManagerMemory(
                heap,
                offHeap,
                metaspace,
                overhead,
                configuration.get(JVM_DIRECT_MEMORY_LIMIT_ENABLED),
                lines);
    }

    private String processReason(MemorySize process) {
        if (configuration.get(TOTAL_PROCESS_MEMORY).equals(process)) {
            return setOrDefault(TOTAL_PROCESS_MEMORY);
        }
        return heapSet.isPresent() || flinkSet.isPresent()
                ? "the sum of its parts"
                : "granted by YARN; asked for "
                        + MemoryText.of(configuration.get(TOTAL_PROCESS_MEMORY));
    }

    private String setOrDefault(ConfigOption<?> option) {
        return option.key() + " (" + configuration.origin(option) + ")";
    }
}
