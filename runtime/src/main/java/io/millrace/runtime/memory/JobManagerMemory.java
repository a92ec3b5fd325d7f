package io.millrace.runtime.memory;

import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.List;

/**
 * The memory of the application master: {@code process = heap + off-heap + metaspace + overhead}.
 *
 * <p>It begins at {@code jobmanager.memory.heap.size}, else {@code jobmanager.memory.flink.size}
 * (heap and off-heap together), else {@code jobmanager.memory.process.size}; otherwise the rules of
 * {@link TaskManagerMemory} hold.
 */
public record JobManagerMemory(
        MemorySize heap,
        MemorySize offHeap,
        MemorySize metaspace,
        MemorySize overhead,
        boolean isDirectLimited,
        List<Line> lines)
        implements ProcessMemory {

    public JobManagerMemory {
        lines = List.copyOf(lines);
    }

    /** What the settings ask for. */
    public static JobManagerMemory of(ParsedConfiguration configuration) {
        return new JobManagerMemoryRules(configuration, FractionPolicy.FRACTION_WINS).derive();
    }

    /**
     * What a container that YARN has granted is used for; see {@link TaskManagerMemory#ofGranted}.
     *
     * @param grantedMebibytes at least as much as {@link #containerMebibytes} asked for
     */
    public static JobManagerMemory ofGranted(
            ParsedConfiguration configuration, int grantedMebibytes) {
        return new JobManagerMemoryRules(configuration, FractionPolicy.FRACTION_WINS)
                .deriveGranted(MemorySize.ofMebiBytes(grantedMebibytes));
    }

    @Override
    public MemorySize process() {
        return heap.add(offHeap).add(metaspace).add(overhead);
    }

    @Override
    public MemorySize direct() {
        return offHeap;
    }
}
